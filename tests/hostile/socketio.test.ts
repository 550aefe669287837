/**
 * Bad input over Socket.IO, by raw packets: each gets its coded answer, and a bystander notices nothing.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bystander } from '../support/bystander.ts';
import { inSeconds, signToken, tokenFor } from '../support/credentials.ts';
import { expectDocumented } from '../support/documented.ts';
import { EnginePolling, EngineSocket } from '../support/engine-io.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';
import { NAMESPACES, REFUSED, UNREADABLE_DATA } from './messages.ts';

let server: RunningServer;
let bystander: Bystander;

beforeAll(async () => {
  server = await startServer({ namespaces: NAMESPACES, limits: { channels: 10 } });
  bystander = await Bystander.watch(server);
});

afterAll(() => bystander.expectUnharmed());

const connect = async () => (await EngineSocket.connect(server.url)).connected();

describe('the arguments of an event', () => {
  it.each(UNREADABLE_DATA)('that are $what are answered $code', async ({ text, code }) => {
    expectDocumented(code);
    const client = await connect();
    client.raw(`427["ping",${text}]`);
    const ack = await client.packets.take(({ type }) => type === 'ack');
    expect(ack).toEqual({
      type: 'ack',
      id: 7,
      arguments: [{ ok: false, error: { code, message: expect.any(String) } }],
    });
    expect(await client.ask('ping')).toMatchObject({ ok: true });
  });

  it('that are refused without an acknowledgement are told by the event error', async () => {
    const client = await connect();
    client.raw('42["ping",{"__proto__":1}]');
    expect(await client.event('error')).toMatchObject([{ code: 'forbidden_key' }]);
    await client.emit('no_such_command', {});
    expect(await client.event('error')).toMatchObject([
      { code: 'unknown_command', command: 'no_such_command' },
    ]);
  });

  it('that are binary are refused with a code', async () => {
    const client = await connect();
    client.raw('451-8["ping",{"_placeholder":true,"num":0}]');
    client.ws.send(Buffer.from([1, 2, 3]));
    expect(await client.packets.take(({ type }) => type === 'ack')).toMatchObject({
      id: 8,
      arguments: [{ ok: false, error: { code: 'malformed_message' } }],
    });
    expect(await client.ask('ping')).toMatchObject({ ok: true });
  });

  it('that are larger than the server takes end the connection', async () => {
    const client = await connect();
    await client.emit('ping', 'x'.repeat(70_000));
    expect(await client.closed).toBe(1009);
  });

  it('that are larger than the server takes are answered 413 over polling', async () => {
    const client = await (await EnginePolling.connect(server.url)).connected();
    const { status } = await client.post(`42["ping","${'x'.repeat(70_000)}"]`);
    expect(status).toBe(413);
  });
});

describe('a command', () => {
  // An event of no name has no form in Socket.IO.
  it.each(REFUSED)('with $what is answered $code', async ({ name, data, code }) => {
    const client = await connect();
    expect(await client.ask(name, data)).toMatchObject({
      ok: false,
      error: { code, message: expect.any(String) },
    });
    expect(await client.ask('ping')).toMatchObject({ ok: true });
  });

  it.each([
    ['a number', 7],
    ['a list', []],
    ['null', null],
    ['text', 'x'],
    ['true', true],
  ])('whose argument is %s instead of an object is refused', async (_, argument) => {
    const client = await connect();
    const answer = await client.ask('publish', argument);
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  });

  it('with more arguments than it has is taken as if they were not there', async () => {
    const client = await connect();
    expect(await client.ask('ping', {}, 1, [2], { three: 3 })).toMatchObject({ ok: true });
  });

  it.each(['connect', 'disconnect', 'disconnecting', 'newListener', 'removeListener'])(
    'named %s, which the library keeps for itself, harms nobody',
    async (name) => {
      const client = await EngineSocket.connect(server.url);
      await client.connected();
      await client.emit(name, {});
      const other = await connect();
      expect(await other.ask('ping')).toMatchObject({ ok: true });
    },
  );

  it('to follow more channels than one may is answered too_many_channels', async () => {
    const client = await connect();
    const channels = Array.from({ length: 11 }, (_, index) => `open:many-${index}`);
    expect(await client.ask('subscribe', { channels })).toMatchObject({
      error: { code: 'too_many_channels' },
    });
  });

  it('with a key that was used for something else is answered key_conflict', async () => {
    const client = await connect();
    const publish = { channel: 'open:keys', event: 'e', data: 1, key: 'the key of Socket.IO' };
    expect(await client.ask('publish', publish)).toMatchObject({ ok: true });
    expect(await client.ask('publish', { ...publish, data: 2 })).toMatchObject({
      error: { code: 'key_conflict' },
    });
  });
});

describe('too fast', () => {
  it('is answered rate_limited, and for long ends the session with 4005', async () => {
    const client = await connect();
    for (let n = 0; n < 600; n += 1) client.raw('42["ping"]');
    expect(await client.event('error')).toMatchObject([
      { code: 'rate_limited', retryAfter: expect.any(Number) },
    ]);
    expect(await client.event('tidings:disconnect')).toMatchObject([
      { code: 4005, reason: 'rate_limited', reconnect: true },
    ]);
    await client.closed;
  });
});

describe('joining', () => {
  it.each([
    ['a token that is none', { token: 'garbage' }, 'invalid_token'],
    ['a forged token', { token: signToken({ sub: 'm' }, 'x'.repeat(40)) }, 'invalid_token'],
    ['an expired token', { token: tokenFor('m', { exp: inSeconds(-600) }) }, 'token_expired'],
  ])('with %s is answered %s', async (_, auth, code) => {
    expectDocumented(code);
    const client = await EngineSocket.connect(server.url);
    expect(await client.join(auth)).toMatchObject({ type: 'connect_error', data: { data: { code } } });
  });

  it.each([
    ['a list', []],
    ['a number', 7],
    ['text', 'x'],
    ['an object as token', { token: {} }],
  ])('with an auth that is %s harms nobody', async (_, auth) => {
    const client = await EngineSocket.connect(server.url);
    client.raw(`40${JSON.stringify(auth)}`);
    await Promise.allSettled([client.packets.take()]);
    expect(await (await connect()).ask('ping')).toMatchObject({ ok: true });
  });

  it('a namespace that is not there is answered by connect_error', async () => {
    const client = await EngineSocket.connect(server.url);
    client.raw('40/admin,{}');
    expect(await client.packets.take()).toMatchObject({ type: 'connect_error' });
  });

  it('with a cursor and a session that are made up makes a new session', async () => {
    const client = await EngineSocket.connect(server.url);
    for (const [pid, offset] of [
      ['made up', 'ff.zz'],
      ['', ''],
      ['x'.repeat(1000), '0'],
    ]) {
      const other = await EngineSocket.connect(server.url);
      expect(await other.join({ pid, offset })).toMatchObject({ type: 'connect' });
    }
    expect(await client.join({ pid: 7, offset: {} })).toMatchObject({ type: 'connect' });
  });
});

describe('packets', () => {
  it.each([
    ['no type', ''],
    ['an unknown type', '9'],
    ['a message before joining', '42["ping"]'],
    ['a message of no type', '4'],
    ['an unknown message', '49["x"]'],
    ['an acknowledgement of nothing', '43999[]'],
    ['an event that is no list', '42{"a":1}'],
    ['an event without a name', '42[]'],
    ['an event named by an object', '42[{}]'],
    ['attachments that never come', '459-["x"]'],
    ['more attachments than there are', '45999999999-["x"]'],
    ['a namespace without end', `40/${'x'.repeat(10_000)}`],
    ['an open packet of its own', '0{"sid":"mine"}'],
    ['a close packet', '1'],
    ['an upgrade of nothing', '5'],
    ['a heartbeat too many', '3'],
  ])('that are %s harm nobody', async (_, packet) => {
    for (const joined of [false, true]) {
      const client = await EngineSocket.connect(server.url);
      if (joined) await client.connected();
      client.raw(packet);
      client.raw('42["ping"]');
    }
    expect(await (await connect()).ask('ping')).toMatchObject({ ok: true });
  });

  it('of a session that is not there are answered 400 over polling', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling&sid=made-up`, { method });
      expect(answer.status).toBe(400);
      await answer.body?.cancel();
    }
  });
});

describe('an origin', () => {
  it('that is foreign is refused by polling and by WebSocket', async () => {
    const headers = { origin: 'https://evil.example' };
    const polled = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers });
    expect(polled.status).toBe(403);
    expect(polled.headers.get('access-control-allow-origin')).toBeNull();
    expect(await polled.text()).toContain('origin_refused');
    await expect(EngineSocket.connect(server.url, { headers })).rejects.toThrow();
  });
});
