import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Batch, type Run } from './batch.ts';

const run = (...frames: string[]): Run => frames.map((frame) => Buffer.from(frame));

test('the same runs in the same order are one batch', () => {
  const root = Batch.of([]);
  const [a, b] = [run('a'), run('b')];
  expect(root.append(a)).toBe(root.append(a));
  expect(root.append(a).append(b)).toBe(root.append(a).append(b));
  expect(root.append(b)).not.toBe(root.append(a));
  expect(root.append(a)).toBe(root.append(a));
  expect(root.append(a).append(b)).not.toBe(root.append(b).append(a));
  // The same by its object, not by what is in it.
  expect(root.append(run('a'))).not.toBe(root.append(a));
});

test('is joined once', () => {
  const batch = Batch.of(run('a')).append(run('b', 'c'));
  expect(batch.joined().toString()).toBe('abc');
  expect(batch.joined()).toBe(batch.joined());
  const [frame] = run('alone');
  expect(Batch.of([frame ?? '']).joined()).toBe(frame);
  expect(Batch.of([]).joined().length).toBe(0);
});

test('has the frames of its runs in order, and their bytes', () => {
  const runs = fc.array(fc.array(fc.string(), { maxLength: 3 }), { minLength: 1, maxLength: 4 });
  const paths = fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 6 }), { maxLength: 20 });
  fc.assert(
    fc.property(runs, paths, (texts, ways) => {
      const known = texts.map((text) => run(...text));
      const root = Batch.of([]);
      const seen = new Map<string, Batch>();
      for (const way of ways) {
        const taken = way.map((index) => index % known.length);
        const batch = taken.reduce((before, index) => before.append(known[index] ?? []), root);
        const frames = taken.flatMap((index) => known[index] ?? []);
        expect(batch.frames()).toEqual(frames);
        expect(batch.joined()).toEqual(Buffer.concat(frames as Buffer[]));
        expect(batch.bytes).toBe(batch.joined().length);
        const before = seen.get(taken.join());
        if (before) expect(batch).toBe(before);
        seen.set(taken.join(), batch);
      }
    }),
  );
});
