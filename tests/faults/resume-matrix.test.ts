/**
 * Every client, every fault, durable and memory channels: while backends publish, the client is cut off twice, and must
 * hear each acknowledged event once and in order. A memory channel that lost its past in a restart says so.
 *
 * @module
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTidings } from '../client/support/tidings-subscriber.ts';
import { faultsOf } from '../support/checker.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { Publishers } from '../support/publishers.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import {
  type StartSubscriber,
  startEventSource,
  startNative,
  startSocketIo,
} from '../support/subscribers.ts';

/** What a fault has to work with. */
interface World {
  readonly server: ServerProcess;
  readonly proxy: CutProxy;
  readonly publishers: Publishers;
}

interface Client {
  readonly client: string;
  readonly start: StartSubscriber;
  /** It notices by itself that a half-open connection is dead; an EventSource waits for the network to reset it. */
  readonly notices: boolean;
}

interface Fault {
  readonly fault: string;
  /** The server is another process afterwards. */
  readonly restarts: boolean;
  strike(world: World, client: Client): Promise<void> | void;
}

const clients: readonly Client[] = [
  { client: 'native WebSocket', start: startNative, notices: true },
  { client: 'socket.io-client', start: startSocketIo, notices: true },
  { client: 'eventsource', start: startEventSource, notices: false },
  { client: 'tidings by WebSocket', start: startTidings('websocket'), notices: true },
  { client: 'tidings by SSE', start: startTidings('sse'), notices: true },
];

const faults: readonly Fault[] = [
  { fault: 'cut', restarts: false, strike: ({ proxy }) => proxy.cut() },
  {
    fault: 'half-open',
    restarts: false,
    async strike({ proxy, publishers }, { notices }) {
      proxy.halfOpen();
      await publishers.more(20);
      if (!notices) proxy.cut();
    },
  },
  {
    fault: 'kill -9',
    restarts: true,
    async strike({ server }) {
      await server.kill('SIGKILL');
      await server.start();
    },
  },
  {
    fault: 'drain',
    restarts: true,
    async strike({ server }) {
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      await server.start();
    },
  },
];

const kinds = [
  { kind: 'durable', namespace: 'journal' },
  { kind: 'memory', namespace: 'memory' },
] as const;

const matrix = clients.flatMap((client) =>
  faults.flatMap((fault) => kinds.map((kind) => ({ ...client, ...fault, ...kind }))),
);

/** How often each client is cut off. */
const STRIKES = 2;

let server: ServerProcess;
beforeAll(async () => {
  server = await spawnServer({
    config: {
      heartbeat: 1000,
      namespaces: {
        journal: { durable: true, history: { size: 10_000 }, rights: { subscribe: 'anyone' } },
        memory: { history: { size: 10_000 }, rights: { subscribe: 'anyone' } },
      },
    },
  });
});

// A cell that failed in the middle of a restart spoils no other.
beforeEach(async () => {
  if (server.pid === undefined) await server.start();
});

describe.each(matrix)('$client, $fault, $kind', (cell) => {
  const { client, fault, namespace, kind, restarts } = cell;
  const forgets = restarts && kind === 'memory';
  const promise = forgets
    ? 'is told recovered: false, and hears no hole'
    : 'loses nothing and hears nothing twice';

  it(promise, async () => {
    const proxy = await CutProxy.start(server.url);
    const channels = ['a', 'b'].map((name) => `${namespace}:${client}-${fault}-${name}`.replaceAll(' ', '-'));
    const { hearing } = cell.start(proxy.url, channels);
    await hearing.until(({ connections }) => connections === 1, 'connected');
    const publishers = Publishers.start({ url: server.url, apiKey: server.apiKey, channels });
    const heardMore = (count: number) => {
      const before = hearing.events.length;
      return hearing.until(({ events }) => events.length >= before + count, `${count} more events`);
    };

    for (let strike = 1; strike <= STRIKES; strike += 1) {
      await heardMore(10);
      const { connections } = hearing;
      await cell.strike({ server, proxy, publishers }, cell);
      await hearing.until((now) => now.connections > connections, `back after strike ${strike}`);
      await heardMore(10);
    }

    await publishers.stop();
    for (const channel of channels) {
      const head = publishers.head(channel);
      if (head) await hearing.reached(head);
    }
    expect(faultsOf(hearing, publishers.acknowledged)).toEqual([]);
    for (const channel of channels) expect(hearing.gaps(channel)).toBe(forgets ? STRIKES : 0);
    if (!forgets) expect(hearing.resumed).toBeGreaterThanOrEqual(STRIKES);
  });
});

describe.each(clients.filter(({ client }) => client !== 'socket.io-client'))('$client, kill -9', (client) => {
  it('of one connection the durable channel resumes and the memory channel is told recovered: false', async () => {
    const [durable, memory] = ['journal', 'memory'].map((name) =>
      `${name}:${client.client}-mixed`.replaceAll(' ', '-'),
    );
    const channels = [durable, memory] as [string, string];
    const { hearing } = client.start(server.url, channels);
    await hearing.until(({ connections }) => connections === 1, 'connected');
    const publishers = Publishers.start({ url: server.url, apiKey: server.apiKey, channels });
    await hearing.until(({ events }) => events.length >= 20, 'some events');
    await server.restart();
    await hearing.until(({ connections }) => connections > 1, 'back');
    await publishers.more(20);
    await publishers.stop();
    for (const channel of channels) await hearing.reached(publishers.head(channel)!);
    expect(faultsOf(hearing, publishers.acknowledged)).toEqual([]);
    expect(channels.map((channel) => hearing.gaps(channel))).toEqual([0, 1]);
  });
});
