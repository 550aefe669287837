/**
 * Channel names: `namespace:rest`, for example `product:42` or `presence:thread:9`.
 *
 * A namespace is 1–32 characters `[a-z0-9_-]` beginning with a letter; the rest is 1–160 printable characters
 * without white space and commas (a comma separates channels in `GET /events?channels=`).
 *
 * @module
 */

const NAME = /^([a-z][a-z0-9_-]{0,31}):([^\s,\p{C}]{1,160})$/u;

/** Namespaces beginning with a letter; the pattern a configuration checks its own names against. */
export const NAMESPACE_PATTERN = '^[a-z][a-z0-9_-]{0,31}$';

/** The same grammar as {@link parseChannelName}, for JSON Schema. */
export const CHANNEL_PATTERN = '^[a-z][a-z0-9_-]{0,31}:[^\\s,\\p{C}]{1,160}$';

/** Event names: 1–64 characters, beginning with a letter. */
export const EVENT_PATTERN = '^[A-Za-z][A-Za-z0-9_.:-]{0,63}$';

/** Names that a Socket.IO client keeps for itself; an event of this name could not be heard there. */
export const RESERVED_EVENTS: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** The two parts of a channel's name. */
export interface ChannelName {
  readonly namespace: string;
  readonly rest: string;
}

/** Splits a channel's name, or returns `undefined` when it is none. */
export function parseChannelName(name: string): ChannelName | undefined {
  const match = NAME.exec(name);
  return match ? { namespace: match[1] as string, rest: match[2] as string } : undefined;
}

const EVENT = new RegExp(EVENT_PATTERN);

/** Whether a string may be the name of an event on every transport. */
export function isEventName(name: string): boolean {
  return EVENT.test(name) && !RESERVED_EVENTS.has(name);
}
