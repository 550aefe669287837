/**
 * Too many at once: connections of one address, connections at all, calls of one user. Each is told with a code when to
 * come back, and whoever is in notices nothing.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { Bystander } from '../support/bystander.ts';
import { tokenFor } from '../support/credentials.ts';
import { openStream } from '../support/event-stream.ts';
import { NativeClient } from '../support/native-client.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';

/** One of them is the bystander. */
const PLACES = 4;

describe.each([
  { limit: 'connectionsPerAddress', status: 429, code: 'rate_limited', reason: 'rate_limited' },
  { limit: 'connections', status: 503, code: 'unavailable', reason: 'full' },
])('more connections than $limit', ({ limit, status, code, reason }) => {
  let server: RunningServer;
  let bystander: Bystander;
  let inside: NativeClient[];

  beforeEach(async () => {
    server = await startServer({ limits: { [limit]: PLACES } });
    bystander = await Bystander.watch(server);
    inside = await Promise.all(Array.from({ length: PLACES - 1 }, () => NativeClient.welcomed(server.url)));
  });

  afterEach(() => bystander.expectUnharmed());

  it('are refused on WebSocket, until one leaves', async () => {
    await expect(NativeClient.connect(server.url)).rejects.toMatchObject({
      status,
      body: { code, retryAfter: expect.any(Number) },
    });
    inside[0]?.ws.close();
    await inside[0]?.closed;
    await NativeClient.welcomed(server.url);
  });

  it('are refused on SSE, to an EventSource by a stream that says when to come back', async () => {
    const plain = await openStream(server.url, 'channels=public:a');
    expect(plain.response.statusCode).toBe(status);
    const source = await openStream(server.url, 'channels=public:a', { accept: 'text/event-stream' });
    expect(source.response.statusCode).toBe(200);
    const { data, retry } = await source.next('disconnect');
    expect(data).toMatchObject({ reason, reconnect: true });
    expect(Number(retry)).toBeGreaterThan(0);
    await source.ended;
  });

  it('are refused on Socket.IO with the code', async () => {
    const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain(code);
  });
});

it('calls of one user beyond httpPerSecond are answered rate_limited, and those of others are not', async () => {
  const server = await startServer({ limits: { httpPerSecond: 5 } });
  const bystander = await Bystander.watch(server);
  const api = new Api({ url: server.url, bearer: tokenFor('mallory') });
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.get('/realtime/stats')));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThanOrEqual(10);
  for (const { status, body, headers } of refused) {
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(body.retryAfter).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await api.as(tokenFor('alice')).get('/realtime/stats')).status).toBe(200);
  await bystander.expectUnharmed();
});
