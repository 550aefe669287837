/**
 * Messages on their way out, as text. What a server would refuse without saying which message it means is refused here,
 * so that it spoils no batch.
 *
 * @module
 */
import { ClientError } from './client-error.ts';
import type { ClientMessage } from './wire.ts';

/** A message with the id of its answer, and as text. */
export interface Outgoing {
  readonly id: number;
  readonly message: ClientMessage;
  readonly text: string;
  /** It may not stand in a batch, where it would be nested too deep. */
  readonly alone: boolean;
}

/** Nesting that a server takes; a batch adds two levels. */
const MAX_DEPTH = 32;
const BATCH_DEPTH = 2;

/**
 * Writes a message.
 *
 * @param maxBytes that the server takes; 0 when that is not known.
 * @throws ClientError `invalid_request`, `message_too_large`, `message_too_deep`, `forbidden_key`.
 */
export function writeMessage(id: number, message: ClientMessage, maxBytes: number): Outgoing {
  const text = jsonOf({ ...message, id });
  if (hasForbiddenKey(text))
    throw new ClientError('forbidden_key', 'The data has a key that no server takes.');
  const depth = depthOf(text);
  if (depth > MAX_DEPTH)
    throw new ClientError('message_too_deep', `The data is nested deeper than ${MAX_DEPTH}.`);
  if (maxBytes > 0 && isLongerThan(text, maxBytes))
    throw new ClientError('message_too_large', `The message has more than ${maxBytes} bytes.`);
  return { id, message, text, alone: depth > MAX_DEPTH - BATCH_DEPTH };
}

/** Writes a value as JSON. @throws ClientError `invalid_request`. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ClientError('invalid_request', 'The data cannot be written as JSON.', { cause });
  }
}

/** In what `JSON.stringify` wrote, a quote within a string is escaped, so these are keys. */
function hasForbiddenKey(text: string): boolean {
  if (text.includes('"__proto__":')) return true;
  if (!text.includes('"constructor":{')) return false;
  let found = false;
  JSON.parse(text, (key, value) => {
    if (key === 'constructor' && typeof value === 'object' && value && Object.hasOwn(value, 'prototype'))
      found = true;
    return value;
  });
  return found;
}

function depthOf(text: string): number {
  let open = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++open);
    else if (character === '}' || character === ']') open -= 1;
  }
  return deepest;
}

/** Of a UTF-16 unit, the most bytes in UTF-8. */
const MAX_BYTES = 3;

function isLongerThan(text: string, max: number): boolean {
  return text.length * MAX_BYTES > max && utf8Length(text) > max;
}

/** Bytes in UTF-8. React Native has not always had a TextEncoder. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
