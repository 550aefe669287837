/**
 * Readers that stop reading: the server does not grow, ends them with 4001 or spares them by the namespace's rule, and a
 * bystander notices nothing.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { Bystander } from '../support/bystander.ts';
import { EngineSocket } from '../support/engine-io.ts';
import { openStream } from '../support/event-stream.ts';
import { NativeClient } from '../support/native-client.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';

const MiB = 1024 * 1024;

/** What may wait for one session. */
const QUEUE = 256 * 1024;

/** What is published to readers that do not read: more than the buffers of any kernel between. */
const FLOOD = 48 * MiB;

/** Data of one event. */
const EVENT = 16 * 1024;

/** What the server may grow by while that goes on; its queues are a small part, garbage not yet collected the rest. */
const GROWTH = 96 * MiB;

const rights = { subscribe: 'anyone', publish: 'anyone' } as const;

let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  server = await spawnServer({
    config: {
      namespaces: {
        strict: { history: { size: 10 }, rights },
        lossy: { history: { size: 10 }, overflow: 'drop-oldest', rights },
        newest: { history: { size: 10 }, overflow: 'conflate', rights },
      },
      limits: { queue: QUEUE },
    },
  });
  api = new Api({ url: server.url, bearer: server.apiKey });
});

/** Memory that the server's process holds, bytes. */
function memory(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** Publishes until so many bytes went out or the condition holds. @returns how many events. */
async function flood(channel: string, done: () => boolean | Promise<boolean> = () => false): Promise<number> {
  const batch = 40;
  let n = 0;
  while (n * EVENT < FLOOD && !(await done())) {
    const events = Array.from({ length: batch }, () => {
      n += 1;
      return { channel, event: 'flood', data: { n, fill: 'x'.repeat(EVENT) }, conflate: `key-${n % 3}` };
    });
    const { status, text } = await api.post('/publish/batch', { events });
    if (status !== 200) throw new Error(text);
  }
  return n;
}

/** Whether a session of this transport is there. */
async function isThere(transport: string): Promise<boolean> {
  const { body } = await api.get('/realtime/stats');
  return (
    ((body.by_transport as Record<string, number>)[transport] ?? 0) > (transport === 'websocket' ? 1 : 0)
  );
}

describe('a reader that stops', () => {
  it('on WebSocket is ended with 4001 once its queue is full', async () => {
    const bystander = await Bystander.watch(server);
    const reader = await NativeClient.welcomed(server.url);
    await reader.subscribe('strict:websocket');
    const before = memory();
    reader.ws.pause();
    const published = await flood('strict:websocket', async () => !(await isThere('websocket')));
    expect(await isThere('websocket')).toBe(false);
    expect(memory() - before).toBeLessThan(GROWTH);

    reader.ws.resume();
    expect(await reader.messages.take(({ type }) => type === 'disconnect')).toMatchObject({
      code: 4001,
      reason: 'slow_consumer',
      reconnect: true,
    });
    expect((await reader.closed).code).toBe(4001);
    const heard = reader.messages.all.filter(({ type }) => type === 'event').map(({ offset }) => offset);
    expect(heard).toEqual(heard.map((_, index) => index + 1));
    expect(heard.length).toBeLessThan(published);
    await bystander.expectUnharmed();
  });

  it('on SSE is ended with 4001 once its queue is full', async () => {
    const bystander = await Bystander.watch(server);
    const reader = await openStream(server.url, 'channels=strict:sse');
    await reader.next('welcome');
    const before = memory();
    reader.response.socket.pause();
    await flood('strict:sse', async () => !(await isThere('sse')));
    expect(await isThere('sse')).toBe(false);
    expect(memory() - before).toBeLessThan(GROWTH);
    reader.response.socket.resume();
    expect((await reader.next('disconnect')).data).toMatchObject({ code: 4001, reason: 'slow_consumer' });
    await bystander.expectUnharmed();
  });

  it('on Socket.IO is ended with 4001 once its queue is full', async () => {
    const bystander = await Bystander.watch(server);
    const reader = await (await EngineSocket.connect(server.url)).connected();
    await reader.ask('subscribe', { channel: 'strict:socketio' });
    const before = memory();
    reader.ws.pause();
    await flood('strict:socketio', async () => !(await isThere('socketio')));
    expect(await isThere('socketio')).toBe(false);
    expect(memory() - before).toBeLessThan(GROWTH);
    reader.ws.resume();
    expect(await reader.event('tidings:disconnect')).toMatchObject([{ code: 4001, reason: 'slow_consumer' }]);
    await bystander.expectUnharmed();
  });

  it('and asks for much at once is ended with 4001 too', async () => {
    const bystander = await Bystander.watch(server);
    const reader = await NativeClient.welcomed(server.url);
    await flood('strict:history');
    const before = memory();
    reader.ws.pause();
    // Each answer is 160 kB.
    for (let id = 1; id <= 200; id += 1)
      reader.send({ type: 'history', id, channel: 'strict:history', last: 10 });
    await expect.poll(() => isThere('websocket')).toBe(false);
    expect(memory() - before).toBeLessThan(GROWTH);
    reader.ws.resume();
    expect((await reader.closed).code).toBe(4001);
    await bystander.expectUnharmed();
  });

  it('in a namespace with drop-oldest stays, and hears the newest when it reads again', async () => {
    const bystander = await Bystander.watch(server);
    const reader = await NativeClient.welcomed(server.url);
    await reader.subscribe('lossy:a');
    const before = memory();
    reader.ws.pause();
    const published = await flood('lossy:a');
    expect(memory() - before).toBeLessThan(GROWTH);
    reader.ws.resume();
    await reader.event(({ offset }) => offset === published);
    const offsets = reader.messages.all.flatMap(({ type, offset }) =>
      type === 'event' ? [offset ?? 0] : [],
    );
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(offsets.length).toBeLessThan(published);
    // What was kept are the newest, without a hole: so many as the queue holds.
    const last = offsets.slice(-5);
    expect(last).toEqual([4, 3, 2, 1, 0].map((back) => published - back));
    await bystander.expectUnharmed();
  });

  it('in a namespace with conflate stays, and hears the newest of each key', async () => {
    const bystander = await Bystander.watch(server);
    const reader = await NativeClient.welcomed(server.url);
    await reader.subscribe('newest:a');
    const before = memory();
    reader.ws.pause();
    const published = await flood('newest:a');
    expect(memory() - before).toBeLessThan(GROWTH);
    reader.ws.resume();
    await reader.event(({ offset }) => offset === published);
    const offsets = reader.messages.all.flatMap(({ type, offset }) =>
      type === 'event' ? [offset ?? 0] : [],
    );
    expect(offsets.slice(-3)).toEqual([published - 2, published - 1, published]);
    expect(offsets.length).toBeLessThan(published);
    await bystander.expectUnharmed();
  });
});
