/**
 * PROTOCOL.md, "Socket.IO": by raw packets, over WebSocket and over polling.
 *
 * @module
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EnginePolling, EngineSocket } from '../support/engine-io.ts';
import { NativeClient } from '../support/native-client.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});

const transports = [
  { transport: 'WebSocket', connect: () => EngineSocket.connect(target.url) },
  { transport: 'polling', connect: () => EnginePolling.connect(target.url) },
] as const;

describe.each(transports)('over $transport', ({ connect }) => {
  const alice = async () => (await connect()).connected({ token: target.token('alice') });

  it('protocol 4 of Engine.IO and 5 of Socket.IO are spoken', async () => {
    const client = await connect();
    expect(client.opened.all).toMatchObject([
      { sid: expect.any(String), pingInterval: expect.any(Number), pingTimeout: expect.any(Number) },
    ]);
    expect(await client.join()).toMatchObject({ type: 'connect', data: { sid: expect.any(String) } });
  });

  it('the first event is connected, with a cursor', async () => {
    const client = await connect();
    await client.join({ token: target.token('alice') });
    expect(await client.packets.take()).toEqual({
      type: 'event',
      name: 'connected',
      arguments: [
        { status: 'ok', timestamp: expect.anything(), session: expect.any(String), user: 'alice' },
        expect.stringMatching(/^[A-Za-z0-9]{1,24}\.[0-9a-z]{1,11}$/),
      ],
    });
  });

  it('an event arrives under its own name with data, meta and a cursor', async () => {
    const client = await alice();
    const channel = target.channel();
    await client.ask('subscribe', { channel });
    const receipt = await target.api.publish(channel, 'price_update', { new_price: '90 TL' });
    const [data, meta, cursor] = await client.event('price_update');
    expect(data).toEqual({ new_price: '90 TL' });
    expect(meta).toEqual({ ...receipt, at: expect.any(Number) });
    expect(cursor).toEqual(expect.stringMatching(/^[A-Za-z0-9]{1,24}\.[0-9a-z]{1,11}$/));
  });

  it('meta has the user who published', async () => {
    const client = await alice();
    const channel = target.channel();
    await client.ask('subscribe', { channel });
    await client.ask('publish', { channel, event: 'said', data: 1 });
    expect((await client.event('said'))[1]).toMatchObject({ user: 'alice', offset: 1 });
  });

  it('the acknowledgement of subscribe has channels, and the fields of the one that was asked for', async () => {
    const client = await alice();
    const channel = target.channel();
    await target.api.publish(channel, 'n', 1);
    const { epoch } = await target.api.publish(channel, 'n', 2);
    const one = await client.ask('subscribe', { channel, since: `${epoch}:1` });
    const answer = { channel, position: `${epoch}:2`, recovered: true, events: [{ offset: 2, data: 2 }] };
    expect(one).toMatchObject({ ok: true, ...answer, channels: [answer] });
    const many = await client.ask('subscribe', { channels: [channel, 'nowhere:1'] });
    expect(many).toMatchObject({
      ok: true,
      channels: [
        { channel, recovered: false },
        { channel: 'nowhere:1', error: { code: 'unknown_namespace' } },
      ],
    });
    expect(many).not.toHaveProperty('position');
  });

  it('an answer is {ok: true, data} or {ok: false, error}', async () => {
    const client = await alice();
    const channel = target.channel();
    expect(await client.ask('publish', { channel, event: 'e' })).toEqual({
      ok: true,
      data: { channel, offset: 1, epoch: expect.any(String), id: expect.any(String) },
    });
    expect(await client.ask('publish', { channel: 'user:bob', event: 'e' })).toEqual({
      ok: false,
      error: { code: 'forbidden', message: expect.any(String) },
    });
  });

  it('a command without an acknowledgement that fails is told by the event error', async () => {
    const client = await alice();
    await client.emit('publish', { channel: 'nowhere:1', event: 'e' });
    expect(await client.event('error')).toMatchObject([
      { code: 'unknown_namespace', message: expect.any(String), command: 'publish' },
    ]);
  });

  it('a subscribe without an acknowledgement has its events emitted', async () => {
    const client = await alice();
    const channel = target.channel();
    const { epoch } = await target.api.publish(channel, 'past', 1);
    await client.emit('subscribe', { channel, since: `${epoch}:0` });
    expect(await client.event('past')).toMatchObject([1, { channel, offset: 1 }, null]);
    await target.api.publish(channel, 'present', 2);
    expect(await client.event('present')).toMatchObject([2, { offset: 2 }, expect.any(String)]);
  });

  it('unsubscribe, history and ping answer as on WebSocket', async () => {
    const client = await alice();
    const channel = target.channel();
    await client.ask('subscribe', { channel });
    await target.api.publish(channel, 'n', 1);
    expect(await client.ask('history', { channel })).toMatchObject({
      ok: true,
      data: { channel, recovered: false, more: false, events: [{ offset: 1 }] },
    });
    expect(await client.ask('unsubscribe', { channels: [channel] })).toEqual({
      ok: true,
      data: { channels: [channel] },
    });
    expect(await client.ask('ping')).toMatchObject({ ok: true });
  });

  it('a heartbeat comes at least every pingInterval', async (context) => {
    const client = await connect();
    const { pingInterval } = client.opened.all[0] ?? { pingInterval: 0 };
    if (pingInterval > 5000)
      context.skip(`The server's heartbeat is ${pingInterval} ms; too long to wait for.`);
    await client.connected();
    await client.pings.take(undefined, 2 * pingInterval + 1000);
    await client.pings.take(undefined, 2 * pingInterval + 1000);
  });
});

describe('recovery', () => {
  const clients: EngineSocket[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.ws.terminate();
  });

  /** A client that follows a channel and has heard one event there. */
  async function following(channel: string) {
    const client = await EngineSocket.connect(target.url);
    clients.push(client);
    const joined = await client.join();
    await client.event('connected');
    await client.ask('subscribe', { channel });
    await target.api.publish(channel, 'n', 1);
    const cursor = (await client.event('n'))[2];
    const { pid } = (joined as { data: Readonly<Record<string, unknown>> }).data;
    return { client, sid: (joined as { data: Readonly<Record<string, unknown>> }).data.sid, pid, cursor };
  }

  it('gives the session back: the same sid, its subscriptions, and what it missed, once and in order', async () => {
    const channel = target.channel();
    const { client, sid, pid, cursor } = await following(channel);
    client.ws.terminate();
    await client.closed;
    await target.api.publish(channel, 'n', 2);
    await target.api.publish(channel, 'n', 3);
    const again = await EngineSocket.connect(target.url);
    expect(await again.join({ pid, offset: cursor })).toMatchObject({ type: 'connect', data: { sid, pid } });
    expect((await again.event('n'))[0]).toBe(2);
    expect((await again.event('n'))[0]).toBe(3);
    await target.api.publish(channel, 'n', 4);
    expect((await again.event('n'))[0]).toBe(4);
    again.ws.terminate();
  });

  it('is a new session when the past is gone', async () => {
    const channel = target.channel('short');
    const { client, sid, pid, cursor } = await following(channel);
    client.ws.terminate();
    await client.closed;
    for (let n = 2; n <= 10; n += 1) await target.api.publish(channel, 'n', n);
    const again = await EngineSocket.connect(target.url);
    const joined = await again.join({ pid, offset: cursor });
    expect((joined as { data: Readonly<Record<string, unknown>> }).data.sid).not.toBe(sid);
    await again.event('connected');
    again.ws.terminate();
  });

  it('is a new session after the client left for good', async () => {
    const channel = target.channel();
    const { client, sid, pid, cursor } = await following(channel);
    client.raw('41');
    await client.ws.terminate();
    await client.closed;
    const again = await EngineSocket.connect(target.url);
    const joined = await again.join({ pid, offset: cursor });
    expect((joined as { data: Readonly<Record<string, unknown>> }).data.sid).not.toBe(sid);
    again.ws.terminate();
  });
});

it('one event is heard on Socket.IO and on WebSocket alike', async () => {
  const channel = target.channel();
  const engine = await (await EngineSocket.connect(target.url)).connected();
  const native = await NativeClient.welcomed(target.url);
  await engine.ask('subscribe', channel);
  await native.subscribe(channel);
  const { id } = await target.api.publish(channel, 'hello', { n: 1 });
  expect(await engine.event('hello')).toMatchObject([{ n: 1 }, { id }, expect.any(String)]);
  expect(await native.event()).toMatchObject({ event: 'hello', data: { n: 1 }, id });
});
