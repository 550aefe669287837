import { expect, it } from 'vitest';
import type { ClientError } from './client-error.ts';
import { clientOf } from './client-of.ts';
import type { ClientOptions } from './options.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { MemoryServer } from './testing/memory-server.ts';

const HOUR = 3_600_000;

function start(options: Partial<ClientOptions> = {}) {
  const clock = new ManualClock();
  const server = new MemoryServer(clock);
  const errors: ClientError[] = [];
  let tokens = 0;
  const client = clientOf(
    { url: 'http://server.example', token: () => `token-${++tokens}`, clock, random: () => 0.5, ...options },
    { websocket: server.transport('websocket'), sse: server.transport('sse') },
  );
  client.on('error', (error) => errors.push(error));
  return { clock, server, client, errors, tokens: () => tokens };
}

it.each([2 * HOUR, -2 * HOUR])(
  'tells of a clock that is set by %i ms, and nothing depends on it',
  async (jump) => {
    const { clock, client, errors, tokens, server } = start();
    void client.connect();
    await clock.advance(1000);
    clock.jump(jump);
    await clock.advance(60_000);
    expect(errors.map(({ code }) => code)).toEqual(['clock_jumped']);
    expect(client.status.getSnapshot().state).toBe('connected');
    // The token is refreshed by the server's clock: a minute before its hour is over, and not now.
    expect(tokens()).toBe(1);
    await clock.advance(HOUR - 130_000);
    expect(tokens()).toBe(1);
    await clock.advance(15_000);
    expect(tokens()).toBe(2);
    server.away = true;
    server.cut();
    const kept = client.channel('room:1').publish('said', 1);
    clock.jump(jump);
    await clock.advance(60_000);
    server.away = false;
    await clock.advance(60_000);
    expect(await kept).toMatchObject({ offset: 1 });
    await client.close();
    expect(clock.timers).toBe(0);
  },
);

it('leaves a connection that has gone silent, and comes back', async () => {
  const { clock, client, errors, server } = start();
  void client.connect();
  await clock.advance(1000);
  server.halfOpen();
  await clock.advance(34_000);
  expect(client.status.getSnapshot().state).toBe('connected');
  await clock.advance(2000);
  expect(client.status.getSnapshot()).toMatchObject({ state: 'connected', session: 's2' });
  expect(errors.map(({ code }) => code)).toEqual(['connection_lost']);
  await client.close();
});

it('gives up what is too old, and what the server could not take so often', async () => {
  const { clock, client, server } = start({ outbox: { maxAge: HOUR, maxAttempts: 3 } });
  server.refusal = 'storage_unavailable';
  const tried = client.channel('room:1').publish('said', 1);
  await clock.advance(60_000);
  await expect(tried).rejects.toMatchObject({
    code: 'retries_exhausted',
    cause: { code: 'storage_unavailable' },
  });
  server.refusal = 'rate_limited';
  const waited = client.channel('room:1').publish('said', 2);
  await clock.advance(HOUR - 1000);
  expect(client.pending.getSnapshot().entries).toHaveLength(1);
  await clock.advance(60_000);
  await expect(waited).rejects.toMatchObject({ code: 'too_old' });
  await client.close();
});
