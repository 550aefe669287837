/**
 * What a visitor types, checked before it is sent.
 *
 * @module
 */

/** The same grammar as in docs/PROTOCOL.md. */
const CHANNEL = /^[a-z][a-z0-9_-]{0,31}:[^\s,\p{C}]{1,160}$/u;
const EVENT = /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/;
const RESERVED: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** Whether a text is a channel's name. */
export function isChannel(text: string): boolean {
  return CHANNEL.test(text);
}

/** Whether a text may be an event's name. */
export function isEventName(text: string): boolean {
  return EVENT.test(text) && !RESERVED.has(text);
}

/** A text read as JSON, or where it stops being any (1-based; absent when the browser does not say). */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly line?: number; readonly column?: number };

/** Reads JSON; an empty text is `null`. */
export function readJson(text: string): JsonReading {
  if (text.trim() === '') return { ok: true, value: null };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, ...placeOf(String(error), text) };
  }
}

/** Chromium and Firefox name the place, each in its own words; at the end of the text Chromium names none. */
function placeOf(message: string, text: string): { line?: number; column?: number } {
  const named = /line (\d+) column (\d+)/.exec(message);
  if (named) return { line: Number(named[1]), column: Number(named[2]) };
  const offset = /position (\d+)/.exec(message)?.[1] ?? (/end of/i.test(message) ? text.length : undefined);
  if (offset === undefined) return {};
  const before = text.slice(0, Number(offset)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The data of many publishes from one: an object is numbered (`n`), anything else repeated. */
export function numbered(value: unknown, count: number): unknown[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return Array.from({ length: count }, (_, index) => (isObject ? { ...value, n: index + 1 } : value));
}
