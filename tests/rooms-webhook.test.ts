import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { WebhookOptions } from '../kits/rooms/server/options.ts';
import { openSocket, type RunningRooms, startRooms } from './support/start-rooms.ts';
import { onTeardown } from './support/teardown.ts';

const KEY = Buffer.from('a key of the webhook, of 32 bytes');
const SECRET = `whsec_${KEY.toString('base64')}`;

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The app: a real HTTP server that answers as a test says, and keeps what it was asked. */
async function startApp(answer: (asked: Asked, response: ServerResponse, count: number) => void) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const question = { headers: request.headers, body, data: JSON.parse(body).data };
    asked.push(question);
    answer(question, response, asked.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/may-join` };
}

const json = (response: ServerResponse, body: unknown, status = 200) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const withWebhook = (url: string, options: Partial<WebhookOptions> = {}, rooms = {}) =>
  startRooms({ ...rooms, joinWebhook: { url, secret: SECRET, ...options } });

const join = ({ as }: RunningRooms, user: string, roomId: string) =>
  as(user).call('POST', '/commands/join_room', { roomId });

describe('the app that is asked who may join', () => {
  it('is asked by a signed request, and decides', async () => {
    const app = await startApp(({ data }, response) =>
      json(response, data.user === 'mallory' ? { allow: false, reason: 'Not you.' } : { allow: true }),
    );
    const rooms = await withWebhook(app.url);
    expect(await join(rooms, 'ayse', 'general')).toMatchObject({ status: 200 });
    const [{ headers, body, data } = {} as Asked] = app.asked;
    expect(data).toEqual({
      user: 'ayse',
      name: 'ayse',
      roomId: 'general',
      exists: false,
      private: false,
      invited: false,
    });
    expect(JSON.parse(body)).toMatchObject({ type: 'room.join', timestamp: expect.any(String) });
    expect(headers['content-type']).toBe('application/json');
    expect(headers['webhook-id']).toMatch(/^msg_[\da-f-]{36}$/);
    expect(Math.abs(Number(headers['webhook-timestamp']) * 1000 - Date.now())).toBeLessThan(60_000);
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`,
    );

    // A refusal is heard by a client that waits for no answer, too; and nothing was begun.
    const { socket, take } = await openSocket(rooms.url, 'mallory');
    socket.emit('join_room', { roomId: 'general' });
    expect(await take('error')).toEqual({ code: 'forbidden', message: 'Not you.', command: 'join_room' });
    socket.emit('join_room', { roomId: 'elsewhere' });
    expect(await take('error')).toMatchObject({ code: 'not_found' });
    expect((await rooms.backend.call('GET', '/rooms/general/members')).body.members).toMatchObject([
      { user: 'ayse' },
    ]);
    expect((await rooms.backend.call('GET', '/rooms/elsewhere')).status).toBe(404);
    // Members are not asked for again.
    const before = app.asked.length;
    expect((await join(rooms, 'ayse', 'general')).status).toBe(200);
    expect(app.asked).toHaveLength(before);
  });

  it('opens private rooms as well, and hides those it does not open', async () => {
    const app = await startApp(({ data }, response) =>
      json(response, { allow: data.user === 'staff' || data.exists === false }),
    );
    const rooms = await withWebhook(app.url);
    const { body } = await rooms.as('ayse').call('POST', '/rooms', { name: 'Secret', private: true });
    const id = body.id as string;
    expect((await join(rooms, 'staff', id)).status).toBe(200);
    const hidden = await join(rooms, 'mallory', id);
    const absent = await join(rooms, 'mallory', `r-${'A'.repeat(22)}`);
    expect([hidden.status, hidden.text]).toEqual([absent.status, absent.text]);
    expect(hidden.status).toBe(404);
  });

  it('is remembered for a moment, and asked once for those who ask at once', async () => {
    const app = await startApp((_asked, response) => json(response, { allow: false }));
    const rooms = await withWebhook(app.url);
    const answers = await Promise.all(Array.from({ length: 5 }, () => join(rooms, 'ayse', 'general')));
    for (const { status } of answers) expect(status).toBe(404);
    await join(rooms, 'ayse', 'general');
    expect(app.asked).toHaveLength(1);
    await join(rooms, 'berk', 'general');
    expect(app.asked).toHaveLength(2);
    const forgetful = await withWebhook(app.url, { cache: 0 });
    await join(forgetful, 'ayse', 'general');
    await join(forgetful, 'ayse', 'general');
    expect(app.asked).toHaveLength(4);
  });

  it('is asked again after a failure, under the same id', async () => {
    const app = await startApp((_asked, response, count) =>
      count < 3 ? json(response, {}, 500) : json(response, { allow: true }),
    );
    const rooms = await withWebhook(app.url);
    expect((await join(rooms, 'ayse', 'general')).status).toBe(200);
    expect(app.asked).toHaveLength(3);
    expect(new Set(app.asked.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it.each([
    ['hangs', () => {}],
    ['fails', (_asked: Asked, response: ServerResponse) => json(response, { allow: true }, 500)],
    [
      'sends elsewhere',
      (_asked: Asked, response: ServerResponse) => void response.writeHead(307, { location: '/else' }).end(),
    ],
    ['answers no JSON', (_asked: Asked, response: ServerResponse) => void response.end('yes')],
    [
      'answers neither yes nor no',
      (_asked: Asked, response: ServerResponse) => json(response, { allow: 'true' }),
    ],
    [
      'never ends its answer',
      (_asked: Asked, response: ServerResponse) => void response.writeHead(200).write('{"allow":'),
    ],
    [
      'answers without end',
      (_asked: Asked, response: ServerResponse) => json(response, { allow: true, more: 'x'.repeat(100_000) }),
    ],
  ])('lets nobody in when it %s, and the others go on', async (_what, answer) => {
    const app = await startApp(({ data, ...asked }, response) =>
      data.roomId === 'troubled' ? answer({ data, ...asked }, response) : json(response, { allow: true }),
    );
    const rooms = await withWebhook(app.url, { timeout: 1000, attempts: 2 });
    const troubled = join(rooms, 'ayse', 'troubled');
    expect((await join(rooms, 'berk', 'general')).status).toBe(200);
    expect(
      (await rooms.as('berk').call('POST', '/commands/send_message', { roomId: 'general', message: 'x' }))
        .status,
    ).toBe(200);
    expect(await troubled).toMatchObject({ status: 503, body: { code: 'unavailable', retryAfter: 5000 } });
    expect((await rooms.backend.call('GET', '/rooms/troubled')).status).toBe(404);
    expect(app.asked.filter(({ data }) => data.roomId === 'troubled')).toHaveLength(2);
  });

  it('lets nobody in when it is not there', async () => {
    const rooms = await withWebhook('http://127.0.0.1:9/', { attempts: 2 });
    expect(await join(rooms, 'ayse', 'general')).toMatchObject({
      status: 503,
      body: { code: 'unavailable' },
    });
  });
});
