import { describe, expect, test } from 'vitest';
import { startBareServer } from './support/bare-server.ts';
import { openStream } from './support/event-stream.ts';

describe('what is no stream', () => {
  const refused = async (server: { url: string }, query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/events?${query}`, { headers });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.json(),
    };
  };

  test.each([
    ['', 400, 'invalid_request', {}],
    ['channels=,', 400, 'invalid_request', {}],
    ['channels=public:demo&last=-1', 400, 'invalid_request', {}],
    ['channels=nonsense', 400, 'bad_channel', {}],
    ['channels=nope:demo', 404, 'unknown_namespace', {}],
    ['channels=nope:demo,closed:a', 404, 'unknown_namespace', {}],
    ['channels=closed:a', 401, 'unauthenticated', {}],
    ['channels=closed:a&token=user:alice', 403, 'forbidden', {}],
    ['channels=public:demo&token=forged', 401, 'invalid_token', {}],
    ['channels=public:demo&lastEventId=nonsense', 400, 'bad_cursor', {}],
    ['channels=public:demo', 400, 'bad_cursor', { 'last-event-id': 'nonsense' }],
    ['channels=public:demo', 403, 'origin_refused', { origin: 'http://evil.example' }],
    ['channels=public:a,public:b,public:c', 409, 'too_many_channels', {}],
  ])('%s is answered %i %s', async (query, status, code, headers) => {
    const server = await startBareServer({ namespaces: { closed: {} }, limits: { channels: 2 } });
    const answer = await refused(server, query, headers);
    expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json') });
    expect(answer.body).toMatchObject({ type: `urn:tidings:error:${code}`, status, code });
    expect(server.core.hub.sessions.size).toBe(0);
  });

  test('gives its place at the gate back', async () => {
    const server = await startBareServer({ limits: { connectionsPerAddress: 1 } });
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await refused(server, 'channels=nope:demo')).toMatchObject({ status: 404 });
    const stream = await openStream(server.url, 'channels=public:demo');
    expect(stream.response.statusCode).toBe(200);
  });

  test('needs a user where nobody may be anonymous', async () => {
    const server = await startBareServer({ anonymous: false, limits: { connectionsPerAddress: 1 } });
    expect(await refused(server, 'channels=public:demo')).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    const stream = await openStream(server.url, 'channels=public:demo&token=user:alice');
    expect((await stream.next('welcome')).data).toMatchObject({ user: 'alice' });
  });

  test.each(['HEAD', 'POST', 'DELETE'])('%s is not taken', async (method) => {
    const server = await startBareServer();
    const response = await fetch(`${server.url}/events?channels=public:demo`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
    expect(server.core.hub.sessions.size).toBe(0);
  });

  test('tells an EventSource to come back later in a way that it does, and anyone else 503', async () => {
    const server = await startBareServer({ limits: { connections: 0 } });
    expect(await refused(server, 'channels=public:demo')).toMatchObject({
      status: 503,
      body: { code: 'unavailable' },
    });
    const stream = await openStream(server.url, 'channels=public:demo', { accept: 'text/event-stream' });
    expect(stream.response.statusCode).toBe(200);
    expect(await stream.next('disconnect')).toMatchObject({
      retry: '5000',
      id: undefined,
      data: { reason: 'full', reconnect: true, retryAfter: 5000 },
    });
    await stream.ended;
  });
});
