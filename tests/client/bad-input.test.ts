/**
 * Servers, devices and callbacks that misbehave: each is told by a coded error, and the client goes on.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OutboxStore } from '@tidings/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { startServer } from '../support/start-server.ts';
import { onTeardown } from '../support/teardown.ts';
import { errorsOf, hear, openClient, settled, until } from './support/open-client.ts';

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** A server that speaks as the test wants. */
async function pretend(speak: (socket: WebSocket) => void): Promise<string> {
  const http = createServer((_request, response) =>
    response.writeHead(404).end('<html>no Tidings here</html>'),
  );
  const server = new WebSocketServer({ server: http });
  server.on('connection', speak);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTeardown(() => {
    for (const socket of server.clients) socket.terminate();
    http.close();
    http.closeAllConnections();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

const WELCOME = {
  type: 'welcome',
  protocol: 1,
  session: 's',
  user: null,
  heartbeat: 25_000,
  limits: { message: 65_536, channels: 100 },
};

describe('a server', () => {
  it('that sends garbage is told of, and what is right is heard all the same', async () => {
    const garbage = [
      'no json',
      '42',
      'null',
      '[]',
      '{}',
      '{"type":7}',
      '{"type":"event"}',
      '{"type":"event","channel":"a:b","event":"x","epoch":"e","id":"i","offset":1.5,"at":0}',
      '{"type":"event","channel":"a:b","event":"x","epoch":"e","id":"i","offset":-1e400,"at":0}',
      '{"type":"reply","id":1,"ok":true,"channels":[7]}',
      '{"type":"unsubscribed"}',
      '{"type":"direct"}',
    ];
    const harmless = [
      '{"type":"from-the-future","x":1}',
      '{"type":"reply","id":999,"ok":true}',
      '{"type":"reply"}',
      '{"type":"event","channel":"not:followed","event":"x","data":1,"epoch":"e","id":"i","offset":1,"at":0}',
      '{"type":"unsubscribed","channel":"not:followed"}',
      '{"type":"pong"}',
    ];
    const url = await pretend((socket) => {
      socket.send(JSON.stringify(WELCOME));
      for (const text of [...garbage, ...harmless]) socket.send(text);
      socket.send(Buffer.from([1, 2, 3]));
      socket.send('{"type":"direct","event":"hello","data":1}');
    });
    const client = openClient({ url, transports: ['websocket'] });
    const heard = new Promise((resolve) => client.on('direct', resolve));
    await client.connect();
    expect(await heard).toEqual({ event: 'hello', data: 1 });
    const codes = errorsOf(client).map(({ code }) => code);
    expect(codes.filter((code) => code === 'malformed_message')).toHaveLength(garbage.length + 2);
    expect(client.status.getSnapshot().state).toBe('connected');
  });

  it('of another version is left for good', async () => {
    let closed: number | undefined;
    const url = await pretend((socket) => {
      socket.on('close', (code) => {
        closed = code;
      });
      socket.send(JSON.stringify({ ...WELCOME, protocol: 2 }));
    });
    const client = openClient({ url });
    await expect(client.connect()).rejects.toMatchObject({ code: 'unsupported_version' });
    expect(client.status.getSnapshot().state).toBe('failed');
    await expect.poll(() => closed).toBe(4505);
  });

  it('that never says welcome is given up, and tried again', async () => {
    let connections = 0;
    const url = await pretend((socket) => {
      connections += 1;
      if (connections > 2) socket.send(JSON.stringify(WELCOME));
    });
    const client = openClient({ url, transports: ['websocket'], openTimeout: 50 });
    await client.connect();
    expect(errorsOf(client).map(({ code }) => code)).toEqual(['connection_failed', 'connection_failed']);
  });

  it('that is none is tried so often as is wanted, and again by connect()', async () => {
    const url = await pretend((socket) => socket.terminate());
    const client = openClient({ url, backoff: { initial: 1, max: 5, maxAttempts: 5 } });
    await expect(client.connect()).rejects.toMatchObject({ code: 'attempts_exhausted' });
    expect(client.status.getSnapshot()).toMatchObject({ state: 'failed', attempts: 5 });
    await expect(client.connect()).rejects.toMatchObject({ code: 'attempts_exhausted' });
  });

  it('that answers nothing is told as a timeout, and the connection stands', async () => {
    const url = await pretend((socket) => socket.send(JSON.stringify(WELCOME)));
    const client = openClient({ url, transports: ['websocket'], timeout: 100 });
    await client.connect();
    await expect(client.channel('a:b').history()).rejects.toMatchObject({ code: 'timeout' });
    const abort = new AbortController();
    const asked = client.channel('a:b').history({ signal: abort.signal, timeout: 60_000 });
    abort.abort(new Error('no longer wanted'));
    await expect(asked).rejects.toMatchObject({ code: 'aborted', cause: new Error('no longer wanted') });
    expect(client.status.getSnapshot().state).toBe('connected');
  });

  it('that says nonsense of why it ends is come back to', async () => {
    let connections = 0;
    const url = await pretend((socket) => {
      connections += 1;
      socket.send(JSON.stringify(WELCOME));
      if (connections > 1) return;
      socket.send('{"type":"disconnect","code":"x","reason":7,"reconnect":"maybe","retryAfter":"soon"}');
      socket.close(4000);
    });
    const client = openClient({ url, transports: ['websocket'] });
    await client.connect();
    await expect.poll(() => connections).toBe(2);
    await until(client.status, ({ state }) => state === 'connected');
  });

  it('that sends a client away for a time is obeyed', async () => {
    const at: number[] = [];
    const url = await pretend((socket) => {
      at.push(performance.now());
      socket.send(JSON.stringify(WELCOME));
      if (at.length > 1) return;
      socket.send('{"type":"disconnect","code":4000,"reason":"draining","reconnect":true,"retryAfter":300}');
      socket.close(4000);
    });
    const client = openClient({ url, transports: ['websocket'] });
    await client.connect();
    await expect.poll(() => at.length).toBe(2);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(299);
    expect(errorsOf(client)[0]).toMatchObject({ code: 'draining', retryAfter: 300 });
  });
});

describe('storage', () => {
  const broken = (): OutboxStore => ({
    adopt: () => Promise.reject(new Error('no IndexedDB in this window')),
    add: () => Promise.reject(new Error('quota')),
    remove: () => Promise.reject(new Error('quota')),
    close: () => Promise.reject(new Error('gone')),
  });

  it('that takes nothing is told of once, and what it was to keep is sent all the same', async () => {
    const server = await startServer();
    const client = openClient({ url: server.url, outbox: { store: broken() } });
    await client.channel('demo:a').publish('said', 1);
    await client.channel('demo:a').publish('said', 2);
    expect(errorsOf(client).map(({ code }) => code)).toEqual(['outbox_unavailable']);
  });

  it('of positions that fails is told of, and the channel is live all the same', async () => {
    const server = await startServer();
    const client = openClient({
      url: server.url,
      positions: {
        load() {
          throw new Error('private');
        },
        save() {
          throw new Error('quota');
        },
      },
    });
    const channel = client.channel('demo:a');
    hear(channel);
    await settled(channel);
    expect(errorsOf(client).map(({ code }) => code)).toContain('positions_unavailable');
  });
});

describe('an application', () => {
  it('whose handlers throw is told so, and hears the next event', async () => {
    const server = await startServer();
    const client = openClient({ url: server.url });
    client.on('error', () => {
      throw new Error('and the handler of errors too');
    });
    client.status.subscribe(() => {
      throw new Error('in a store');
    });
    const channel = client.channel('demo:a');
    channel.onAny(() => {
      throw new Error('in a handler');
    });
    const heard = hear(channel);
    await settled(channel);
    await channel.publish('said', 1);
    await channel.publish('said', 2);
    expect((await heard.take(2)).map(({ data }) => data)).toEqual([1, 2]);
    expect(new Set(errorsOf(client).map(({ code }) => code))).toEqual(new Set(['handler_failed']));
  });

  it('that awaits nothing causes no unhandled rejection', async () => {
    const client = openClient({
      url: 'http://127.0.0.1:9',
      backoff: { initial: 1, maxAttempts: 1 },
      timeout: 20,
    });
    void client.connect();
    void client.refreshToken();
    void client.channel('demo:a').publish('said', 1);
    void client.channel('demo:a').publish('said', 1, { offline: false });
    void client.channel('demo:a').history();
    void client.command('x');
    client.channel('demo:a').typing.start();
    client.channel('demo:a').presence.subscribe(() => {});
    await until(client.status, ({ state }) => state === 'failed');
    await client.close();
  });

  it('is told at once of options and names that cannot be', () => {
    for (const url of ['', 'nonsense', 'ftp://x', 'javascript:alert(1)'])
      expect(() => openClient({ url })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(() => openClient({ url: 'http://x', timeout: Number.NaN })).toThrow(/timeout/);
    expect(() => openClient({ url: 'http://x', backoff: { initial: -1 } })).toThrow(/initial/);
    expect(() => openClient({ url: 'http://x', transports: [] })).toThrow(/transports/);
    const client = openClient({ url: 'http://x' });
    for (const name of ['', 'x', 'X:y', 'a: b', 'a:b,c'])
      expect(() => client.channel(name)).toThrow(expect.objectContaining({ code: 'bad_channel' }));
    expect(openClient({ url: 'wss://x/below/' }).url).toBe('https://x/below');
  });
});
