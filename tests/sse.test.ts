import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { disconnect, parseCursor } from '@tidings/protocol';
import { EventSource } from 'eventsource';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { Api } from './support/api.ts';
import { BARE_API_KEY, type BareServer, startBareServer } from './support/bare-server.ts';
import { tokenFor } from './support/credentials.ts';
import { openStream } from './support/event-stream.ts';
import { Inbox } from './support/inbox.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const apiOf = ({ url }: { url: string }) => new Api({ url, bearer: BARE_API_KEY });
const offsets = (events: readonly (Readonly<Record<string, unknown>> | undefined)[]) =>
  events.map((event) => event?.offset);

describe('a stream', () => {
  test('begins with a welcome, and tells events as unnamed messages with a cursor', async () => {
    const server = await startBareServer();
    const stream = await openStream(server.url, 'channels=public:demo,public:other');
    expect(stream.response).toMatchObject({
      statusCode: 200,
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        connection: 'close',
      },
    });
    expect(stream.response.headers).not.toHaveProperty('transfer-encoding');
    const welcome = await stream.next('welcome');
    expect(welcome.data).toEqual({
      session: expect.any(String),
      user: null,
      heartbeat: 25_000,
      channels: [
        { channel: 'public:demo', position: expect.stringMatching(/:0$/), recovered: false },
        { channel: 'public:other', position: expect.stringMatching(/:0$/), recovered: false },
      ],
    });
    expect(parseCursor(welcome.id ?? '')).toBeDefined();
    const receipt = await apiOf(server).publish('public:demo', 'hello', { text: 'line\nbreak' });
    const { event, id, data } = await stream.next();
    expect(event).toBeUndefined();
    expect(parseCursor(id ?? '')).toBeDefined();
    expect(data).toEqual({
      type: 'hello',
      payload: { text: 'line\nbreak' },
      at: expect.any(Number),
      ...receipt,
    });
  });

  test('names its events when asked to', async () => {
    const server = await startBareServer();
    const stream = await openStream(server.url, 'channels=public:demo&named=1');
    await stream.next('welcome');
    await apiOf(server).publish('public:demo', 'price_update', 1);
    expect(await stream.next()).toMatchObject({
      event: 'price_update',
      data: { type: 'price_update', payload: 1 },
    });
  });

  test('begins with the newest events when asked to', async () => {
    const server = await startBareServer();
    for (const n of [1, 2, 3]) await apiOf(server).publish('public:demo', 'n', n);
    const stream = await openStream(server.url, 'channels=public:demo&last=2');
    await stream.next('welcome');
    expect(offsets(await stream.messages(2))).toEqual([2, 3]);
  });

  test('says which channel it cannot follow, and follows the others', async () => {
    const server = await startBareServer({ namespaces: { closed: {} } });
    const stream = await openStream(server.url, 'channels=public:demo,closed:a,nope:b');
    expect((await stream.next('welcome')).data).toMatchObject({
      channels: [
        { channel: 'public:demo', recovered: false },
        { channel: 'closed:a', error: { code: 'unauthenticated' } },
        { channel: 'nope:b', error: { code: 'unknown_namespace' } },
      ],
    });
  });

  test('hears the user’s own channels with a token, from the header or the address', async () => {
    const server = await startServer();
    const token = tokenFor('alice');
    const streams = await Promise.all([
      openStream(server.url, 'channels=user:alice', { authorization: `Bearer ${token}` }),
      openStream(server.url, `channels=user:alice&token=${token}`),
    ]);
    for (const stream of streams)
      expect((await stream.next('welcome')).data).toMatchObject({ user: 'alice' });
    await new Api({ url: server.url, bearer: server.apiKey }).publish('user:alice', 'note');
    for (const stream of streams) expect((await stream.next()).data).toMatchObject({ type: 'note' });
  });

  test('is heard by curl -N', async () => {
    const server = await startBareServer();
    const curl = spawn('curl', ['-sN', `${server.url}/events?channels=public:demo`]);
    onTeardown(() => curl.kill());
    let heard = '';
    const told = Promise.withResolvers<void>();
    curl.stdout.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.includes('event: welcome') && !heard.includes('"hello"'))
        void apiOf(server).publish('public:demo', 'hello');
      if (heard.includes('"hello"')) told.resolve();
    });
    await told.promise;
    expect(heard).toMatch(
      /^event: welcome\nid: \S+\ndata: \{.*\}\n\nid: \S+\ndata: \{"type":"hello",.*\}\n\n$/,
    );
  });
});

