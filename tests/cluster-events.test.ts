import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { Api } from './support/api.ts';
import { API_KEY, tokenFor } from './support/credentials.ts';
import { CutProxy } from './support/cut-proxy.ts';
import { type EventStream, openStream } from './support/event-stream.ts';
import { Inbox } from './support/inbox.ts';
import { NativeClient } from './support/native-client.ts';
import { RecoveringListener, TICK } from './support/recovering-listener.ts';
import { spawnServer } from './support/spawn-server.ts';
import { startNode, useCluster, useStores } from './support/start-cluster.ts';
import { stockClient } from './support/start-socketio.ts';

const stores = useStores();

// Some start servers of their own.
vi.setConfig({ testTimeout: 60_000 });

const CONFIG = {
  namespaces: {
    room: { durable: true, rights: { subscribe: 'anyone' } },
    quick: { history: { size: 100 }, rights: { subscribe: 'anyone' } },
  },
} as const;

const cluster = useCluster(stores, () => CONFIG);

/** A durable channel that no other test uses. */
const freshRoom = () => `room:${randomUUID()}`;

test('an event is heard on every server, by every transport, in one order', async () => {
  const [a, b] = cluster.nodes;
  const heard: Record<string, Inbox<unknown>> = {};
  const streams: EventStream[] = [];
  for (const [name, { url }] of Object.entries({ a, b })) {
    const native = await NativeClient.welcomed(url);
    await native.subscribe('quick:1');
    const stream = await openStream(url, 'channels=quick:1');
    await stream.next('welcome');
    const socket = stockClient(url, { transports: ['websocket'] });
    await new Promise<void>((resolve) => {
      socket.emit('subscribe', { channels: ['quick:1'] }, () => resolve());
    });
    streams.push(stream);
    const [byNative, bySocket] = ['native', 'socketio'].map((transport) => {
      const inbox = new Inbox<unknown>(`${transport} on ${name}`);
      heard[`${transport} on ${name}`] = inbox;
      return inbox;
    });
    native.ws.on('message', (text) => {
      const { type, offset, data } = JSON.parse(String(text));
      if (type === 'event') byNative?.push([offset, data]);
    });
    socket.on(TICK, (data: unknown, { offset }: { offset: number }) => bySocket?.push([offset, data]));
  }
  const receipts = await Promise.all(
    Array.from({ length: 20 }, (_, index) => [a, b][index % 2]?.api.publish('quick:1', TICK, index)),
  );
  const expected = receipts
    .map((receipt, index) => [receipt?.offset, index])
    .sort(([x = 0], [y = 0]) => x - y);
  expect(expected.map(([offset]) => offset)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  for (const stream of streams)
    expect((await stream.messages(20)).map(({ offset, payload }) => [offset, payload])).toEqual(expected);
  for (const [message, inbox] of Object.entries(heard))
    await expect.poll(() => inbox.all, { message }).toEqual(expected);
});

test('a client that comes back to another server has everything, once', async () => {
  const [a, b] = cluster.nodes;
  const room = freshRoom();
  const proxy = await CutProxy.start(a.url);
  const listener = new RecoveringListener(proxy.url, { transports: ['websocket'] });
  await listener.subscribe(room);
  const native = await NativeClient.welcomed(a.url);
  const [start] = await native.subscribe(room);
  const stream = await openStream(a.url, `channels=${room}`);
  await stream.next('welcome');

  const first = await a.api.publish(room, TICK, 'first');
  await native.event();
  const { id } = await stream.next();
  await listener.reach(first);
  native.ws.terminate();
  stream.cut();
  proxy.refuse();
  proxy.cut();
  for (const data of ['while', 'away']) await a.api.publish(room, TICK, data);
  proxy.target = new URL(b.url);
  proxy.accept();

  const elsewhere = await NativeClient.welcomed(b.url);
  const since = `${first.epoch}:${first.offset}`;
  const [answer] = await elsewhere.subscribe({ channel: room, since });
  expect(start?.position).toBe(`${first.epoch}:0`);
  expect(answer).toMatchObject({ recovered: true, events: [{ data: 'while' }, { data: 'away' }] });

  const resumed = await openStream(b.url, `channels=${room}`, { 'last-event-id': id ?? '' });
  const { data: welcome } = await resumed.next('welcome');
  expect(welcome).toMatchObject({ channels: [{ channel: room, recovered: true }] });
  expect((await resumed.messages(2)).map(({ payload }) => payload)).toEqual(['while', 'away']);

  const last = await b.api.publish(room, TICK, 'last');
  await listener.reach(last);
  expect(listener.recovered).toEqual([false, true]);
  expect(listener.faults).toEqual([]);
  expect(await elsewhere.event()).toMatchObject({ data: 'last', offset: 4 });
  expect(await resumed.messages(1)).toMatchObject([{ payload: 'last' }]);
});

test('what a server has acknowledged outlives it, and its clients go on at another one', async () => {
  const [b] = cluster.nodes;
  const a = await spawnServer({ config: cluster.config });
  const room = freshRoom();
  const proxy = await CutProxy.start(a.url);
  const listener = new RecoveringListener(proxy.url, { transports: ['websocket'] });
  await listener.subscribe(room);
  const native = await NativeClient.welcomed(a.url);
  const [start] = await native.subscribe(room);
  const api = new Api({ url: a.url, bearer: API_KEY });
  const acknowledged: number[] = [];
  let dead = false;
  const publishing = (async () => {
    for (let index = 0; !dead; index += 1)
      await api.publish(room, TICK, index).then(
        () => acknowledged.push(index),
        () => {},
      );
  })();
  await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
  proxy.target = new URL(b.url);
  await a.kill('SIGKILL');
  dead = true;
  await publishing;
  const last = await b.api.publish(room, TICK, 'last');
  await listener.reach(last);
  expect(listener.recovered).toEqual([false, true]);
  expect(listener.faults).toEqual([]);
  const elsewhere = await NativeClient.welcomed(b.url);
  const [answer] = await elsewhere.subscribe({ channel: room, since: start?.position });
  expect(answer?.recovered).toBe(true);
  const kept = (answer?.events ?? []).map(({ data }) => data);
  expect(kept).toEqual(expect.arrayContaining(acknowledged));
  expect(kept.at(-1)).toBe('last');
  // At most the one that nobody was told of any more.
  expect(kept.length).toBeLessThanOrEqual(acknowledged.length + 2);
});

test('a server that goes down sends its clients to the others', async () => {
  const [b] = cluster.nodes;
  const a = await startNode(cluster.config);
  const room = freshRoom();
  const proxy = await CutProxy.start(a.url);
  const listener = new RecoveringListener(proxy.url, { transports: ['websocket'] });
  await listener.subscribe(room);
  const native = await NativeClient.welcomed(a.url, { token: tokenFor('alice') });
  await native.subscribe(room);
  proxy.target = new URL(b.url);
  const stopped = a.stop();
  expect(await native.messages.take(({ type }) => type === 'disconnect')).toMatchObject({
    reason: 'draining',
    reconnect: true,
    retryAfter: expect.any(Number),
  });
  await stopped;
  await listener.reach(await b.api.publish(room, TICK, 'here'));
  expect(listener.recovered).toEqual([false, true]);
  expect(listener.faults).toEqual([]);
});
