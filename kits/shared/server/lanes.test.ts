import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lanes } from './lanes.ts';

const fulfilled = <T>(value: T) => ({ status: 'fulfilled', value }) as const;

test('what waits is done together, in order, and each lane for itself', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }),
      async (scheduler, keys) => {
        const done = new Map<string, number[]>();
        const busy = new Set<string>();
        const lanes = new Lanes<number, number>(async (key, items) => {
          expect(busy.has(key)).toBe(false);
          busy.add(key);
          await scheduler.schedule(Promise.resolve());
          busy.delete(key);
          done.set(key, [...(done.get(key) ?? []), ...items]);
          return items.map((item) => fulfilled(item * 2));
        });
        const answers = Promise.all(keys.map((key, item) => lanes.add(key, item)));
        expect(await scheduler.waitFor(answers)).toEqual(keys.map((_, item) => item * 2));
        for (const key of ['a', 'b', 'c'])
          expect(done.get(key) ?? []).toEqual(keys.flatMap((own, item) => (own === key ? [item] : [])));
      },
    ),
  );
});

test('the ones of a tick are done at once, up to a hundred', async () => {
  const sizes: number[] = [];
  const lanes = new Lanes<number, number>(async (_key, items) => {
    sizes.push(items.length);
    return items.map(fulfilled);
  });
  await Promise.all(Array.from({ length: 250 }, (_, item) => lanes.add('a', item)));
  expect(sizes).toEqual([100, 100, 50]);
});

test('a failure is each one’s own, or that of all who were done together, and the lane goes on', async () => {
  const lanes = new Lanes<string, string>(async (_key, items) => {
    if (items.includes('crash')) throw new Error('crashed');
    return items.map((item) =>
      item === 'bad' ? { status: 'rejected', reason: new Error('refused') } : fulfilled(item),
    );
  });
  const add = (item: string) => lanes.add('a', item).catch((error: Error) => error.message);
  expect(await Promise.all([add('x'), add('bad'), add('y')])).toEqual(['x', 'refused', 'y']);
  expect(await Promise.all([add('x'), add('crash')])).toEqual(['crashed', 'crashed']);
  expect(await add('z')).toBe('z');
});
