import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pollServerStats, serverStats } from './server-stats.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { hidden: false });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('asks again after it was told to ask less', async () => {
  const numbers = { connected_clients: 3, events_sent_today: 4, uptime_seconds: 5 };
  const fetch = vi
    .fn(async () => new Response(JSON.stringify(numbers)))
    .mockImplementationOnce(async () => new Response('{}', { status: 429 }));
  vi.stubGlobal('fetch', fetch);
  const stop = pollServerStats(undefined);
  await vi.advanceTimersByTimeAsync(2000);
  expect(serverStats.get()).toMatchObject({ connected: 3 });
  stop();
});
