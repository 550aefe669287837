import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { apiOf, offsets } from './support/bare-api.ts';
import { type BareServer, startBareServer } from './support/bare-server.ts';
import { openStream } from './support/event-stream.ts';
import { onTeardown } from './support/teardown.ts';

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
