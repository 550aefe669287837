import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { AppOptions } from '../../packages/server/src/app.ts';
import { startRedis, type TestRedis } from '../../packages/server/src/brokers/redis/testing/start-redis.ts';
import type { ConfigInput } from '../../packages/server/src/config.ts';
import { sql } from '../../packages/server/src/kit.ts';
import { openDatabase } from '../../packages/server/src/storage/database.ts';
import { startPostgres, type TestPostgres } from '../../packages/server/src/storage/testing/postgres.ts';
import { Api } from './api.ts';
import { API_KEY } from './credentials.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** The stores that the servers of a test file share. */
export interface Stores {
  readonly redis: TestRedis;
  /** What makes servers one; each time they are others. */
  fresh(options?: ConfigInput): Promise<ConfigInput>;
}

/** Starts a Redis and a PostgreSQL for the tests of a file. */
export function useStores(): Stores {
  let redis: TestRedis | undefined;
  let postgres: TestPostgres | undefined;
  beforeAll(async () => {
    postgres = startPostgres();
    redis = await startRedis();
  }, 60_000);
  afterAll(async () => {
    await redis?.stop();
    postgres?.stop();
  });
  return {
    get redis() {
      return redis as TestRedis;
    },
    async fresh(options) {
      const name = `cluster_${randomUUID().replaceAll('-', '')}`;
      const url = postgres?.url ?? '';
      const server = await openDatabase({ directory: '', url, onError: () => {} });
      await sql`create database ${sql.id(name)}`.execute(server);
      await server.destroy();
      return {
        ...options,
        database: url.replace('/postgres?', `/${name}?`),
        redis: redis?.url ?? '',
        redisPrefix: `${name}:`,
      };
    },
  };
}

/** One of several servers, and its API as a backend calls it. */
export interface ClusterNode extends RunningServer {
  readonly api: Api;
}

/** Starts servers that are one. */
export async function startCluster(
  stores: Stores,
  options?: ConfigInput,
): Promise<readonly [ClusterNode, ClusterNode]> {
  const config = await stores.fresh(options);
  return [await startNode(config), await startNode(config)];
}

/** Servers that are one, for all tests of a file: these keep out of each other's way. */
export interface Cluster {
  /** What another server is to be started with to be one with them. */
  readonly config: ConfigInput;
  readonly nodes: readonly [ClusterNode, ClusterNode];
}

/** Starts servers that are one for the tests of a file. @param options those of each, once the file has begun. */
export function useCluster(stores: Stores, options: () => ConfigInput): Cluster {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    const config = await stores.fresh(options());
    cluster = { config, nodes: [await startNode(config), await startNode(config)] };
  }, 60_000);
  // Before the stores are.
  afterAll(async () => void (await Promise.all(cluster?.nodes.map((node) => node.stop()) ?? [])));
  return {
    get config() {
      return (cluster as Cluster).config;
    },
    get nodes() {
      return (cluster as Cluster).nodes;
    },
  };
}

/** Starts one more server. @param config as `fresh` gave it. @param app what is no configuration. */
export async function startNode(config: ConfigInput, app?: AppOptions): Promise<ClusterNode> {
  const server = await startServer(config, app);
  return { ...server, api: new Api({ url: server.url, bearer: API_KEY }) };
}
