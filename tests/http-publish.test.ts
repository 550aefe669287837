import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { openStream } from './support/event-stream.ts';
import { type RunningServer, startServer } from './support/start-server.ts';

const apiOf = ({ url, apiKey }: RunningServer) => new Api({ url, bearer: apiKey });

describe('POST /api/v1/publish', () => {
  test('answers with the place of the event, which subscribers hear', async () => {
    const server = await startServer();
    const stream = await openStream(server.url, 'channels=public:demo');
    await stream.next('welcome');
    const { status, body } = await apiOf(server).post('/publish', {
      channel: 'public:demo',
      event: 'hello',
      data: { n: 1 },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      channel: 'public:demo',
      offset: 1,
      epoch: expect.any(String),
      id: expect.any(String),
    });
    expect((await stream.next()).data).toMatchObject({ ...body, type: 'hello', payload: { n: 1 } });
  });

  test('is answered to a client that would rather speak HTTP/2, as Java’s does', async () => {
    const { url, apiKey } = await startServer();
    const asked = request(`${url}/api/v1/publish`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
      },
    });
    asked.end(JSON.stringify({ channel: 'public:demo', event: 'hello' }));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(await json(response)).toMatchObject({ channel: 'public:demo', offset: 1 });
    expect(response.statusCode).toBe(200);
  });

  test('does nothing again for the same key, and refuses it for something else', async () => {
    const api = apiOf(await startServer());
    const event = { channel: 'public:demo', event: 'hello', data: 1, key: 'order-17' };
    const first = await api.post('/publish', event);
    expect((await api.post('/publish', event)).body).toEqual(first.body);
    expect(await api.post('/publish', { ...event, data: 2 })).toMatchObject({
      status: 409,
      body: { code: 'key_conflict' },
    });
  });

  test.each([
    ['no key', undefined],
    ['another key', 'another-api-key-that-is-long-enough'],
    ['a user’s token', tokenFor('alice')],
  ])('is not for a caller with %s', async (_name, bearer) => {
    const { url } = await startServer();
    const answer = await new Api({ url, bearer }).post('/publish', { channel: 'public:demo', event: 'e' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    [{ event: 'e' }, 400, 'invalid_request'],
    [{ channel: 'public:demo', event: 'e', more: 1 }, 400, 'invalid_request'],
    [{ channel: 7, event: 'e' }, 400, 'invalid_request'],
    [{ channel: 'public:demo', event: 'e', key: '' }, 400, 'invalid_request'],
    [{ channel: 'nonsense', event: 'e' }, 400, 'bad_channel'],
    [{ channel: 'nope:demo', event: 'e' }, 404, 'unknown_namespace'],
    [{ channel: 'public:demo', event: 'connect' }, 400, 'bad_event'],
    [{ channel: 'public:demo', event: 'e', data: 'x'.repeat(70_000) }, 413, 'message_too_large'],
  ])('refuses %j', async (body, status, code) => {
    const api = apiOf(await startServer());
    expect(await api.post('/publish', body)).toMatchObject({ status, body: { status, code } });
  });
});

describe('POST /api/v1/publish/channels', () => {
  test('publishes on each channel, and says what became of each', async () => {
    const api = apiOf(await startServer());
    const { status, body } = await api.post('/publish/channels', {
      channels: ['public:a', 'nope:b', 'public:c'],
      event: 'hello',
      data: 1,
    });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { channel: 'public:a', offset: 1 },
      { error: { code: 'unknown_namespace', message: expect.any(String) } },
      { channel: 'public:c', offset: 1 },
    ]);
  });
});

describe('POST /api/v1/publish/batch', () => {
  test('publishes in order; one that fails does not stop the others', async () => {
    const api = apiOf(await startServer());
    const { status, body } = await api.post('/publish/batch', {
      events: [
        { channel: 'public:a', event: 'one' },
        { channel: 'public:a', event: 'disconnect' },
        { channel: 'public:a', event: 'two' },
      ],
    });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([{ offset: 1 }, { error: { code: 'bad_event' } }, { offset: 2 }]);
    const history = await api.get('/channels/public:a/history');
    expect(history.body).toMatchObject({ events: [{ event: 'one' }, { event: 'two' }] });
  });

  test('takes no more events than it may', async () => {
    const api = apiOf(await startServer({ limits: { batch: 2 } }));
    const events = [1, 2, 3].map(() => ({ channel: 'public:a', event: 'e' }));
    expect(await api.post('/publish/batch', { events })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', details: [{ path: '/events' }] },
    });
    expect(await api.post('/publish/batch', { events: [] })).toMatchObject({ status: 400 });
  });
});
