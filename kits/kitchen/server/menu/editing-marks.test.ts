import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EditingMarks, type Editor } from './editing-marks.ts';

const LEASE = 10_000;

const editorAt = (cell: string): Editor => ({
  group: '1',
  week: '2026-W47',
  cell,
  user: 'ann',
  name: 'Ann',
});

/** Marks that no silence ends, and what was told of them. @param tell may wait, or fail */
function marked(tell: (word: string) => Promise<void>) {
  const told: string[] = [];
  const marks = new EditingMarks<object>({
    clock: { now: () => 0, after: () => ({ cancel() {} }) } as never,
    lease: LEASE,
    async tell({ cell }, editing) {
      const word = `${cell} ${editing ? 'begins' : 'ends'}`;
      await tell(word);
      told.push(word);
    },
    onError: () => {},
  });
  return { marks, told };
}

it('tells of the end last when a client goes while its beginning is on its way', async () => {
  const gate = Promise.withResolvers<void>();
  const { marks, told } = marked((word) => (word === 'a ends' ? gate.promise : Promise.resolve()));
  const one = {};
  await marks.start(one, editorAt('a'));
  const moving = marks.start(one, editorAt('b'));
  marks.endAll(one);
  gate.resolve();
  await moving;
  await setImmediate();
  expect(told).toEqual(['a begins', 'a ends']);
});

it('tells of a mark again that could not be told', async () => {
  let broken = true;
  const { marks, told } = marked(async () => {
    if (broken) throw new Error('no broker');
  });
  const one = {};
  await expect(marks.start(one, editorAt('a'))).rejects.toThrow('no broker');
  broken = false;
  await marks.start(one, editorAt('a'));
  await marks.start(one, editorAt('a'));
  expect(told).toEqual(['a begins']);
});

it('tells of no end before the beginning', async () => {
  const gate = Promise.withResolvers<void>();
  const telling = Promise.withResolvers<void>();
  const { marks, told } = marked(async (word) => {
    if (word !== 'a begins') return;
    telling.resolve();
    await gate.promise;
  });
  const one = {};
  const starting = marks.start(one, editorAt('a'));
  await telling.promise;
  const ending = marks.end(one, editorAt('a'));
  gate.resolve();
  await Promise.all([starting, ending]);
  expect(told).toEqual(['a begins', 'a ends']);
});

it('tells of the end of a beginning that may have been told', async () => {
  const words: string[] = [];
  const { marks } = marked(async (word) => {
    words.push(word);
    if (words.length === 1) throw new Error('told, but not acknowledged');
  });
  const one = {};
  await expect(marks.start(one, editorAt('a'))).rejects.toThrow('not acknowledged');
  await marks.end(one, editorAt('a'));
  expect(words).toEqual(['a begins', 'a ends']);
});
