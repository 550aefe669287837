import { expect, it } from 'vitest';
import type { Arrival, Entry } from './feed-log.ts';
import { tapeCells } from './tape-cells.ts';

const heard = (offset: number, arrival: Arrival = 'live', epoch = 'e1'): Entry => ({
  kind: 'event',
  key: String(offset),
  event: { event: 'hello', data: null, offset, epoch, id: String(offset), at: 0 },
  arrival,
  heardAt: 0,
});
const states = (...args: Parameters<typeof tapeCells>) => tapeCells(...args).map(({ state }) => state);

it('ends at the head, and shows what a pane has not heard yet', () => {
  const entries = [heard(5), heard(4, 'caught-up'), heard(3, 'history')];
  expect(states(entries, { epoch: 'e1', offset: 7 }, 6)).toEqual([
    'before',
    'history',
    'caught-up',
    'live',
    'missing',
    'missing',
  ]);
});

it('fills from the left while the channel is young', () => {
  expect(tapeCells([heard(1)], { epoch: 'e1', offset: 1 }, 3)).toEqual([
    { offset: 1, state: 'live' },
    { offset: 2, state: 'before' },
    { offset: 3, state: 'before' },
  ]);
});

it('forgets another epoch', () => {
  expect(states([heard(2, 'live', 'e1')], { epoch: 'e2', offset: 2 }, 2)).toEqual(['before', 'before']);
});
