/**
 * Bad input over WebSocket: each gets its coded answer, and a bystander on the same server notices nothing.
 *
 * @module
 */
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bystander } from '../support/bystander.ts';
import { inSeconds, signToken, tokenFor } from '../support/credentials.ts';
import { expectDocumented } from '../support/documented.ts';
import { HandshakeRefused, NativeClient } from '../support/native-client.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';
import { NAMESPACES, REFUSED, UNREADABLE_DATA } from './messages.ts';

let server: RunningServer;
let bystander: Bystander;

beforeAll(async () => {
  server = await startServer({ namespaces: NAMESPACES, limits: { channels: 10 } });
  bystander = await Bystander.watch(server);
});

afterAll(() => bystander.expectUnharmed());

const connect = () => NativeClient.welcomed(server.url);

/** A masked frame, as a client sends it. */
function frame(firstByte: number, payload: Buffer): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] as number)));
  return Buffer.concat([Buffer.from([firstByte, 0x80 | payload.length]), mask, masked]);
}

/** Writes bytes below the WebSocket. */
function writeRaw({ ws }: NativeClient, bytes: Buffer): void {
  (ws as unknown as { _socket: Socket })._socket.write(bytes);
}

describe('a message', () => {
  it.each([
    ...UNREADABLE_DATA,
    { what: 'empty', text: '', code: 'malformed_message' },
    { what: 'a list', text: '[{"type":"ping"}]', code: 'malformed_message' },
    { what: 'a string', text: '"ping"', code: 'malformed_message' },
    { what: 'null', text: 'null', code: 'malformed_message' },
    { what: 'without a type', text: '{}', code: 'invalid_request' },
    { what: 'with a type that is no string', text: '{"type":["ping"]}', code: 'invalid_request' },
  ])('that is $what is answered $code', async ({ text, code }) => {
    expectDocumented(code);
    const client = await connect();
    client.ws.send(text);
    expect(await client.messages.take()).toMatchObject({ type: 'reply', ok: false, error: { code } });
    expect(await client.ask('ping')).toMatchObject({ type: 'pong' });
  });

  it('larger than the server takes ends the session with 1009', async () => {
    const client = await connect();
    client.send({ type: 'ping', data: 'x'.repeat(70_000) });
    expect((await client.closed).code).toBe(1009);
  });

  it('that claims to be 2^62 bytes long ends the session with 1009, before they come', async () => {
    const client = await connect();
    writeRaw(client, Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]));
    expect((await client.closed).code).toBe(1009);
  });

  it('in fragments without end ends the session with 1009', async () => {
    const client = await connect();
    writeRaw(client, frame(0x01, Buffer.from('{')));
    for (let sent = 0; sent < 70_000; sent += 100) writeRaw(client, frame(0x00, Buffer.alloc(100, 0x20)));
    expect((await client.closed).code).toBe(1009);
  });

  it('that is not UTF-8 ends the session with 1007', async () => {
    const client = await connect();
    writeRaw(client, frame(0x81, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])));
    expect((await client.closed).code).toBe(1007);
  });

  it.each([
    ['a frame without a mask', Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
    ['a reserved opcode', frame(0x83, Buffer.from('{}'))],
    ['a reserved bit', frame(0xc1, Buffer.from('{}'))],
    ['a control frame in fragments', frame(0x09, Buffer.from('x'))],
    ['a continuation of nothing', frame(0x80, Buffer.from('x'))],
  ])('in %s ends the session with 1002', async (_, bytes) => {
    const client = await connect();
    writeRaw(client, bytes);
    expect((await client.closed).code).toBe(1002);
  });
});

describe('a command', () => {
  it.each(REFUSED)('with $what is answered $code', async ({ name, data, code }) => {
    expectDocumented(code);
    const client = await connect();
    const flat = ['publish', 'history', 'presence', 'typing'].includes(name);
    const reply = flat
      ? await client.ask(name, data as Readonly<Record<string, unknown>>)
      : await client.ask('command', { name, data });
    expect(reply).toMatchObject({ type: 'reply', ok: false, error: { code, message: expect.any(String) } });
    expect(await client.ask('ping')).toMatchObject({ type: 'pong' });
  });

  it('to follow more channels than one may is answered too_many_channels, and follows none of them', async () => {
    const client = await connect();
    const channels = Array.from({ length: 11 }, (_, index) => `open:many-${index}`);
    expect((await client.ask('subscribe', { channels })).error?.code).toBe('too_many_channels');
    expect((await client.ask('subscribe', { channels: channels.slice(0, 10) })).ok).toBe(true);
    expect((await client.ask('subscribe', { channels: channels.slice(10) })).error?.code).toBe(
      'too_many_channels',
    );
    expect((await client.ask('subscribe', { channels: channels.slice(0, 1) })).ok).toBe(true);
  });

  it('with a key that was used for something else is answered key_conflict', async () => {
    const client = await connect();
    const publish = { channel: 'open:keys', event: 'e', data: 1, key: 'the key' };
    const first = await client.ask('publish', publish);
    expect((await client.ask('publish', publish)).data).toEqual(first.data);
    expect((await client.ask('publish', { ...publish, data: 2 })).error?.code).toBe('key_conflict');
    expect((await client.ask('publish', { ...publish, event: 'f' })).error?.code).toBe('key_conflict');
  });

  it('with a position of another channel or epoch is told recovered: false', async () => {
    const client = await connect();
    await client.ask('publish', { channel: 'open:positions', event: 'e' });
    const answers = await client.subscribe(
      { channel: 'open:positions', since: 'ffffffffffff:1' },
      { channel: 'open:other', since: 'ffffffffffff:1' },
    );
    expect(answers).toMatchObject([
      { recovered: false, events: [] },
      { recovered: false, events: [] },
    ]);
  });
});

