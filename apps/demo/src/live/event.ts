/**
 * What the page knows of the protocol: events, places, and what may go wrong.
 *
 * @module
 */

/** One event of a channel, the same on every transport. */
export interface ChannelEvent {
  readonly event: string;
  readonly data: unknown;
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
  /** When the server took it, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/** A place in a channel: everything up to `offset` is known. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** An error that the server coded, or one of the page's own codes. */
export interface Problem {
  readonly code: string;
  /** The server's own English sentence. */
  readonly message: string;
}

/** Reads `epoch:offset`; `undefined` when it is none. */
export function parsePosition(text: unknown): Position | undefined {
  const match = typeof text === 'string' ? /^([A-Za-z0-9]{1,24}):(\d{1,16})$/.exec(text) : null;
  return match ? { epoch: match[1] as string, offset: Number(match[2]) } : undefined;
}

/** Writes a position as it stands on the wire. */
export function formatPosition({ epoch, offset }: Position): string {
  return `${epoch}:${offset}`;
}

/** The later of two places. Of two epochs the second is taken for the later one. */
export function later(a: Position | undefined, b: Position | undefined): Position | undefined {
  if (!a || !b) return a ?? b;
  return a.epoch === b.epoch && a.offset > b.offset ? a : b;
}

/** Reads an event out of a message; `undefined` when a field is missing. */
export function parseEvent(message: unknown): ChannelEvent | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { event, data, offset, epoch, id, at } = message as Record<string, unknown>;
  if (typeof event !== 'string' || typeof epoch !== 'string' || typeof id !== 'string') return undefined;
  if (typeof offset !== 'number' || typeof at !== 'number') return undefined;
  return { event, data, offset, epoch, id, at };
}

/** Reads `{code, message}`, the body of every coded error; anything else becomes `internal`. */
export function parseProblem(error: unknown): Problem {
  const { code, message, detail, title } = (error ?? {}) as Record<string, unknown>;
  const text = [message, detail, title].find((candidate) => typeof candidate === 'string');
  return { code: typeof code === 'string' ? code : 'internal', message: (text as string) ?? '' };
}
