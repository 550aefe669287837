import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status });

it.each([
  ['away', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['busy', async () => json({ code: 'rate_limited' }, 429)],
  ['being started', async () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
])('are asked for again when the server is %s, and not taken for none', async (_, fail) => {
  vi.stubGlobal('fetch', vi.fn(async () => json({ kits: ['prices'] })).mockImplementationOnce(fail));
  const { kits } = await import('./kits.ts');
  await vi.advanceTimersByTimeAsync(0);
  expect(kits.get()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(5000);
  expect(kits.get()).toEqual(new Set(['prices']));
});
