/**
 * Bad input over HTTP: each gets a problem document with its code, and a bystander notices nothing.
 *
 * @module
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { Bystander } from '../support/bystander.ts';
import { inSeconds, signToken, tokenFor } from '../support/credentials.ts';
import { expectDocumented } from '../support/documented.ts';
import { Inbox } from '../support/inbox.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';
import { onTeardown } from '../support/teardown.ts';
import { NAMESPACES, REFUSED, UNREADABLE_DATA } from './messages.ts';

let server: RunningServer;
let bystander: Bystander;
let backend: Api;
let stranger: Api;

beforeAll(async () => {
  server = await startServer({ namespaces: NAMESPACES });
  bystander = await Bystander.watch(server);
  backend = new Api({ url: server.url, bearer: server.apiKey });
  stranger = backend.as(undefined);
});

afterAll(() => bystander.expectUnharmed());

/** Sends bytes to the port and gives all that comes back until the server closes, which it is asked to where `end` is set. */
async function exchange(bytes: string | Buffer, { end = false } = {}): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const answers = new Inbox<string>('the answer');
  onTeardown(() => socket.destroy());
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('close', () => answers.push(text));
  socket.write(bytes);
  if (end) socket.end();
  return answers.take();
}

describe('a body', () => {
  it.each(UNREADABLE_DATA)('that is $what is answered $code', async ({ text, code }) => {
    expectDocumented(code);
    const { status, body, headers } = await backend.post(
      '/publish',
      `{"channel":"open:a","event":"e","data":${text}}`,
    );
    expect(body).toMatchObject({
      type: `urn:tidings:error:${code}`,
      code,
      status,
      title: expect.any(String),
    });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('that is not UTF-8 is answered malformed_message', async () => {
    const bytes = Buffer.from('{"channel":"open:a","event":"e","data":"\xff\xfe"}', 'latin1');
    const { status, body } = await backend.post('/publish', bytes);
    expect([status, body.code]).toEqual([400, 'malformed_message']);
  });

  it('that is empty is answered with a code', async () => {
    const { status, body } = await backend.post('/publish', '');
    expect(status).toBe(400);
    expectDocumented(body.code);
  });

  it('of another type is answered 415 with a code', async () => {
    const { status, body } = await backend.post('/publish', '<x/>', { 'content-type': 'application/xml' });
    expect(status).toBe(415);
    expectDocumented(body.code);
  });

  it('larger than the server takes is answered message_too_large', async () => {
    const { status, body } = await backend.post('/publish', {
      channel: 'open:a',
      event: 'e',
      data: 'x'.repeat(2e6),
    });
    expect([status, body.code]).toEqual([413, 'message_too_large']);
  });

  it('with an event larger than the server takes is answered message_too_large', async () => {
    const { status, body } = await backend.post('/publish', {
      channel: 'open:a',
      event: 'e',
      data: 'x'.repeat(70_000),
    });
    expect([status, body.code]).toEqual([413, 'message_too_large']);
  });

  it.each([
    [],
    {},
    { channel: 'open:a' },
    { event: 'e' },
    { channel: 'open:a', event: 'e', offset: 1 },
    7,
    null,
    'text',
  ])('of the wrong form, %j, is answered invalid_request', async (value) => {
    const { status, body } = await backend.post('/publish', JSON.stringify(value));
    expect(status).toBe(400);
    expect(['invalid_request', 'malformed_message']).toContain(body.code);
  });

  it('of a batch too long is answered invalid_request', async () => {
    const events = Array.from({ length: 1001 }, () => ({ channel: 'open:a', event: 'e' }));
    const { status, body } = await backend.post('/publish/batch', { events });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });

  it('of a batch in which one event is bad publishes the others', async () => {
    const events = ['open:batch', 'nowhere:1', 'nonsense', 'open:batch'].map((channel) => ({
      channel,
      event: 'e',
    }));
    const { status, body } = await backend.post('/publish/batch', { events });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { channel: 'open:batch', offset: 1 },
      { error: { code: 'unknown_namespace' } },
      { error: { code: 'bad_channel' } },
      { channel: 'open:batch', offset: 2 },
    ]);
  });
});

