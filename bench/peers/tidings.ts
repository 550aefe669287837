import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { said, start, temporaryDirectory } from '../processes.ts';
import { CHANNEL, eventStream, frame, PAYLOAD, post, type Step, upgrade, type Wire } from '../wire.ts';
import { connectSocketio } from './engine-io.ts';
import type { Peer, RunningPeer, Setup } from './peer.ts';

const run = promisify(execFile);

const TIDINGS = join(import.meta.dirname, '../../packages/server/bin/tidings.js');
const KIT = join(import.meta.dirname, 'servers/echo-kit.ts');

/** Events of one batch. */
export const BATCH = 100;

/** The same for every run, so that its length is; the server is gone a minute later. */
const API_KEY = 'the-key-of-the-benchmark';
/** Far above what is measured: the bench is one address and few sessions. */
const NO_LIMIT = '1000000000';
const RIGHTS = { subscribe: 'users', publish: 'users' };

/** Tidings with everything on, as `npm start` runs it: sessions with tokens, rights, offsets, history, metrics. */
export const tidings: Peer = {
  name: 'tidings',
  title: 'Tidings',
  transports: ['websocket', 'socketio', 'sse', 'http', 'http-batch', 'command'],
  durable: true,
  compresses: true,
  missing: () => undefined,
  async start(setup) {
    const data = temporaryDirectory();
    const kit = setup.transport === 'command' ? ['--kit', KIT] : [];
    const process_ = start(
      'server',
      [process.execPath, TIDINGS, 'start', '--port', '0', '--data', data, ...kit],
      {
        // Where no configuration lies that it would take up.
        cwd: data,
        env: {
          NODE_ENV: 'production',
          TIDINGS_LOG_LEVEL: 'error',
          TIDINGS_API_KEY: API_KEY,
          TIDINGS_NAMESPACES: JSON.stringify({
            bench: { rights: RIGHTS },
            disk: { rights: RIGHTS, durable: true },
          }),
          TIDINGS_WEBSOCKET_COMPRESSION: String(setup.compressed ?? false),
          TIDINGS_LIMITS_COMMANDS_PER_SECOND: NO_LIMIT,
          TIDINGS_LIMITS_COMMAND_BURST: NO_LIMIT,
          TIDINGS_LIMITS_HTTP_PER_SECOND: NO_LIMIT,
          TIDINGS_LIMITS_CONNECTIONS_PER_ADDRESS: NO_LIMIT,
        },
      },
    );
    const [, port] = await said(process_, /ready at http:\/\/127\.0\.0\.1:(\d+)/);
    const { stdout: token } = await run(process.execPath, [TIDINGS, 'token', 'alice', '--data', data]);
    return { process: process_, port: Number(port), wire: wire(setup, token.trim()) };
  },
};

function wire(setup: Setup, token: string): Wire {
  const { transport, durable = false, answered = false } = setup;
  const channel = `${durable ? 'disk' : 'bench'}:${CHANNEL}`;
  const event = `{"channel":"${channel}","event":"tick","data":${PAYLOAD}}`;
  const native = [upgrade('/realtime', { headers: bearer(token) })];
  const published = event.replace('{', answered ? '{"type":"publish","id":1,' : '{"type":"publish",');
  const fromNative = { publisher: native, message: frame(published), success: '"ok":true' };
  switch (transport) {
    case 'websocket':
      return {
        framing: { subscriber: 'ws', publisher: 'ws' },
        subscriber: subscriber(token, channel, setup.compressed ?? false),
        ...fromNative,
      };
    case 'sse':
      return {
        framing: { subscriber: 'sse', publisher: 'ws' },
        subscriber: [eventStream(`/events?channels=${channel}`, '"position"', bearer(token))],
        ...fromNative,
      };
    case 'socketio': {
      const connect = connectSocketio(`40{"token":"${token}"}`);
      return {
        framing: { subscriber: 'ws', publisher: 'ws' },
        subscriber: [
          ...connect,
          { send: frame(`420["subscribe",{"channel":"${channel}"}]`), expect: '430[{"ok":true' },
        ],
        publisher: connect,
        message: frame(`42["publish",${event}]`),
      };
    }
    case 'command':
      return {
        framing: { subscriber: 'ws', publisher: 'ws' },
        subscriber: [],
        publisher: native,
        message: frame(`{"type":"echo","id":1,"data":${PAYLOAD}}`),
        success: '"ok":true',
      };
    default: {
      const single = transport === 'http';
      const body = single ? event : `{"events":[${Array.from({ length: BATCH }, () => event).join(',')}]}`;
      const path = single ? '/api/v1/publish' : '/api/v1/publish/batch';
      return {
        framing: { subscriber: 'ws', publisher: 'http' },
        subscriber: subscriber(token, channel, false),
        publisher: [],
        message: post(path, body, bearer(API_KEY)),
        success: '"offset":',
      };
    }
  }
}

function subscriber(token: string, channel: string, compressed: boolean): readonly Step[] {
  const extensions = compressed ? { 'Sec-WebSocket-Extensions': 'permessage-deflate' } : undefined;
  return [
    upgrade('/realtime', { headers: { ...bearer(token), ...extensions } }),
    { send: '', expect: '"welcome"' },
    subscribe(`"${channel}"`),
  ];
}

/** Subscribes to a channel, given as JSON. */
function subscribe(channel: string): Step {
  return { send: frame(`{"type":"subscribe","id":1,"channels":[${channel}]}`), expect: '"ok":true' };
}

/**
 * Publishes a batch to the first channel of the bench; fulfilled with the wire of a client that has missed it.
 *
 * @throws Error when the server refuses.
 */
export async function publishBatch({ port, wire: { subscriber, ...wire } }: RunningPeer): Promise<Wire> {
  const channel = `bench:${'0'.repeat(CHANNEL.length)}`;
  const event = { channel, event: 'tick', data: JSON.parse(PAYLOAD) as unknown };
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/publish/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(API_KEY) },
    body: JSON.stringify({ events: Array.from({ length: BATCH }, () => event) }),
  });
  if (!response.ok) throw new Error(`publishing was refused: ${await response.text()}`);
  const { results } = (await response.json()) as { results: readonly { epoch: string; offset: number }[] };
  const [first] = results;
  if (!first) throw new Error('nothing was published');
  const since = `${first.epoch}:${first.offset - 1}`;
  return { ...wire, subscriber: [...subscriber.slice(0, -1), subscribe(JSON.stringify({ channel, since }))] };
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
