import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { TokenRefresh } from './token-refresh.ts';

const HOUR = 3_600_000;

it('asks before the end of a token that was handed in again meanwhile', async () => {
  const clock = new ManualClock();
  const expiresAt = clock.wall() + HOUR;
  let asked = 0;
  const refresh = new TokenRefresh({
    clock,
    // As of an application that keeps a token for as long as it lasts.
    ask: async () => `token ${++asked}`,
    hand: async () => ({
      type: 'reply',
      id: 1,
      ok: true,
      data: { expiresAt },
      error: undefined,
      channels: undefined,
    }),
    onError: () => {},
  });
  refresh.start({ expiresAt, at: clock.wall() });
  await refresh.now();
  expect(asked).toBe(1);
  await clock.advance(HOUR);
  expect(asked).toBe(2);
});
