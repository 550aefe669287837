/**
 * Anything at all, to every transport: the server stays up, and a bystander hears everything in order.
 *
 * @module
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { WebSocket } from 'ws';
import { Bystander } from '../support/bystander.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';
import { NAMESPACES } from './messages.ts';

/** Connections of each property. */
const RUNS = 60;

let server: RunningServer;
let bystander: Bystander;

beforeAll(async () => {
  server = await startServer({
    namespaces: {
      ...NAMESPACES,
      seen: { presence: true, typing: true, rights: { subscribe: 'anyone', publish: 'anyone' } },
    },
  });
  bystander = await Bystander.watch(server);
});

afterAll(() => bystander.expectUnharmed());

const nameOf = fc.constantFrom(
  'subscribe',
  'unsubscribe',
  'publish',
  'history',
  'presence',
  'typing',
  'authenticate',
  'ping',
  'command',
  'batch',
  'constructor',
  '__proto__',
  'disconnect',
  'connect',
);
const channel = fc.oneof(
  fc.constantFrom('open:a', 'closed:a', 'seen:a', 'presence:seen:a', 'typing:seen:a', 'public:a'),
  fc.string(),
);
const anything = fc.anything({ maxDepth: 3, withNullPrototype: false, withBigInt: false }).map((value) => {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as unknown;
  } catch {
    return null;
  }
});

/** Something that looks like a command, each field right or wrong. */
const command = fc.record(
  {
    type: fc.oneof(nameOf, anything),
    id: fc.oneof(fc.integer(), anything),
    channel: fc.oneof(channel, anything),
    channels: fc.oneof(
      fc.array(
        fc.oneof(
          channel,
          fc.record({ channel, since: fc.string(), last: fc.integer() }, { requiredKeys: ['channel'] }),
        ),
      ),
      anything,
    ),
    event: fc.oneof(fc.string(), anything),
    data: anything,
    key: fc.oneof(fc.string(), anything),
    since: fc.oneof(fc.string(), anything),
    last: fc.oneof(fc.integer(), anything),
    limit: fc.oneof(fc.integer(), anything),
    token: fc.oneof(fc.string(), anything),
    name: fc.oneof(nameOf, anything),
    active: anything,
    messages: anything,
  },
  { requiredKeys: [] },
);

/** Opens a WebSocket, hands it over and waits until the server has dealt with it or closed it. */
async function withSocket(path: string, send: (ws: WebSocket) => void): Promise<void> {
  const ws = new WebSocket(server.url.replace('http', 'ws') + path);
  ws.on('error', () => {});
  const closed = once(ws, 'close');
  await Promise.race([once(ws, 'open'), closed]);
  if (ws.readyState !== WebSocket.OPEN) return;
  send(ws);
  // A pong comes after everything before it was read.
  const pong = once(ws, 'pong');
  ws.ping();
  await Promise.race([pong, closed]);
  ws.terminate();
  await closed;
}

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitrary, property), { numRuns: RUNS });

describe('WebSocket', () => {
  it('takes any text', () =>
    check(fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 30 }), (texts) =>
      withSocket('/realtime', (ws) => {
        for (const text of texts) ws.send(text);
      }),
    ));

  it('takes anything that looks like a command', () =>
    check(fc.array(command, { maxLength: 30 }), (commands) =>
      withSocket('/realtime', (ws) => {
        for (const message of commands) ws.send(JSON.stringify(message));
        ws.send(JSON.stringify({ type: 'batch', messages: commands }));
      }),
    ));

  it('takes any bytes below the frames', () =>
    check(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (chunks) =>
      withSocket('/realtime', (ws) => {
        const { _socket: socket } = ws as unknown as { _socket: { write(bytes: Uint8Array): void } };
        for (const chunk of chunks) socket.write(chunk);
        ws.terminate();
      }),
    ));

  it('takes any binary message', () =>
    check(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (chunks) =>
      withSocket('/realtime', (ws) => {
        for (const chunk of chunks) ws.send(chunk);
      }),
    ));
});

describe('Socket.IO', () => {
  const packet = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .tuple(fc.constantFrom('42', '4299', '43', '40', '41', '44', '451-', '461-'), fc.json())
      .map((parts) => parts.join('')),
    fc.tuple(nameOf, command).map(([name, data]) => `421${JSON.stringify([name, data])}`),
    fc.tuple(nameOf, anything, anything).map((parts) => `42${JSON.stringify(parts)}`),
  );

  it.each([true, false])('takes any packet (after joining: %s)', (joined) =>
    check(fc.array(packet, { maxLength: 30 }), (packets) =>
      withSocket('/socket.io/?EIO=4&transport=websocket', (ws) => {
        if (joined) ws.send('40');
        for (const text of packets) ws.send(text);
      }),
    ),
  );

  it('takes any body over polling', () =>
    check(fc.array(packet, { maxLength: 10 }), async (packets) => {
      const address = `${server.url}/socket.io/?EIO=4&transport=polling`;
      const opened = await (await fetch(address)).text();
      const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
      for (const body of ['40', packets.join('\x1e')]) {
        const response = await fetch(`${address}&sid=${sid}`, { method: 'POST', body });
        await response.text();
      }
    }));
});

describe('HTTP', () => {
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD');
  const path = fc.oneof(
    fc.constantFrom(
      '/api/v1/publish',
      '/api/v1/publish/batch',
      '/api/v1/publish/channels',
      '/api/v1/channels',
      '/api/v1/realtime/stats',
      '/events',
      '/healthz',
      '/metrics',
      '/',
    ),
    fc
      .tuple(
        fc.constantFrom('/api/v1/channels/', '/api/v1/commands/', '/api/v1/users/', '/'),
        fc.string({ unit: 'binary' }),
      )
      .map(([start, rest]) => {
        try {
          return start + encodeURIComponent(rest);
        } catch {
          return start;
        }
      }),
  );

  it('takes any call', () =>
    check(
      fc.tuple(
        method,
        path,
        fc.dictionary(fc.string(), fc.string()),
        fc.oneof(command, anything),
        fc.boolean(),
      ),
      async ([verb, where, query, body, server_]) => {
        const abort = new AbortController();
        const response = await fetch(`${server.url}${where}?${new URLSearchParams(query)}`, {
          method: verb,
          signal: abort.signal,
          headers: {
            'content-type': 'application/json',
            ...(server_ ? { authorization: `Bearer ${server.apiKey}` } : {}),
          },
          ...(verb === 'GET' || verb === 'HEAD' ? {} : { body: JSON.stringify(body) ?? '' }),
        });
        abort.abort();
        if (response.status >= 500) throw new Error(`${verb} ${where} was answered ${response.status}`);
      },
    ));

  it('takes any query of an event stream', () =>
    check(
      fc.record(
        {
          channels: fc.oneof(channel, fc.string()),
          last: fc.string(),
          named: fc.string(),
          lastEventId: fc.string(),
          token: fc.string(),
        },
        { requiredKeys: [] },
      ),
      async (query) => {
        const abort = new AbortController();
        const response = await fetch(`${server.url}/events?${new URLSearchParams(query)}`, {
          signal: abort.signal,
        });
        abort.abort();
        if (response.status >= 500) throw new Error(`was answered ${response.status}`);
      },
    ));

  it('takes any bytes', () =>
    check(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 500 }),
          fc.string().map((text) => Buffer.from(text)),
        ),
        { maxLength: 5 },
      ),
      async (chunks) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
        socket.on('error', () => {});
        socket.resume();
        for (const chunk of chunks) socket.write(chunk);
        socket.end();
        await once(socket, 'close');
      },
    ));
});
