import { TidingsError } from '@tidings/protocol';
import type { Incoming } from '../../core/ports/dialect.ts';

/** A command as it was sent, and how its answer looks. */
export interface Request {
  readonly incoming: Incoming;
  /** One channel was asked for, so that its fields stand in the answer itself. */
  readonly single: boolean;
}

/** Characters an idempotency key may have. */
const MAX_KEY = 128;

/**
 * Makes a command of an event: the name, its first argument as data, and `{key}` as a second one.
 *
 * `subscribe` and `unsubscribe` take one channel, by its name or as `{channel, …}`, where the protocol takes a list.
 */
export function readCommand(name: string, [data = {}, options]: readonly unknown[]): Request {
  const single = isObject(data) && 'channel' in data && !('channels' in data);
  const key = isObject(options) ? options.key : undefined;
  if (key !== undefined && (typeof key !== 'string' || key.length > MAX_KEY)) {
    const error = new TidingsError(
      'invalid_request',
      `A "key" is a string of at most ${MAX_KEY} characters.`,
    );
    return { incoming: { error }, single: false };
  }
  return {
    incoming: { name, data: normalise(name, data, single), ...(key === undefined ? {} : { key }) },
    single: single && name === 'subscribe',
  };
}

function normalise(name: string, data: unknown, single: boolean): unknown {
  if (name !== 'subscribe' && name !== 'unsubscribe') return data;
  if (typeof data === 'string') return { channels: [data] };
  if (!single) return data;
  return { channels: [name === 'subscribe' ? data : (data as { channel: unknown }).channel] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
