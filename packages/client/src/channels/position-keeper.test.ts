import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { PositionKeeper } from './position-keeper.ts';

it('keeps the positions of the thousand channels that something was heard of last', () => {
  let kept: Readonly<Record<string, string>> = { 'a:of-old': '1:1' };
  const store = {
    load: () => kept,
    save(positions: typeof kept) {
      kept = positions;
    },
  };
  const keeper = new PositionKeeper(store, new ManualClock(), (error) => expect.unreachable(error.message));
  for (let n = 0; n < 1000; n += 1) {
    keeper.set(`a:${n}`, `1:${n}`);
    keeper.set('a:busy', `1:${n}`);
  }
  keeper.flush();
  expect(Object.keys(kept)).toHaveLength(1000);
  expect(kept['a:busy']).toBe('1:999');
  expect(keeper.get('a:999')).toBe('1:999');
  expect([keeper.get('a:of-old'), keeper.get('a:0'), keeper.get('toString')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
