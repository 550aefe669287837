import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { createToasts, type Toasts } from './toasts.ts';

let clock: ManualClock;
let toasts: Toasts;
const titles = () => toasts.getSnapshot().map(({ title }) => title);

beforeEach(() => {
  clock = new ManualClock();
  toasts = createToasts({ clock });
});

it('shows toasts for a while, each for its own', async () => {
  toasts.show({ title: 'a' });
  toasts.show({ title: 'b', duration: 1000 });
  toasts.show({ title: 'c', duration: 0 });
  await clock.advance(1000);
  expect(titles()).toEqual(['a', 'c']);
  await clock.advance(1_000_000);
  expect(titles()).toEqual(['c']);
});

it('lets one of a tag take the place of the last', () => {
  toasts.show({ title: '1 message', tag: 'messages' });
  toasts.show({ title: 'other' });
  toasts.show({ title: '2 messages', tag: 'messages' });
  expect(titles()).toEqual(['other', '2 messages']);
});

it('shows so many and no more', () => {
  for (let n = 1; n <= 8; n += 1) toasts.show({ title: String(n) });
  expect(titles()).toEqual(['4', '5', '6', '7', '8']);
});

it('stops their time while one is held', async () => {
  toasts.show({ title: 'a' });
  const release = toasts.hold();
  toasts.show({ title: 'b' });
  await clock.advance(60_000);
  expect(titles()).toEqual(['a', 'b']);
  release();
  release();
  await clock.advance(8000);
  expect(titles()).toEqual([]);
});

it('dismisses one, or all', () => {
  const id = toasts.show({ title: 'a' });
  toasts.show({ title: 'b' });
  toasts.dismiss(id);
  expect(titles()).toEqual(['b']);
  toasts.clear();
  expect(titles()).toEqual([]);
  expect(clock.timers).toBe(0);
});
