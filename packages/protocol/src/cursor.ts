/**
 * A cursor: one string that is a place in all the channels of a session at once, `log.sequence`.
 *
 * SSE carries it as `id:`, Socket.IO as the last argument of an event. `log` names the server's event log, `sequence`
 * the last entry of it that the session has heard; both are opaque to a client, which only hands the string back.
 *
 * @module
 */

/** A place in a server's whole event log. */
export interface Cursor {
  readonly log: string;
  readonly sequence: number;
}

/** The grammar of {@link parseCursor}, for JSON Schema. */
export const CURSOR_PATTERN = '^[A-Za-z0-9]{1,24}\\.[0-9a-z]{1,11}$';

const CURSOR = new RegExp(CURSOR_PATTERN);

/** Reads a cursor, or returns `undefined` when the text is none. */
export function parseCursor(text: string): Cursor | undefined {
  if (!CURSOR.test(text)) return undefined;
  const dot = text.indexOf('.');
  const sequence = Number.parseInt(text.slice(dot + 1), 36);
  return Number.isSafeInteger(sequence) ? { log: text.slice(0, dot), sequence } : undefined;
}

/** Writes a cursor as it stands on the wire. */
export function formatCursor(log: string, sequence: number): string {
  return `${log}.${formatSequence(sequence)}`;
}

/** The lower digits in base 36; both parts of a sequence are then small integers, which are written ten times as fast. */
const LOWER = 36 ** 5;

/** Writes a sequence in base 36, as `sequence.toString(36)` does. */
export function formatSequence(sequence: number): string {
  if (sequence < LOWER) return sequence.toString(36);
  const upper = Math.floor(sequence / LOWER);
  return upper.toString(36) + (sequence - upper * LOWER).toString(36).padStart(5, '0');
}
