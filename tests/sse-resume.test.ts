import { disconnect } from '@tidings/protocol';
import { EventSource } from 'eventsource';
import { describe, expect, test } from 'vitest';
import { Api } from './support/api.ts';
import { apiOf, offsets } from './support/bare-api.ts';
import { startBareServer } from './support/bare-server.ts';
import { openStream } from './support/event-stream.ts';
import { Inbox } from './support/inbox.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

describe('resuming', () => {
  test('tells what was missed, of all channels in one order, and then what comes', async () => {
    const server = await startBareServer();
    const api = apiOf(server);
    const query = 'channels=public:a,public:b';
    const before = await openStream(server.url, query);
    await before.next('welcome');
    await api.publish('public:a', 'n', 1);
    const { id } = await before.next();
    before.cut();
    for (const n of [2, 3, 4]) {
      await api.publish('public:b', 'n', n);
      await api.publish('public:a', 'n', n);
    }
    const after = await openStream(server.url, query, { 'last-event-id': id ?? '' });
    expect((await after.next('welcome')).data).toMatchObject({
      channels: [
        { channel: 'public:a', recovered: true },
        { channel: 'public:b', recovered: true },
      ],
    });
    await api.publish('public:a', 'n', 5);
    const heard = await after.messages(7);
    expect(heard.map(({ channel, payload }) => `${channel} ${payload}`)).toEqual([
      'public:b 2',
      'public:a 2',
      'public:b 3',
      'public:a 3',
      'public:b 4',
      'public:a 4',
      'public:a 5',
    ]);
  });

  test('by the query, where the header has nothing newer', async () => {
    const server = await startBareServer();
    const first = await openStream(server.url, 'channels=public:a');
    const { id: begin } = await first.next('welcome');
    await apiOf(server).publish('public:a', 'n', 1);
    const { id: one } = await first.next();
    await apiOf(server).publish('public:a', 'n', 2);
    const query = `channels=public:a&lastEventId=${begin}`;
    const byQuery = await openStream(server.url, query);
    expect(offsets(await byQuery.messages(2))).toEqual([1, 2]);
    const byHeader = await openStream(server.url, query, { 'last-event-id': one ?? '' });
    expect(offsets(await byHeader.messages(1))).toEqual([2]);
  });

  // A cursor is a place in all channels: one that stood after what had not been told yet would lose it.
  test('after a cut in the middle of what was missed, wherever that is', async () => {
    const server = await startBareServer();
    const api = apiOf(server);
    const query = 'channels=public:a,public:b';
    const first = await openStream(server.url, query);
    const { id: begin = '' } = await first.next('welcome');
    first.cut();
    const published: string[] = [];
    for (let n = 0; n < 6; n += 1)
      published.push((await api.publish(n % 3 === 0 ? 'public:b' : 'public:a', 'n', n)).id);
    const whole = await openStream(server.url, query, { 'last-event-id': begin });
    await whole.messages(6);
    const blocks = whole.blocks.all;
    expect(blocks.map(({ data }) => data?.id)).toEqual([undefined, ...published]);
    for (const [index, { id = '' }] of blocks.entries()) {
      const again = await openStream(server.url, query, { 'last-event-id': id });
      const { data } = await again.next('welcome');
      expect(data).toMatchObject({ channels: [{ recovered: true }, { recovered: true }] });
      const rest = await again.messages(6 - index);
      expect(rest.map((event) => event.id)).toEqual(published.slice(index));
      again.cut();
    }
  });

  test('loses nothing and repeats nothing while backends publish and connections are cut', async () => {
    const server = await startBareServer();
    const api = apiOf(server);
    const first = await openStream(server.url, 'channels=public:a,public:b');
    let { id: cursor = '' } = await first.next('welcome');
    first.cut();
    const total = 300;
    const published: string[] = [];
    const publishing = (async () => {
      for (let n = 0; n < total; n += 1)
        published.push((await api.publish(n % 2 ? 'public:a' : 'public:b', 'n', n)).id);
    })();
    const heard: unknown[] = [];
    for (let cuts = 0; heard.length < total; cuts += 1) {
      const stream = await openStream(server.url, 'channels=public:a,public:b', { 'last-event-id': cursor });
      const welcome = await stream.next('welcome');
      expect(welcome.data).toMatchObject({ channels: [{ recovered: true }, { recovered: true }] });
      cursor = welcome.id ?? '';
      const wanted = Math.min(total - heard.length, cuts % 20);
      for (let count = 0; count < wanted; count += 1) {
        const { id = '', data } = await stream.next();
        heard.push(data?.id);
        cursor = id;
      }
      stream.cut();
    }
    await publishing;
    expect(heard).toEqual(published);
  });

  test('an event published while rights are asked is heard', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<boolean>();
    const server = await startBareServer({
      namespaces: {
        slow: {
          rights: {
            subscribe: () => {
              asked.resolve();
              return answer.promise;
            },
          },
        },
      },
    });
    const first = await openStream(server.url, 'channels=public:a');
    const { id = '' } = await first.next('welcome');
    const opening = openStream(server.url, 'channels=slow:a,public:a', { 'last-event-id': id });
    await asked.promise;
    await apiOf(server).publish('slow:a', 'n', 1);
    await apiOf(server).publish('public:a', 'n', 1);
    answer.resolve(true);
    const stream = await opening;
    expect((await stream.messages(2)).map(({ channel }) => channel)).toEqual(['slow:a', 'public:a']);
  });

  test('a durable channel resumes across a restart, a memory channel says that it does not', async () => {
    const data = temporaryDirectory();
    const options = { data, namespaces: { brief: { rights: { subscribe: 'anyone' } } } } as const;
    const query = 'channels=public:demo,brief:demo';
    const first = await startServer(options);
    const stream = await openStream(first.url, query);
    await stream.next('welcome');
    const api = new Api({ url: first.url, bearer: first.apiKey });
    for (const channel of ['public:demo', 'brief:demo']) await api.publish(channel, 'n', 1);
    const [, { id = '' }] = [await stream.next(), await stream.next()];
    stream.cut();
    for (const channel of ['public:demo', 'brief:demo']) await api.publish(channel, 'n', 2);
    await first.stop();
    const second = await startServer(options);
    const resumed = await openStream(second.url, query, { 'last-event-id': id });
    expect((await resumed.next('welcome')).data).toMatchObject({
      channels: [
        { channel: 'public:demo', recovered: true },
        { channel: 'brief:demo', recovered: false },
      ],
    });
    await new Api({ url: second.url, bearer: second.apiKey }).publish('brief:demo', 'n', 3);
    expect((await resumed.messages(2)).map(({ channel, payload }) => `${channel} ${payload}`)).toEqual([
      'public:demo 2',
      'brief:demo 3',
    ]);
  });

  test('a cursor of another log is a place that is not known', async () => {
    const server = await startBareServer();
    await apiOf(server).publish('public:a', 'n', 1);
    const stream = await openStream(server.url, 'channels=public:a', { 'last-event-id': 'another.1' });
    expect((await stream.next('welcome')).data).toMatchObject({ channels: [{ recovered: false }] });
  });

  test('an EventSource comes back by itself', async () => {
    const server = await startBareServer();
    const heard = new Inbox<{ payload: number }>('EventSource');
    const welcomes = new Inbox<{ channels: { recovered: boolean }[] }>('welcomes');
    const source = new EventSource(`${server.url}/events?channels=public:demo`, {
      fetch: (url, init) =>
        fetch(url, { ...init, headers: { ...init.headers, authorization: 'Bearer user:alice' } }),
    });
    onTeardown(() => source.close());
    source.addEventListener('message', (event) => heard.push(JSON.parse(String(event.data))));
    source.addEventListener('welcome', (event) => welcomes.push(JSON.parse(String(event.data))));
    await welcomes.take();
    await apiOf(server).publish('public:demo', 'n', 1);
    await heard.take();
    const [session] = server.core.hub.sessions.values();
    expect(session?.identity.user).toBe('alice');
    server.core.hub.disconnect(session!, disconnect('draining', 20));
    await apiOf(server).publish('public:demo', 'n', 2);
    expect((await welcomes.take()).channels).toMatchObject([{ recovered: true }]);
    expect(await heard.take()).toMatchObject({ payload: 2 });
    await apiOf(server).publish('public:demo', 'n', 3);
    await heard.take();
    expect(heard.all.map(({ payload }) => payload)).toEqual([1, 2, 3]);
  });
});
