/**
 * PROTOCOL.md, "WebSocket": the session, commands and their answers.
 *
 * @module
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { HandshakeRefused, NativeClient } from '../support/native-client.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});

const alice = () => NativeClient.welcomed(target.url, { token: target.token('alice') });
const anonymous = () => NativeClient.welcomed(target.url);

describe('GET /realtime', () => {
  it('takes the subprotocol tidings.v1, which is optional', async () => {
    const named = await NativeClient.connect(target.url, { protocols: ['tidings.v1'] });
    expect(named.ws.protocol).toBe('tidings.v1');
    const plain = await NativeClient.connect(target.url);
    expect(plain.ws.protocol).toBe('');
  });

  it('is answered by HTTP at any other path', async () => {
    const refused = NativeClient.connect(target.url, { path: '/elsewhere' });
    await expect(refused).rejects.toBeInstanceOf(HandshakeRefused);
    await expect(refused).rejects.toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('begins with the server’s welcome', async () => {
    const client = await NativeClient.connect(target.url, { token: target.token('alice') });
    const welcome = await client.messages.take();
    expect(welcome).toEqual({
      type: 'welcome',
      protocol: 1,
      session: expect.any(String),
      user: 'alice',
      expiresAt: expect.any(Number),
      at: expect.any(Number),
      heartbeat: expect.any(Number),
      limits: { message: expect.any(Number), channels: expect.any(Number) },
    });
    expect(welcome.expiresAt).toBeGreaterThan(Date.now());
  });

  it('welcomes an anonymous session with user null and without expiresAt', async () => {
    const client = await NativeClient.connect(target.url);
    const welcome = await client.messages.take();
    expect(welcome).toMatchObject({ type: 'welcome', user: null });
    expect(welcome).not.toHaveProperty('expiresAt');
  });

  it('answers a binary message with malformed_message', async () => {
    const client = await anonymous();
    client.ws.send(Buffer.from('{"type":"ping","id":1}'));
    expect(await client.messages.take()).toMatchObject({
      type: 'reply',
      ok: false,
      error: { code: 'malformed_message', message: expect.any(String) },
    });
  });

  it('refuses a field that a command does not have, so that a misspelt one is told', async () => {
    const client = await alice();
    const reply = await client.ask('subscribe', { channels: [{ channel: target.channel(), sinze: 'a:1' }] });
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', details: expect.any(Array) },
    });
  });
});

describe('commands', () => {
  it('are answered with the id that they carry, a number or a string', async () => {
    const client = await anonymous();
    client.send({ type: 'ping', id: 'as text' });
    expect(await client.messages.take()).toEqual({ type: 'pong', id: 'as text' });
    client.send({ type: 'ping', id: 0 });
    expect(await client.messages.take()).toEqual({ type: 'pong', id: 0 });
  });

  it('refuse an id that is neither, or longer than 64 characters', async () => {
    const client = await anonymous();
    for (const id of [{}, [], true, null, 'x'.repeat(65)]) {
      client.send({ type: 'ping', id });
      const reply = await client.messages.take();
      expect(reply).toMatchObject({ type: 'reply', ok: false, error: { code: 'invalid_request' } });
      expect(reply).not.toHaveProperty('id');
    }
  });

  it('answer ping and subscribe also without an id', async () => {
    const client = await anonymous();
    client.send({ type: 'ping' });
    expect(await client.messages.take()).toEqual({ type: 'pong' });
    const channel = target.channel();
    client.send({ type: 'subscribe', channels: [channel] });
    const reply = await client.messages.take();
    expect(reply).toMatchObject({ type: 'reply', ok: true, channels: [{ channel }] });
    expect(reply).not.toHaveProperty('id');
  });

  it('answer a command that fails also without an id', async () => {
    const client = await anonymous();
    client.send({ type: 'no_such_command' });
    expect(await client.messages.take()).toMatchObject({
      type: 'reply',
      ok: false,
      error: { code: 'unknown_command' },
    });
  });

  it('do not answer another command that succeeds without an id', async () => {
    const client = await alice();
    const channel = target.channel();
    client.send({ type: 'publish', channel, event: 'quiet' });
    client.send({ type: 'unsubscribe', channels: [channel] });
    client.send({ type: 'ping', id: 'last' });
    expect(await client.messages.take()).toEqual({ type: 'pong', id: 'last' });
    const history = await client.ask('history', { channel });
    expect(history.data).toMatchObject({ events: [{ event: 'quiet', data: null, user: 'alice' }] });
  });

  it('take effect in the order in which they are sent', async () => {
    const client = await alice();
    const channel = target.channel();
    client.send({ type: 'subscribe', id: 1, channels: [channel] });
    for (let n = 1; n <= 20; n += 1) client.send({ type: 'publish', channel, event: 'n', data: n });
    await client.messages.take(({ id }) => id === 1);
    for (let n = 1; n <= 20; n += 1) expect(await client.event()).toMatchObject({ data: n, offset: n });
  });

  it('tell where a field is wrong by details with a path', async () => {
    const client = await alice();
    const reply = await client.ask('publish', { channel: 7, event: 'e' });
    expect(reply.error).toMatchObject({
      code: 'invalid_request',
      details: [{ path: '/channel', message: expect.any(String) }],
    });
  });

  it('of any other type are commands of that name', async () => {
    const client = await anonymous();
    const byType = await client.ask('send_message', { data: {} });
    const byName = await client.ask('command', { name: 'send_message', data: {} });
    expect(byType.error).toMatchObject({ code: 'unknown_command' });
    expect(byName.error).toEqual(byType.error);
  });

  it('need a type', async () => {
    const client = await anonymous();
    client.send({ id: 5 });
    expect(await client.messages.take()).toMatchObject({
      id: 5,
      ok: false,
      error: { code: 'invalid_request' },
    });
  });
});

describe('publish', () => {
  it('answers where the event landed, and is heard so', async () => {
    const client = await alice();
    const channel = target.channel();
    const [answer] = await client.subscribe(channel);
    const reply = await client.ask('publish', {
      channel,
      event: 'price_update',
      data: { new_price: '90 TL' },
    });
    expect(reply).toEqual({
      type: 'reply',
      id: expect.any(Number),
      ok: true,
      data: { channel, offset: 1, epoch: answer?.position?.split(':')[0], id: expect.any(String) },
    });
    const { type, id, ...place } = await client.event();
    expect(place).toEqual({
      channel,
      event: 'price_update',
      data: { new_price: '90 TL' },
      offset: 1,
      epoch: reply.data?.epoch,
      at: expect.any(Number),
      user: 'alice',
    });
    expect(id).toBe(reply.data?.id);
    expect(Math.abs((place.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('takes any JSON value as data, and null when there is none', async () => {
    const client = await alice();
    const channel = target.channel();
    await client.subscribe(channel);
    const values = [0, -1.5e-7, '', 'ünïcödé 🎉 \u2028', true, false, null, [], {}, [[{ a: [1] }]]];
    for (const data of values) {
      await client.ask('publish', { channel, event: 'value', data });
      expect((await client.event()).data).toEqual(data);
    }
    await client.ask('publish', { channel, event: 'value' });
    expect((await client.event()).data).toBeNull();
  });

  it('needs the right', async () => {
    const channel = target.channel();
    const stranger = await anonymous();
    expect((await stranger.ask('publish', { channel, event: 'e' })).error?.code).toBe('unauthenticated');
    const bob = await NativeClient.welcomed(target.url, { token: target.token('bob') });
    const own = await bob.ask('publish', { channel: 'user:bob', event: 'e' });
    expect(own.ok).toBe(true);
    expect((await bob.ask('publish', { channel: 'user:alice', event: 'e' })).error?.code).toBe('forbidden');
  });
});

describe('unsubscribe', () => {
  it('answers the channels that were followed, and ends their events', async () => {
    const client = await alice();
    const [kept, left, never] = [target.channel(), target.channel(), target.channel()];
    await client.subscribe(kept, left);
    const reply = await client.ask('unsubscribe', { channels: [left, never] });
    expect(reply).toMatchObject({ ok: true, data: { channels: [left] } });
    await client.ask('publish', { channel: left, event: 'unheard' });
    await client.ask('publish', { channel: kept, event: 'heard' });
    expect(await client.event()).toMatchObject({ channel: kept, event: 'heard' });
  });
});

describe('history', () => {
  it('reads the past without following it', async () => {
    const client = await alice();
    const channel = target.channel();
    for (let n = 1; n <= 5; n += 1) await client.ask('publish', { channel, event: 'n', data: n });
    const { data } = await client.ask('history', { channel, last: 2 });
    expect(data).toMatchObject({
      channel,
      recovered: false,
      more: false,
      events: [{ data: 4 }, { data: 5 }],
    });
    expect(data?.position).toMatch(/^[A-Za-z0-9]+:5$/);
    await client.ask('publish', { channel, event: 'n', data: 6 });
    client.send({ type: 'ping', id: 'end' });
    expect(await client.messages.take()).toEqual({ type: 'pong', id: 'end' });
  });

  it('gives pages: more says that limit cut it, and the next begins since its last event', async () => {
    const client = await alice();
    const channel = target.channel();
    for (let n = 1; n <= 5; n += 1) await client.ask('publish', { channel, event: 'n', data: n });
    const { data } = await client.ask('history', { channel });
    const epoch = String(data?.position).split(':')[0];
    const first = await client.ask('history', { channel, since: `${epoch}:0`, limit: 3 });
    expect(first.data).toMatchObject({
      recovered: true,
      more: true,
      events: [{ data: 1 }, { data: 2 }, { data: 3 }],
    });
    const second = await client.ask('history', { channel, since: `${epoch}:3`, limit: 3 });
    expect(second.data).toMatchObject({ recovered: true, more: false, events: [{ data: 4 }, { data: 5 }] });
  });

  it.each([
    ['limit', 0],
    ['limit', 1001],
    ['limit', 'many'],
    ['last', -1],
  ])('refuses %s %s', async (field, value) => {
    const client = await alice();
    const reply = await client.ask('history', { channel: target.channel(), [field]: value });
    expect(reply.error?.code).toBe('invalid_request');
  });
});

describe('batch', () => {
  it('carries messages that are taken as if each had come alone', async () => {
    const client = await alice();
    const channel = target.channel();
    client.send({
      type: 'batch',
      messages: [
        { type: 'subscribe', id: 1, channels: [channel] },
        { type: 'publish', id: 2, channel, event: 'e' },
        { type: 'nonsense', id: 3 },
        'no object',
        { type: 'ping', id: 4 },
      ],
    });
    expect(await client.messages.take(({ id }) => id === 1)).toMatchObject({ ok: true });
    expect(await client.messages.take(({ id }) => id === 2)).toMatchObject({ ok: true });
    expect(await client.messages.take(({ id }) => id === 3)).toMatchObject({
      error: { code: 'unknown_command' },
    });
    expect(await client.messages.take(({ id }) => id === 4)).toEqual({ type: 'pong', id: 4 });
    expect(await client.messages.take(({ ok, id }) => ok === false && id === undefined)).toMatchObject({
      error: { code: 'malformed_message' },
    });
    expect(await client.event()).toMatchObject({ channel, offset: 1 });
  });

  it.each([
    ['empty', []],
    ['of more than 100', Array.from({ length: 101 }, () => ({ type: 'ping' }))],
    ['no list', 'ping'],
  ])('is refused when it is %s', async (_, messages) => {
    const client = await anonymous();
    client.send({ type: 'batch', id: 9, messages });
    expect(await client.messages.take()).toMatchObject({
      id: 9,
      ok: false,
      error: { code: 'batch_refused' },
    });
  });

  it('takes 100', async () => {
    const client = await anonymous();
    client.send({ type: 'batch', messages: Array.from({ length: 100 }, (_, id) => ({ type: 'ping', id })) });
    for (let id = 0; id < 100; id += 1) expect(await client.messages.take()).toEqual({ type: 'pong', id });
  });

  it('in a batch is refused, and the rest of it is not', async () => {
    const client = await anonymous();
    client.send({
      type: 'batch',
      messages: [
        { type: 'batch', id: 1, messages: [{ type: 'ping', id: 2 }] },
        { type: 'ping', id: 3 },
      ],
    });
    expect(await client.messages.take()).toMatchObject({ id: 1, error: { code: 'batch_refused' } });
    expect(await client.messages.take()).toEqual({ type: 'pong', id: 3 });
  });
});

describe('heartbeat', () => {
  it('is a WebSocket ping at least every `heartbeat` ms', async (context) => {
    const client = await NativeClient.connect(target.url);
    const { heartbeat = 0 } = await client.messages.take();
    if (heartbeat > 5000) context.skip(`The server's heartbeat is ${heartbeat} ms; too long to wait for.`);
    await client.pings.take(undefined, 2 * heartbeat);
    const before = performance.now();
    await client.pings.take(undefined, 2 * heartbeat);
    expect(performance.now() - before).toBeLessThan(1.5 * heartbeat);
  });

  it('ends a session that answers nothing between two of them, with 4002', async (context) => {
    const client = await NativeClient.connect(target.url, { answering: false });
    const { heartbeat = 0 } = await client.messages.take();
    if (heartbeat > 5000) context.skip(`The server's heartbeat is ${heartbeat} ms; too long to wait for.`);
    expect(await client.messages.take(({ type }) => type === 'disconnect')).toMatchObject({
      code: 4002,
      reason: 'heartbeat_timeout',
      reconnect: true,
    });
    expect((await client.closed).code).toBe(4002);
  });
});
