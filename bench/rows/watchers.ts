import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { tidings } from '../peers/tidings.ts';
import { processorTime, type Running, said, start, temporaryDirectory } from '../processes.ts';
import { type Closable, contestant, type Round, type Row, type Scale } from './row.ts';

const ROOT = join(import.meta.dirname, '../..');
const TIDINGS = join(ROOT, 'packages/server/bin/tidings.js');
const KITS = [join(ROOT, 'kits/prices/server/kit.ts'), join(ROOT, 'bench/peers/servers/watchers-kit.ts')];

const WATCHERS = ({ name }: Scale) => (name === 'smoke' ? 50 : 10_000);

/** Channels that one command subscribes to. */
const CHANNELS_AT_ONCE = 100;

const API_KEY = 'the-key-of-the-benchmark';
const NO_LIMIT = '1000000000';
const PRODUCT = 'watched';
const FIRST_PRICE = 1_000_000;
const MS_PER_S = 1e3;
const US_PER_S = 1e6;
/** How often the server is asked something else meanwhile, milliseconds. */
const PROBE = 5;

/** What a price that falls costs, to the last of its watchers. */
export const watchers: Row = {
  name: 'watchers',
  title: '10,000 watchers of one product told of a drop',
  about:
    'A backend sets a lower price. Answered: the price, its history and a notification in the inbox of each watcher are committed, in one transaction. Told: one client that follows all watchers’ channels has heard each notification once. Meanwhile another request is sent every few milliseconds; the longest wait of one is shown. Nobody else is connected.',
  columns: [
    { key: 'watchers', title: 'watchers', digits: 0 },
    { key: 'answered', title: 'until answered, ms', digits: 0 },
    { key: 'told', title: 'until all are told, ms', digits: 0 },
    { key: 'cpu', title: 'server CPU, ms', digits: 0 },
    { key: 'each', title: 'CPU, µs per watcher', digits: 0 },
    { key: 'wait', title: 'longest wait of another request, ms', digits: 0 },
  ],
  plot: 'told',
  contestants: (scale) => [
    contestant({
      id: 'tidings',
      title: `${tidings.title}, kit prices`,
      peer: tidings,
      key: 'watchers',
      open: () => open(WATCHERS(scale)),
      round: drop,
    }),
  ],
  // There is no bound and no peer: the figures are shown.
  verdicts: () => [],
};

interface Tracker extends Closable {
  readonly server: Running;
  readonly url: string;
  readonly watchers: number;
  /** Follows the channels of all watchers. */
  readonly client: WebSocket;
  price: number;
}

async function open(count: number): Promise<Tracker> {
  const data = temporaryDirectory();
  const kits = KITS.flatMap((kit) => ['--kit', kit]);
  const server = start(
    'server',
    [process.execPath, TIDINGS, 'start', '--port', '0', '--data', data, ...kits],
    {
      env: {
        NODE_ENV: 'production',
        TIDINGS_LOG_LEVEL: 'error',
        TIDINGS_API_KEY: API_KEY,
        TIDINGS_LIMITS_CHANNELS: String(2 * count),
        TIDINGS_LIMITS_COMMANDS_PER_SECOND: NO_LIMIT,
        TIDINGS_LIMITS_COMMAND_BURST: NO_LIMIT,
        TIDINGS_LIMITS_HTTP_PER_SECOND: NO_LIMIT,
      },
    },
  );
  try {
    const [, port] = await said(server, /ready at http:\/\/127\.0\.0\.1:(\d+)/);
    const url = `http://127.0.0.1:${port}`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...[TIDINGS, 'token', 'alice', '--data', data, '--channel', 'user:*=subscribe'],
    ]);
    const token = stdout.trim();
    await call(url, API_KEY, 'PUT', `/prices/products/${PRODUCT}`, {
      name: 'Watched',
      price: { amount: FIRST_PRICE, currency: 'TRY' },
    });
    await call(url, token, 'POST', '/commands/put_watchers', { product: PRODUCT, count });
    const client = await follow(url, token, count);
    const close = async () => {
      client.terminate();
      await server.stop();
    };
    return { server, url, watchers: count, client, price: FIRST_PRICE, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function follow(url: string, token: string, count: number): Promise<WebSocket> {
  const client = new WebSocket(`${url.replace('http', 'ws')}/realtime`, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  await once(client, 'open');
  const commands = Math.ceil(count / CHANNELS_AT_ONCE);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let answers = 0;
  const listen = (text: Buffer) => {
    const { type, ok } = JSON.parse(text.toString()) as { type?: string; ok?: boolean };
    if (type === 'welcome') return;
    if (ok !== true) reject(new Error(`subscribing was answered ${text.toString().slice(0, 200)}`));
    answers += 1;
    if (answers === commands) resolve();
  };
  client.on('message', listen);
  for (let id = 0; id < commands; id += 1) {
    const rest = Math.min(CHANNELS_AT_ONCE, count - id * CHANNELS_AT_ONCE);
    const channels = Array.from({ length: rest }, (_, n) => `user:${id * CHANNELS_AT_ONCE + n}`);
    client.send(JSON.stringify({ type: 'subscribe', id: id + 1, channels }));
  }
  await promise;
  client.off('message', listen);
  return client;
}

async function drop(tracker: Tracker): Promise<Round> {
  const { server, url, client, watchers: count } = tracker;
  const heard = new Map<string, number>();
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const listen = (text: Buffer) => {
    const { channel, event } = JSON.parse(text.toString()) as { channel?: string; event?: string };
    if (event !== 'notification' || channel === undefined) return;
    heard.set(channel, (heard.get(channel) ?? 0) + 1);
    if (heard.size === count) resolve();
  };
  client.on('message', listen);
  const before = processorTime(server.pid);
  const began = performance.now();
  const probe = startProbe(url);
  tracker.price -= 1;
  await call(url, API_KEY, 'PATCH', `/prices/products/${PRODUCT}`, {
    price: { amount: tracker.price, currency: 'TRY' },
  });
  const answered = performance.now() - began;
  await Promise.race([all, delay(60 * MS_PER_S, undefined, { ref: false })]);
  const told = performance.now() - began;
  const wait = await probe();
  const cpu = processorTime(server.pid) - before;
  client.off('message', listen);
  const twice = [...heard.values()].filter((times) => times > 1).length;
  return {
    values: {
      ...{ watchers: count, answered, told, wait },
      ...{ cpu: cpu * MS_PER_S, each: (cpu / count) * US_PER_S },
    },
    faults: [
      ...(heard.size < count ? [`${count - heard.size} were not told`] : []),
      ...(twice > 0 ? [`${twice} were told twice`] : []),
    ],
  };
}

/** Asks something small again and again. @returns what ends it, and gives the longest wait. */
function startProbe(url: string): () => Promise<number> {
  let longest = 0;
  let ended = false;
  const running = (async () => {
    while (!ended) {
      const began = performance.now();
      await (await fetch(`${url}/healthz`)).text();
      longest = Math.max(longest, performance.now() - began);
      await delay(PROBE);
    }
  })();
  return async () => {
    ended = true;
    await running;
    return longest;
  };
}

async function call(url: string, bearer: string, method: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
}
