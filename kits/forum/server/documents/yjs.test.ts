import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { DOC_TEXT } from '../../events.ts';
import { checkUpdate, EMPTY_STATE, mergeStates, missingFrom, textOf, updateTo, vectorOf } from './yjs.ts';

/** What somebody does in the text, at a share of its length. */
const edit = fc.record({
  who: fc.nat(2),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  text: fc.string({ minLength: 1, maxLength: 5, unit: 'binary' }).map((text) => text.toWellFormed()),
  remove: fc.boolean(),
});

/** The updates of three who write without hearing each other, but for now and then. */
function updatesOf(edits: readonly { who: number; place: number; text: string; remove: boolean }[]) {
  const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
  const updates: Uint8Array[] = [];
  for (const doc of docs) doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const { who, place, text, remove } of edits) {
    const doc = docs[who] as Y.Doc;
    const shared = doc.getText(DOC_TEXT);
    const at = Math.floor(place * shared.length);
    if (remove) shared.delete(at, Math.min(2, shared.length - at));
    else shared.insert(at, text);
  }
  return updates;
}

const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

it('any order of updates gives one text, however they are merged in between', () => {
  fc.assert(
    fc.property(
      fc
        .array(edit, { maxLength: 20 })
        .map(updatesOf)
        .chain((updates) => fc.tuple(fc.constant(updates), shuffled(updates), fc.nat(20))),
      ([updates, other, cut]) => {
        const state = mergeStates([EMPTY_STATE, ...updates]);
        const stepwise = mergeStates([mergeStates(other.slice(0, cut)), ...other.slice(cut)]);
        expect(textOf(stepwise)).toBe(textOf(state));
        // Whoever has some of it gets the rest.
        const some = mergeStates(updates.slice(0, cut));
        expect(textOf(mergeStates([some, missingFrom(state, vectorOf(some))]))).toBe(textOf(state));
      },
    ),
  );
});

it('any text can be made any other', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const begun = updateTo(EMPTY_STATE, one);
      const state = mergeStates([EMPTY_STATE, ...(begun ? [begun] : [])]);
      const update = updateTo(state, other);
      expect(update === undefined).toBe(one === other);
      expect(textOf(mergeStates([state, ...(update ? [update] : [])]))).toBe(other);
    }),
  );
});

it('whatever is no update is refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        checkUpdate(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_request' });
      }
    }),
  );
});