describe('what is no stream', () => {
  const refused = async (server: { url: string }, query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/events?${query}`, { headers });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.json(),
    };
  };

  test.each([
    ['', 400, 'invalid_request', {}],
    ['channels=,', 400, 'invalid_request', {}],
    ['channels=public:demo&last=-1', 400, 'invalid_request', {}],
    ['channels=nonsense', 400, 'bad_channel', {}],
    ['channels=nope:demo', 404, 'unknown_namespace', {}],
    ['channels=nope:demo,closed:a', 404, 'unknown_namespace', {}],
    ['channels=closed:a', 401, 'unauthenticated', {}],
    ['channels=closed:a&token=user:alice', 403, 'forbidden', {}],
    ['channels=public:demo&token=forged', 401, 'invalid_token', {}],
    ['channels=public:demo&lastEventId=nonsense', 400, 'bad_cursor', {}],
    ['channels=public:demo', 400, 'bad_cursor', { 'last-event-id': 'nonsense' }],
    ['channels=public:demo', 403, 'origin_refused', { origin: 'http://evil.example' }],
    ['channels=public:a,public:b,public:c', 409, 'too_many_channels', {}],
  ])('%s is answered %i %s', async (query, status, code, headers) => {
    const server = await startBareServer({ namespaces: { closed: {} }, limits: { channels: 2 } });
    const answer = await refused(server, query, headers);
    expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json') });
    expect(answer.body).toMatchObject({ type: `urn:tidings:error:${code}`, status, code });
    expect(server.core.hub.sessions.size).toBe(0);
  });

  test('gives its place at the gate back', async () => {
    const server = await startBareServer({ limits: { connectionsPerAddress: 1 } });
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await refused(server, 'channels=nope:demo')).toMatchObject({ status: 404 });
    const stream = await openStream(server.url, 'channels=public:demo');
    expect(stream.response.statusCode).toBe(200);
  });

  test('needs a user where nobody may be anonymous', async () => {
    const server = await startBareServer({ anonymous: false, limits: { connectionsPerAddress: 1 } });
    expect(await refused(server, 'channels=public:demo')).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    const stream = await openStream(server.url, 'channels=public:demo&token=user:alice');
    expect((await stream.next('welcome')).data).toMatchObject({ user: 'alice' });
  });

  test.each(['HEAD', 'POST', 'DELETE'])('%s is not taken', async (method) => {
    const server = await startBareServer();
    const response = await fetch(`${server.url}/events?channels=public:demo`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
    expect(server.core.hub.sessions.size).toBe(0);
  });

  test('tells an EventSource to come back later in a way that it does, and anyone else 503', async () => {
    const server = await startBareServer({ limits: { connections: 0 } });
    expect(await refused(server, 'channels=public:demo')).toMatchObject({
      status: 503,
      body: { code: 'unavailable' },
    });
    const stream = await openStream(server.url, 'channels=public:demo', { accept: 'text/event-stream' });
    expect(stream.response.statusCode).toBe(200);
    expect(await stream.next('disconnect')).toMatchObject({
      retry: '5000',
      id: undefined,
      data: { reason: 'full', reconnect: true, retryAfter: 5000 },
    });
    await stream.ended;
  });
});

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

describe('the end', () => {
  const only = ({ core }: BareServer) => [...core.hub.sessions.values()][0]!;

  test('is told, with the time to come back', async () => {
    const server = await startBareServer();
    const stream = await openStream(server.url, 'channels=public:demo');
    await stream.next('welcome');
    server.core.hub.disconnect(only(server), disconnect('draining', 1234.5));
    expect(await stream.next('disconnect')).toMatchObject({
      retry: '1235',
      id: undefined,
      data: { code: 4000, reason: 'draining', reconnect: true, retryAfter: 1234.5 },
    });
    await stream.ended;
    expect(stream.response.complete).toBe(true);
  });

  test('of a client that must not come back: its EventSource tries once, and is closed by 204', async () => {
    const server = await startBareServer();
    const source = new EventSource(`${server.url}/events?channels=public:demo`);
    onTeardown(() => source.close());
    await once(source as unknown as NodeJS.EventEmitter & EventTarget, 'welcome');
    const told = new Inbox<unknown>('disconnect');
    const failed = new Inbox<{ code?: number }>('errors');
    source.addEventListener('disconnect', (event) => told.push(JSON.parse(String(event.data))));
    source.addEventListener('error', (event) => failed.push(event as { code?: number }));
    server.core.hub.disconnect(only(server), disconnect('kicked', 10));
    expect(await told.take()).toMatchObject({ reason: 'kicked', reconnect: false });
    await failed.take(({ code }) => code === 204);
    expect(source.readyState).toBe(EventSource.CLOSED);
    expect(server.core.hub.sessions.size).toBe(0);
  });

  test('comes for a session that is ended while its channels are read', async () => {
    const answer = Promise.withResolvers<boolean>();
    const asked = Promise.withResolvers<void>();
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
    const opening = openStream(server.url, 'channels=slow:a');
    await asked.promise;
    server.core.hub.disconnect(only(server), disconnect('token_expired'));
    answer.resolve(true);
    const stream = await opening;
    expect(await stream.next('disconnect')).toMatchObject({ data: { reason: 'token_expired' } });
    await stream.ended;
  });

  test('of a client that left is noticed', async () => {
    const server = await startBareServer();
    const closed = Promise.withResolvers<void>();
    server.core.hub.observe({ closed: () => closed.resolve() });
    const stream = await openStream(server.url, 'channels=public:demo');
    await stream.next('welcome');
    stream.cut();
    await closed.promise;
    expect(server.core.hub.sessions.size).toBe(0);
    expect(server.core.hub.channels.size).toBe(0);
  });
});

describe('an idle stream', () => {
  test('gets a comment at least every heartbeat, by no timer of its own', async () => {
    const clock = new ManualClock();
    const server = await startBareServer({ clock, heartbeat: 16_000 });
    const before = clock.timers;
    const streams = await Promise.all([1, 2, 3].map(() => openStream(server.url, 'channels=public:demo')));
    for (const stream of streams) await stream.next('welcome');
    expect(clock.timers).toBe(before);
    clock.advance(16_000);
    for (const stream of streams) await stream.blocks.take(({ comment }) => comment);
  });
});

describe('a slow reader', () => {
  /** A client that asks for a stream and then reads nothing. */
  async function openDeaf(server: BareServer, query: string) {
    const socket = connect(server.port, '127.0.0.1');
    onTeardown(() => socket.destroy());
    socket.pause();
    await once(socket, 'connect');
    const opened = Promise.withResolvers<void>();
    server.core.hub.observe({ subscribed: () => opened.resolve() });
    socket.write(`GET /events?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    await opened.promise;
    return socket;
  }

  const filler = 'x'.repeat(50_000);

  test('is ended once its queue is full, and resumes', async () => {
    const server = await startBareServer({ limits: { queue: 200_000 } });
    const ended = Promise.withResolvers<string | undefined>();
    server.core.hub.observe({ closed: ({ closed }) => ended.resolve(closed?.reason) });
    const quick = await openStream(server.url, 'channels=public:demo');
    await quick.next('welcome');
    const socket = await openDeaf(server, 'channels=public:demo');
    let published = 0;
    while (server.core.hub.sessions.size > 1) {
      await apiOf(server).publish('public:demo', 'n', filler);
      published += 1;
    }
    expect(await ended.promise).toBe('slow_consumer');
    expect(offsets(await quick.messages(published))).toHaveLength(published);
    socket.resume();
    const heard = await text(socket);
    expect(heard).toContain('"slow_consumer"');
    // The welcome, and then the events.
    const whole = heard.match(/^id: (\S+)\ndata: .*$/gm) ?? [];
    const cursor = whole.at(-1)?.match(/^id: (\S+)/)?.[1] ?? '';
    const again = await openStream(server.url, 'channels=public:demo', { 'last-event-id': cursor });
    expect((await again.next('welcome')).data).toMatchObject({ channels: [{ recovered: true }] });
    const rest = await again.messages(published - (whole.length - 1));
    expect(offsets(rest).at(-1)).toBe(published);
  });

  test('hears everything, once and in order, when it begins to read in time', async () => {
    const server = await startBareServer({ limits: { queue: 50_000_000 } });
    const socket = await openDeaf(server, 'channels=public:demo');
    const [session] = server.core.hub.sessions.values();
    let published = 0;
    while (!session?.queue || session.queue.bytes < 1_000_000) {
      await apiOf(server).publish('public:demo', 'n', filler);
      published += 1;
    }
    const heard: number[] = [];
    let rest = '';
    const all = Promise.withResolvers<void>();
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines)
        if (line.startsWith('data: {"type"')) heard.push(JSON.parse(line.slice(6)).offset as number);
      if (heard.length === published) all.resolve();
    });
    socket.resume();
    await all.promise;
    expect(heard).toEqual(Array.from({ length: published }, (_, index) => index + 1));
  });
});