describe('too fast', () => {
  it('is answered rate_limited with retryAfter, and the session goes on', async () => {
    const client = await connect();
    const total = 260;
    for (let id = 1; id <= total; id += 1) client.send({ type: 'ping', id: `p${id}` });
    let refused = 0;
    for (let id = 1; id <= total; id += 1) {
      const answer = await client.messages.take((message) => message.id === `p${id}`);
      if (answer.type === 'pong') continue;
      expect(answer).toMatchObject({
        ok: false,
        error: { code: 'rate_limited', retryAfter: expect.any(Number) },
      });
      refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
  });

  it('for long ends the session with 4005', async () => {
    const client = await connect();
    for (let n = 0; n < 600; n += 1) client.send({ type: 'ping' });
    expect(await client.messages.take(({ type }) => type === 'disconnect')).toMatchObject({
      code: 4005,
      reason: 'rate_limited',
      reconnect: true,
    });
    expect((await client.closed).code).toBe(4005);
  });

  it('with messages that cannot be read ends the session with 4503', async () => {
    const client = await connect();
    for (let n = 0; n < 150; n += 1) client.ws.send('nonsense');
    expect(await client.messages.take(({ type }) => type === 'disconnect')).toMatchObject({
      code: 4503,
      reason: 'protocol_error',
      reconnect: false,
    });
    expect((await client.closed).code).toBe(4503);
  });

  it('by pings of the WebSocket itself, never read, does not make the server grow', async () => {
    const client = await connect();
    client.ws.pause();
    const ping = frame(0x89, Buffer.alloc(125, 1));
    for (let n = 0; n < 20_000; n += 1) writeRaw(client, ping);
    client.ws.resume();
    expect(await client.ask('ping')).toMatchObject({ type: 'pong' });
  });
});

const [head = '', body = '', signature = ''] = tokenFor('mallory').split('.');
const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');

describe('a token', () => {
  it.each([
    ['that is none', 'garbage', 4500, 'invalid_token'],
    ['of three empty parts', '..', 4500, 'invalid_token'],
    ['signed with another secret', signToken({ sub: 'mallory' }, 'x'.repeat(40)), 4500, 'invalid_token'],
    [
      'with another content than was signed',
      `${head}.${Buffer.from('{"sub":"admin"}').toString('base64url')}.${signature}`,
      4500,
      'invalid_token',
    ],
    ['with alg none', `${none}.${body}.`, 4500, 'invalid_token'],
    [
      'with an algorithm that is not taken',
      signToken({ sub: 'mallory' }, undefined, { alg: 'HS512' }),
      4500,
      'invalid_token',
    ],
    [
      'with a critical header',
      signToken({ sub: 'mallory' }, undefined, { alg: 'HS256', crit: ['x'], x: 1 }),
      4500,
      'invalid_token',
    ],
    ['of 100 kB in the address', 'x'.repeat(10_000), 4500, 'invalid_token'],
    ['not valid yet', tokenFor('mallory', { nbf: inSeconds(600) }), 4500, 'invalid_token'],
    ['that has expired', tokenFor('mallory', { exp: inSeconds(-600) }), 4003, 'token_expired'],
    ['with a user that is no text', signToken({ sub: { name: 'admin' } as never }), 4500, 'invalid_token'],
    [
      'with __proto__ as rights',
      signToken({ sub: 'm', channels: JSON.parse('{"__proto__":["publish"]}') }),
      undefined,
      undefined,
    ],
  ])('%s', async (_, token, code, reason) => {
    const client = await NativeClient.connect(server.url, { token });
    const first = await client.messages.take();
    if (code === undefined) {
      expect(first).toMatchObject({ type: 'welcome' });
      expect((await client.ask('publish', { channel: 'closed:a', event: 'e' })).error?.code).toBe(
        'forbidden',
      );
      return;
    }
    expectDocumented(reason);
    expect(first).toMatchObject({ type: 'disconnect', code, reason });
    expect((await client.closed).code).toBe(code);
  });

  it('that is bad in `authenticate` is answered, and the session stays who it was', async () => {
    const client = await connect();
    for (const token of ['garbage', tokenFor('m', { exp: inSeconds(-600) })]) {
      const reply = await client.ask('authenticate', { token });
      expect(reply.ok).toBe(false);
      expectDocumented(reply.error?.code);
    }
    expect((await client.ask('publish', { channel: 'public:a', event: 'e' })).error?.code).toBe(
      'unauthenticated',
    );
  });
});

describe('an origin', () => {
  it.each(['https://evil.example', 'null', 'http://127.0.0.1.evil.example', 'no origin at all', 'file://'])(
    '%s is answered 403 origin_refused',
    async (origin) => {
      const refused = NativeClient.connect(server.url, { headers: { origin } });
      await expect(refused).rejects.toBeInstanceOf(HandshakeRefused);
      await expect(refused).rejects.toMatchObject({ status: 403, body: { code: 'origin_refused' } });
    },
  );

  it('of the server itself is taken', async () => {
    await NativeClient.welcomed(server.url, { headers: { origin: server.url } });
  });
});
