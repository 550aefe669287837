import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ERRORS } from '@tidings/protocol';
import { describe, expect, test } from 'vitest';
import { Api } from './support/api.ts';
import { BARE_API_KEY, startBareServer } from './support/bare-server.ts';
import { onTeardown } from './support/teardown.ts';

async function start(options: Parameters<typeof startBareServer>[0] = {}) {
  const server = await startBareServer(options);
  return { server, api: new Api({ url: server.url, bearer: BARE_API_KEY }) };
}

const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('an error', () => {
  test('is a problem document', async () => {
    const { api } = await start();
    const { status, headers, body } = await api.get('/channels/nope:a/history');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toEqual({
      type: 'urn:tidings:error:unknown_namespace',
      title: ERRORS.unknown_namespace.message,
      status: 404,
      code: 'unknown_namespace',
      detail: 'No namespace "nope" is configured.',
    });
  });

  test('says what is wrong with each field', async () => {
    const { api } = await start();
    const { body } = await api.post('/publish', { channel: 1, event: 'e', key: '' });
    expect(body).toMatchObject({ code: 'invalid_request' });
    expect(body.details).toEqual(
      expect.arrayContaining([
        { path: '/channel', message: expect.any(String) },
        { path: '/key', message: expect.any(String) },
      ]),
    );
  });

  test('of the server itself tells nothing, and is logged', async () => {
    const lines: string[] = [];
    const { server, api } = await start({ log: (line) => lines.push(line) });
    server.broker.publishNow = () => {
      throw new Error('the secret of the disk');
    };
    const answer = await api.post('/publish', { channel: 'public:a', event: 'e' });
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal', title: ERRORS.internal.message } });
    expect(answer.text).not.toMatch(/secret|at .*\.ts/);
    expect(lines.join('')).toContain('the secret of the disk');
  });

  test.each([
    ['GET', '//nowhere', 404, 'not_found'],
    ['POST', '/nowhere', 404, 'not_found'],
    ['GET', '/publish', 405, 'method_not_allowed'],
    ['PUT', '/channels', 405, 'method_not_allowed'],
    ['GET', '//%E0%A4%A', 400, 'invalid_request'],
    ['GET', `/channels/${'x'.repeat(3000)}/history`, 400, 'invalid_request'],
  ])('%s %.40s is answered %i %s', async (method, path, status, code) => {
    const { api } = await start();
    const answer = await api.call(method, path);
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('a body', () => {
  test.each([
    ['not JSON', '{"channel":', 400, 'malformed_message'],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'malformed_message'],
    ['a list', '[]', 400, 'invalid_request'],
    ['nothing', '', 400, 'invalid_request'],
    [
      'with __proto__',
      '{"channel":"public:a","event":"e","data":{"__proto__":{"x":1}}}',
      400,
      'forbidden_key',
    ],
    ['with constructor.prototype', '{"constructor":{"prototype":{"x":1}}}', 400, 'forbidden_key'],
    ['too deep', deep(33), 400, 'message_too_deep'],
    ['of a hundred thousand brackets', '['.repeat(100_000), 400, 'message_too_deep'],
    ['too large', `{"channel":"${'x'.repeat(1_048_577)}"}`, 413, 'message_too_large'],
  ])('that is %s is answered %s', async (_name, body, status, code) => {
    const { api } = await start();
    expect(await api.post('/publish', body)).toMatchObject({ status, body: { status, code } });
    await api.publish('public:a', 'e');
  });

  test('of another type is refused', async () => {
    const { api } = await start();
    expect(await api.post('/publish', 'channel=public:a', { 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });
});

describe('a connection', () => {
  async function talk(port: number, bytes: string) {
    const socket = connect(port, '127.0.0.1');
    onTeardown(() => socket.destroy());
    await once(socket, 'connect');
    socket.write(bytes);
    return text(socket);
  }

  test.each([
    ['that speaks no HTTP', 'hello\r\n\r\n', 400, 'invalid_request'],
    [
      'with a head that is too large',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      413,
      'message_too_large',
    ],
  ])('%s is told so, and closed', async (_name, bytes, status, code) => {
    const { server } = await start();
    const answer = await talk(server.port, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code });
  });

  test('that never finishes its request is told so, and closed', { timeout: 15_000 }, async () => {
    const { server } = await start();
    const limits = server.app.server;
    expect([limits.headersTimeout, limits.requestTimeout]).toEqual([10_000, 30_000]);
    // Node looks every five seconds, whatever the limits are.
    limits.headersTimeout = 1;
    limits.requestTimeout = 1;
    const answers = await Promise.all([
      talk(server.port, ''),
      talk(server.port, 'GET /healthz HTTP/1.1\r\nHost: '),
      talk(server.port, 'POST /api/v1/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{'),
    ]);
    for (const answer of answers.slice(0, 2)) expect(answer).toContain('The request did not arrive in time.');
    expect(answers).toHaveLength(3);
  });
});

describe('the log', () => {
  test('has no token, whatever happens', async () => {
    const lines: string[] = [];
    const { server, api } = await start({ log: (line) => lines.push(line) });
    const token = 'user:top-secret';
    await api.as(undefined).get(`/realtime/stats?token=${token}`);
    await api.as(token).get('/realtime/stats');
    await api.as('forged-secret').get('/realtime/stats');
    await api.as(undefined).get(`//nowhere?token=${token}`);
    await api.as(undefined).get(`//events?channels=nope:a&token=${token}`);
    server.broker.publishNow = () => {
      throw new Error('broken');
    };
    await api.post(`/publish?token=${token}`, { channel: 'public:a', event: 'e' });
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join('')).not.toContain('secret');
    expect(lines.join('')).not.toContain(BARE_API_KEY);
  });
});

describe('a page', () => {
  test('of an allowed origin may read the API, a foreign one may not', async () => {
    const { server, api } = await start({ origins: ['https://app.example'] });
    for (const origin of ['https://app.example', server.url]) {
      const answer = await api.call('GET', '/realtime/stats', undefined, { origin });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('vary')).toContain('Origin');
      expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
    }
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await api.call('GET', '/realtime/stats', undefined, { origin });
      expect(answer).toMatchObject({ status: 403, body: { code: 'origin_refused' } });
      expect(answer.headers.has('access-control-allow-origin')).toBe(false);
    }
  });

  test('asks before it sends a command', async () => {
    const { api } = await start({ origins: ['https://app.example'] });
    const preflight = (origin: string) =>
      api.as(undefined).call('OPTIONS', '/commands/publish', undefined, {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      });
    const allowed = await preflight('https://app.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('POST');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(await preflight('https://evil.example')).toMatchObject({ status: 403 });
  });

  test('may read events of a stream', async () => {
    const { server } = await start({ origins: ['https://app.example'] });
    const response = await fetch(`${server.url}/events?channels=public:a`, {
      headers: { origin: 'https://app.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    await response.body?.cancel();
  });
});
