import { spawn } from 'node:child_process';
import { parseCursor } from '@tidings/protocol';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { Api } from './support/api.ts';
import { apiOf, offsets } from './support/bare-api.ts';
import { startBareServer } from './support/bare-server.ts';
import { tokenFor } from './support/credentials.ts';
import { openStream } from './support/event-stream.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';

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
