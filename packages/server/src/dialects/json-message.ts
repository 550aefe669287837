/**
 * What every JSON dialect shares: reading a message from a stranger, and batches.
 *
 * @module
 */
import { MAX_BATCH, TidingsError } from '@tidings/protocol';
import type { Incoming } from '../core/ports/dialect.ts';
import type { JsonObject } from '../core/ports/json-object.ts';
import { isDeeperThan } from './nesting.ts';
import { safeParse } from './safe-parse.ts';

/** Nesting deeper than this is refused before it is parsed. */
const MAX_DEPTH = 32;

/**
 * Parses a message that must be an object.
 *
 * @throws TidingsError `malformed_message`, `message_too_deep`, `forbidden_key`.
 */
export function parseMessage(text: string): JsonObject {
  const value = parseJson(text);
  if (!isObject(value)) throw new TidingsError('malformed_message');
  return value;
}

/**
 * Parses any JSON from outside.
 *
 * @throws TidingsError `malformed_message`, `message_too_deep`, `forbidden_key`.
 */
export function parseJson(text: string): unknown {
  if (isDeeperThan(text, MAX_DEPTH)) throw new TidingsError('message_too_deep');
  try {
    return safeParse(text);
  } catch (error) {
    const forbidden = error instanceof SyntaxError && error.message.includes('forbidden prototype');
    throw new TidingsError(forbidden ? 'forbidden_key' : 'malformed_message');
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Decodes a message, or each message of a `{"type":"batch","messages":[…]}`, which every raw WebSocket takes.
 *
 * @param decode one message that is no batch; may throw a `TidingsError`.
 */
export function decodeMessages(text: string, decode: (message: JsonObject) => Incoming): readonly Incoming[] {
  try {
    const message = parseMessage(text);
    if (message.type !== 'batch') return [attempt(message, decode)];
    const { messages, id } = message;
    if (!Array.isArray(messages) || messages.length === 0 || messages.length > MAX_BATCH) {
      return [
        {
          ...idOf({ id }),
          error: new TidingsError('batch_refused', `A batch holds 1 to ${MAX_BATCH} messages.`),
        },
      ];
    }
    return messages.map((entry: unknown): Incoming => {
      if (!isObject(entry)) return { error: new TidingsError('malformed_message') };
      if (entry.type === 'batch')
        return { ...idOf(entry), error: new TidingsError('batch_refused', 'A batch holds no batch.') };
      return attempt(entry, decode);
    });
  } catch (error) {
    return [{ error: asTidingsError(error) }];
  }
}

function attempt(message: JsonObject, decode: (message: JsonObject) => Incoming): Incoming {
  try {
    return decode(message);
  } catch (error) {
    return { ...idOf(message), error: asTidingsError(error) };
  }
}

/** The message's id where it has a usable one, to spread into a command or an answer. */
export function idOf({ id }: JsonObject): { readonly id?: string | number } {
  return (typeof id === 'string' && id.length <= 64) || (typeof id === 'number' && Number.isFinite(id))
    ? { id }
    : {};
}

function asTidingsError(error: unknown): TidingsError {
  return error instanceof TidingsError ? error : new TidingsError('malformed_message');
}
