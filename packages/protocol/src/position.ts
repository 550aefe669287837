/**
 * A position in one channel, `epoch:offset`.
 *
 * Offsets of a channel are contiguous from 1. A new epoch says that the history before it is gone, so two positions
 * compare only within one epoch.
 *
 * @module
 */

/** A place in a channel's stream: everything up to and including `offset` has been seen. */
export interface Position {
  readonly epoch: string;
  /** The last offset seen; 0 before the first event. */
  readonly offset: number;
}

/** The grammar of {@link parsePosition}, for JSON Schema. */
export const POSITION_PATTERN = '^[A-Za-z0-9]{1,24}:(0|[1-9][0-9]{0,15})$';

const POSITION = new RegExp(POSITION_PATTERN);

/** Reads `epoch:offset`, or returns `undefined` when the text is no position. */
export function parsePosition(text: string): Position | undefined {
  if (!POSITION.test(text)) return undefined;
  const colon = text.indexOf(':');
  const offset = Number(text.slice(colon + 1));
  return Number.isSafeInteger(offset) ? { epoch: text.slice(0, colon), offset } : undefined;
}

/** Writes a position as it stands on the wire. */
export function formatPosition(position: Position): string {
  return `${position.epoch}:${position.offset}`;
}
