/**
 * What the server does with Yjs: it looks whether an update is one, and merges; what it says it does not mind.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import * as Y from 'yjs';
import { DOC_TEXT } from '../../events.ts';

/** The state of a document that nobody has written in. */
export const EMPTY_STATE: Uint8Array = Y.encodeStateAsUpdate(new Y.Doc());

/** @returns whether it says anything. @throws TidingsError `invalid_request` when it is no update */
export function checkUpdate(update: Uint8Array): boolean {
  try {
    const { structs, ds } = Y.decodeUpdate(update);
    // What can be read may still not fit together.
    Y.applyUpdate(new Y.Doc(), update);
    return structs.length > 0 || ds.clients.size > 0;
  } catch (error) {
    throw new TidingsError('invalid_request', 'This is no update of Yjs.', { cause: error });
  }
}

/** Makes one state of several, without what was deleted. */
export function mergeStates(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return Y.encodeStateAsUpdate(doc);
}

/** What of a state somebody lacks. @param vector the state vector of what they have. @throws TidingsError `invalid_request` */
export function missingFrom(state: Uint8Array, vector: Uint8Array): Uint8Array {
  try {
    return Y.diffUpdate(state, vector);
  } catch (error) {
    throw new TidingsError('invalid_request', 'The "vector" is no state vector of Yjs.', { cause: error });
  }
}

/** How much of a state there is, by writer. */
export function vectorOf(state: Uint8Array): Uint8Array {
  return Y.encodeStateVectorFromUpdate(state);
}

/** The text of a state. */
export function textOf(state: Uint8Array): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  return doc.getText(DOC_TEXT).toString();
}

/**
 * The update that makes a state say a text again, and leaves alone what is the same at the beginning and the end.
 *
 * @returns `undefined` when it says so already.
 */
export function updateTo(state: Uint8Array, wanted: string): Uint8Array | undefined {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  const text = doc.getText(DOC_TEXT);
  const is = text.toString();
  if (is === wanted) return undefined;
  let update: Uint8Array | undefined;
  doc.on('update', (made: Uint8Array) => {
    update = made;
  });
  const begin = commonPrefix(is, wanted);
  const end = commonSuffix(is.slice(begin), wanted.slice(begin));
  doc.transact(() => {
    text.delete(begin, is.length - begin - end);
    text.insert(begin, wanted.slice(begin, wanted.length - end));
  });
  return update;
}

const HIGH_SURROGATE = /[\ud800-\udbff]$/;
const LOW_SURROGATE = /^[\udc00-\udfff]/;

function commonPrefix(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  // A character of two halves is not parted.
  return HIGH_SURROGATE.test(one.slice(0, length)) ? length - 1 : length;
}

function commonSuffix(one: string, other: string): number {
  let length = 0;
  while (
    length < one.length &&
    length < other.length &&
    one[one.length - 1 - length] === other[other.length - 1 - length]
  )
    length += 1;
  return LOW_SURROGATE.test(one.slice(one.length - length)) ? length - 1 : length;
}
