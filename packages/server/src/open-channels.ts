/**
 * Where channels are, and how other servers are reached: in this process and its files; or in a Redis that several servers
 * share.
 *
 * @module
 */
import { join } from 'node:path';
import { MemoryBroker } from './brokers/memory/memory-broker.ts';
import { MemoryBus } from './brokers/memory/memory-bus.ts';
import { MemoryPresenceStore } from './brokers/memory/memory-presence-store.ts';
import { claimDatabase } from './brokers/redis/claim-database.ts';
import { RedisBroker } from './brokers/redis/redis-broker.ts';
import { RedisBus } from './brokers/redis/redis-bus.ts';
import { openRedis } from './brokers/redis/redis-client.ts';
import { RedisPresenceStore } from './brokers/redis/redis-presence-store.ts';
import { RedisRecoveryStore } from './brokers/redis/redis-recovery-store.ts';
import type { Config } from './config.ts';
import type { Namespaces } from './core/namespaces.ts';
import type { Broker } from './core/ports/broker.ts';
import type { Clock } from './core/ports/clock.ts';
import type { NodeBus } from './core/ports/node-bus.ts';
import type { PresenceStore } from './core/ports/presence-store.ts';
import type { RecoveryStore } from './core/ports/recovery-store.ts';
import { SqliteJournal } from './storage/journal/sqlite-journal.ts';
import { SqliteRecoveryStore } from './storage/sqlite-recovery-store.ts';

export interface OpenChannelsOptions {
  readonly config: Pick<Config, 'redis' | 'redisPrefix' | 'limits'>;
  /** The data directory. */
  readonly data: string;
  /** Names this server among all. */
  readonly node: string;
  /** Names the database that this server is on. */
  readonly database: string;
  readonly clock: Clock;
  /** Events were missed that cannot be read any more: all clients are to come back and resume. */
  readonly onGap: () => void;
  readonly onError: (error: unknown, message: string) => void;
}

/** Nothing of it is begun. */
export interface Channels {
  readonly broker: Broker;
  readonly bus: NodeBus;
  readonly presence: PresenceStore;
  readonly recovery: RecoveryStore;
  /** @throws Error when what is acknowledged on a durable channel would not survive a crash; once the broker was started. */
  assertDurable(namespaces: Namespaces): void;
  /** Closes the broker and the bus; the others are closed by whoever began them. */
  close(): Promise<void>;
}

/** @throws Error that says why Redis cannot be reached, or be shared with the servers that are on it. */
export async function openChannels(options: OpenChannelsOptions): Promise<Channels> {
  return options.config.redis ? inRedis(options) : inProcess(options);
}

function inProcess({ config: { limits }, data, node, clock }: OpenChannelsOptions): Channels {
  const broker = new MemoryBroker({
    clock,
    journal: new SqliteJournal(join(data, 'journal.db')),
    maxHistoryBytes: limits.historyBytes,
    maxKeys: limits.keys,
  });
  return {
    broker,
    bus: new MemoryBus(node),
    presence: new MemoryPresenceStore(),
    recovery: new SqliteRecoveryStore(data),
    assertDurable() {},
    close: () => broker.close(),
  };
}

async function inRedis({
  config,
  node,
  database,
  clock,
  onGap,
  onError,
}: OpenChannelsOptions): Promise<Channels> {
  const { redis: url, redisPrefix: prefix } = config;
  const connection = { url, onError: (error: unknown) => onError(error, 'the connection to Redis broke') };
  const client = await openRedis(connection);
  try {
    await claimDatabase(client, prefix, database);
  } catch (error) {
    client.destroy();
    throw error;
  }
  const broker = new RedisBroker({ ...connection, prefix, clock, onGap });
  const bus = new RedisBus({ ...connection, prefix, clock, node });
  return {
    broker,
    bus,
    presence: new RedisPresenceStore(client, prefix),
    recovery: new RedisRecoveryStore({
      client,
      prefix,
      clock,
      onError: (error) => onError(error, 'Socket.IO sessions could not be kept as ours'),
    }),
    assertDurable(namespaces) {
      const durable = namespaces.all().filter(({ history }) => history.durable);
      if (broker.onDisk || durable.length === 0) return;
      throw new Error(
        `Namespaces are durable (${durable.map(({ name }) => name).join(', ')}), but Redis does not have on disk what it has answered: what was acknowledged would be lost with its process. Set "appendonly yes", "appendfsync always" and "no-appendfsync-on-rewrite no" in Redis, and let the server read its CONFIG.`,
      );
    },
    async close() {
      await broker.close();
      await bus.close();
      client.destroy();
    },
  };
}
