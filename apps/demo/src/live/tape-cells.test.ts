import { expect, it } from 'vitest';
import type { Arrival, Entry } from './feed-log.ts';
import { type TapeOptions, tapeCells } from './tape-cells.ts';

const heard = (offset: number, arrival: Arrival = 'live', epoch = 'e1'): Entry => ({
  kind: 'event',
  key: String(offset),
  event: { event: 'hello', data: null, offset, epoch, id: String(offset), at: 0 },
  arrival,
  heardAt: 0,
});
const at = (offset: number, epoch = 'e1') => ({ epoch, offset });
const states = (options: TapeOptions) => tapeCells(options).map(({ state }) => state);

it('ends at the head, and shows what a pane has not heard yet', () => {
  const entries = [heard(5), heard(4, 'caught-up'), heard(3, 'history')];
  expect(states({ entries, stands: at(5), head: at(7), length: 6 })).toEqual([
    'before',
    'history',
    'caught-up',
    'live',
    'missing',
    'missing',
  ]);
});

it('shows what a pane missed that has heard nothing at all', () => {
  expect(states({ entries: [], stands: at(1), head: at(3), length: 3 })).toEqual([
    'before',
    'missing',
    'missing',
  ]);
});

it('fills from the left while the channel is young', () => {
  expect(tapeCells({ entries: [heard(1)], stands: at(1), head: at(1), length: 3 })).toEqual([
    { offset: 1, state: 'live' },
    { offset: 2, state: 'before' },
    { offset: 3, state: 'before' },
  ]);
});

it('forgets another epoch', () => {
  expect(states({ entries: [heard(2)], stands: at(2), head: at(2, 'e2'), length: 2 })).toEqual([
    'before',
    'before',
  ]);
});
