/**
 * Every client of docs/clients that can run here, as a process of its own: while backends publish, its network is cut, its
 * server killed, drained and half-open, and it must hear each acknowledged event once and in order.
 *
 * All clients go through the same faults at once, since what takes long is waiting for each to notice.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Receipt } from '../support/api.ts';
import { faultsOf } from '../support/checker.ts';
import { signToken } from '../support/credentials.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { Publishers } from '../support/publishers.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { ClientProcess } from './client-process.ts';
import { type Ready, toolchains } from './toolchains.ts';

const channels = ['journal:a', 'journal:b', 'memory:a'];
const token = signToken({
  sub: 'alice',
  channels: { 'journal:*': ['subscribe', 'history'], 'memory:*': ['subscribe'] },
});

/** A channel that nobody can follow, which must not keep a client from the others. */
const NO_CHANNEL = 'nowhere:1';

/** Long enough for the slowest to build with empty caches, milliseconds. */
const PREPARATION = 400_000;

/** How long a client may take to notice that its connection is half-open and to be back, milliseconds. */
const NOTICE = 40_000;

/** Between two publishes of a publisher, milliseconds: what is missed while half-open fits in one answer. */
const PAUSE = 50;

/** How often the server is another process: so often a memory channel loses its past. */
const RESTARTS = 2;

let server: ServerProcess;
const ready = new Map<string, Ready | Error>();
beforeAll(async () => {
  const starting = spawnServer({
    config: {
      heartbeat: 1000,
      namespaces: {
        journal: { durable: true, history: { size: 10_000 } },
        memory: { history: { size: 10_000 } },
      },
    },
  });
  await Promise.all(
    toolchains.map(async ({ client, ready: prepare }) => {
      ready.set(client, await prepare().catch((error: Error) => error));
    }),
  );
  server = await starting;
}, PREPARATION);

/** The command of a client; skips the test where it cannot run. @throws Error when it does not compile. */
function commandOf(client: string, context: { skip(note: string): never }) {
  const found = ready.get(client);
  if (found instanceof Error) throw found;
  if (!found) throw new Error(`${client} was not prepared`);
  return 'missing' in found ? context.skip(found.missing) : found.command;
}

describe('a client', () => {
  /** One client on its way through the faults. */
  interface Journey {
    readonly client: string;
    readonly process: ClientProcess;
    readonly proxy: CutProxy;
    fault?: unknown;
  }
  const journeys = new Map<string, Journey>();
  let publishers: Publishers;

  /** Waits for all that are still on their way; one that does not arrive is left behind and fails its own test. */
  async function all(step: (journey: Journey) => Promise<unknown>): Promise<void> {
    const underway = [...journeys.values()].filter(({ fault }) => fault === undefined);
    await Promise.all(
      underway.map((journey) =>
        step(journey).catch((fault: unknown) => {
          journey.fault = fault;
        }),
      ),
    );
  }

  /** Waits until each has heard all that was published until now. */
  async function caughtUp(): Promise<void> {
    await publishers.more(10);
    const heads = channels.flatMap((channel) => publishers.head(channel) ?? []);
    await all(({ process: { hearing } }) => Promise.all(heads.map((head) => hearing.reached(head, NOTICE))));
  }

  beforeAll(async () => {
    for (const [client, found] of ready) {
      if (!('command' in found)) continue;
      const proxy = await CutProxy.start(server.url);
      const process = new ClientProcess(found.command, {
        url: proxy.url,
        token,
        channels: [...channels, NO_CHANNEL],
      });
      journeys.set(client, { client, process, proxy });
    }
    await all(({ process: { hearing } }) =>
      hearing.until(() => channels.every((channel) => hearing.gaps(channel) === 0), 'subscribed'),
    );
    publishers = Publishers.start({ url: server.url, apiKey: server.apiKey, channels, pause: PAUSE });
    await caughtUp();

    for (const { proxy } of journeys.values()) proxy.cut();
    await caughtUp();

    await server.restart();
    await caughtUp();

    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await server.start();
    await caughtUp();

    for (const { proxy } of journeys.values()) proxy.halfOpen();
    await caughtUp();

    await publishers.stop();
    await caughtUpAtLast();
  }, 150_000);

  async function caughtUpAtLast(): Promise<void> {
    const heads = channels.flatMap((channel) => publishers.head(channel) ?? []);
    await all(({ process: { hearing } }) => Promise.all(heads.map((head) => hearing.reached(head))));
  }

  it.for(toolchains)(
    'in $client loses nothing, hears nothing twice, and stops cleanly',
    async ({ client }, context) => {
      commandOf(client, context);
      const { process, fault } = journeys.get(client) as Journey;
      expect(fault, process.log).toBeUndefined();
      expect(faultsOf(process.hearing, publishers.acknowledged), process.log).toEqual([]);
      const gaps = channels.map((channel) => process.hearing.gaps(channel));
      expect(gaps, process.log).toEqual([0, 0, RESTARTS]);
      expect(await process.stop(), process.log).toBe(0);
    },
  );
});

it.for(toolchains)('a client in $client ends when its token is refused', async ({ client }, context) => {
  const command = commandOf(client, context);
  const forged = signToken({ sub: 'alice' }, 'another-secret-of-at-least-thirty-two-bytes');
  const process = new ClientProcess(command, { url: server.url, token: forged, channels });
  expect(await process.ended, process.log).toBe(1);
  expect(process.hearing.entries).toEqual([]);
});

it('curl publishes once under a key, and reads history after a position', async () => {
  const script = join(import.meta.dirname, '../../docs/clients/curl/tidings.sh');
  const env = {
    PATH: process.env.PATH,
    TIDINGS_URL: server.url,
    TIDINGS_API_KEY: server.apiKey,
    TIDINGS_TOKEN: token,
  };
  const tidings = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await promisify(execFile)(script, args, { env })).stdout);

  const first = (await tidings('publish', 'journal:curl', 'hello', '{"n":1}', 'key-1')) as Receipt;
  expect(await tidings('publish', 'journal:curl', 'hello', '{"n":1}', 'key-1')).toEqual(first);
  await tidings('publish', 'journal:curl', 'hello', '{"n":2}');
  expect(await tidings('history', 'journal:curl')).toMatchObject({
    events: [{ data: { n: 1 } }, { data: { n: 2 } }],
  });
  expect(await tidings('history', 'journal:curl', `${first.epoch}:${first.offset}`)).toMatchObject({
    recovered: true,
    events: [{ data: { n: 2 } }],
  });
});