describe('a command', () => {
  it.each(REFUSED.filter(({ name }) => name !== '' && name.length < 1000))(
    'with $what is answered $code',
    async ({ name, data, code }) => {
      const { status, body } = await stranger.post(`/commands/${encodeURIComponent(name)}`, data);
      expect(body).toMatchObject({ code, status, title: expect.any(String) });
    },
  );

  it('that needs a connection is refused with a code', async () => {
    const { status, body } = await stranger.post('/commands/subscribe', { channels: ['open:a'] });
    expect(status).toBe(400);
    expectDocumented(body.code);
  });
});

describe('a key', () => {
  it('that was used for something else is answered key_conflict', async () => {
    const publish = { channel: 'open:keys', event: 'e', data: 1, key: 'the key of HTTP' };
    const first = await backend.post('/publish', publish);
    expect((await backend.post('/publish', publish)).body).toEqual(first.body);
    const other = await backend.post('/publish', { ...publish, data: 2 });
    expect([other.status, other.body.code]).toEqual([409, 'key_conflict']);
  });

  it('is kept apart by channel', async () => {
    const key = 'one key, two channels';
    const one = await backend.post('/publish', { channel: 'open:keys-1', event: 'e', data: 1, key });
    const two = await backend.post('/publish', { channel: 'open:keys-2', event: 'e', data: 2, key });
    expect([one.status, two.status]).toEqual([200, 200]);
  });
});

describe('who calls', () => {
  it.each([
    ['nobody', undefined],
    ['another key', 'test-api-key-that-is-long-enougX'],
    ['the key and more', 'test-api-key-that-is-long-enough2'],
    ['no key', ' '],
    ['a user', tokenFor('alice')],
  ])('with the key of %s is answered 401 invalid_api_key', async (_, bearer) => {
    const api = backend.as(bearer);
    for (const path of ['/publish', '/publish/batch', '/users/alice/revoke', '/tokens/revoke']) {
      const { status, body } = await api.post(path, {});
      expect([path, status, body.code]).toEqual([path, 401, 'invalid_api_key']);
    }
    const { status, body } = await api.get('/connections');
    expect([status, body.code]).toEqual([401, 'invalid_api_key']);
  });

  it.each([
    ['that is none', 'garbage', 'invalid_token'],
    ['that is forged', signToken({ sub: 'm' }, 'x'.repeat(40)), 'invalid_token'],
    ['that has expired', tokenFor('m', { exp: inSeconds(-600) }), 'token_expired'],
  ])('with a token %s is answered 401', async (_, bearer, code) => {
    const { status, body } = await backend.as(bearer).get('/realtime/stats');
    expect([status, body.code]).toEqual([401, code]);
  });

  it('from a foreign origin is answered origin_refused, and its preflight gets no permission', async () => {
    const headers = { origin: 'https://evil.example' };
    const { status, body } = await stranger.call('POST', '/commands/ping', {}, headers);
    expect([status, body.code]).toEqual([403, 'origin_refused']);
    const preflight = await stranger.call('OPTIONS', '/commands/ping', undefined, {
      ...headers,
      'access-control-request-method': 'POST',
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    '//',
    '//nowhere',
    '/nowhere',
    '//..%2f..%2fetc%2fpasswd',
    '//%00',
    '/channels/%E0%A4%A/history',
    '//docs/../../package.json',
  ])('%s is answered with a code or a page, never with a file of ours', async (path) => {
    const { status, body, text } = await stranger.get(path);
    expect(status).toBeLessThan(500);
    if (status >= 400) expectDocumented(body.code);
    expect(text).not.toContain('root:');
    expect(text).not.toContain('"dependencies"');
  });

  it('called in a way that it is not for is answered with a code', async () => {
    const { status, body } = await backend.call('DELETE', '/publish');
    expect([404, 405]).toContain(status);
    expectDocumented(body.code);
  });
});

describe('bytes', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex')],
    ['zeros', Buffer.alloc(1000)],
    [
      'two lengths',
      'POST /api/v1/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    ],
    [
      'length and chunks',
      'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a head of 100 kB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
    [
      'an upgrade to something else',
      'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
    ],
    [
      'an upgrade without a key',
      'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'an upgrade of an old version',
      'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 7\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    ],
    [
      'an upgrade to an address with a host',
      'GET http://x/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    ],
  ])('that are %s are answered 4xx and the connection is closed', async (_, bytes) => {
    expect(await exchange(bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('that ask for an upgrade at an address with dots are answered once', async () => {
    const answer = await exchange(
      'GET /socket.io/../realtime?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      { end: true },
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toHaveLength(1);
  });
});
