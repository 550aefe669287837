import { expect, it } from 'vitest';
import { LiveState } from './live-state.ts';

interface State {
  readonly price: number;
  readonly names: readonly string[];
}

const take = (state: State, price: number): State => ({ ...state, price });

it('does to a late answer what was heard while it was on its way', async () => {
  const live = new LiveState<State>({ price: 0, names: [] });
  const answer = Promise.withResolvers<number>();
  const read = live.read('price', () => answer.promise, take);
  live.change((state) => ({ ...state, price: 210 }));
  expect(live.now.price).toBe(210);
  answer.resolve(200);
  await read;
  expect(live.now.price).toBe(210);
});

it('takes the answer to the newest question of a kind alone', async () => {
  const live = new LiveState<State>({ price: 0, names: [] });
  const [first, second] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const reads = [
    live.read('price', () => first.promise, take),
    live.read('price', () => second.promise, take),
  ];
  const names = live.read(
    'names',
    async () => ['a'],
    (state, read) => ({ ...state, names: read }),
  );
  second.resolve(2);
  await reads[1];
  first.resolve(1);
  await Promise.all([...reads, names]);
  expect(live.now).toEqual({ price: 2, names: ['a'] });
});

it('says why the newest question failed, and nothing of an older one', async () => {
  const live = new LiveState<State>({ price: 0, names: [] });
  const first = Promise.withResolvers<number>();
  const older = live.read('price', () => first.promise, take);
  await expect(live.read('price', () => Promise.reject(new Error('gone')), take)).rejects.toThrow('gone');
  first.reject(new Error('late'));
  await older;
  expect(live.now.price).toBe(0);
});

it('takes nothing after it was told to forget', async () => {
  const live = new LiveState<State>({ price: 0, names: [] });
  const answer = Promise.withResolvers<number>();
  const read = live.read('price', () => answer.promise, take);
  live.forget();
  answer.resolve(5);
  await read;
  expect(live.now.price).toBe(0);
});
