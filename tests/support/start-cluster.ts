import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
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

/** Starts one more server. @param config as `fresh` gave it. */
export async function startNode(config: ConfigInput): Promise<ClusterNode> {
  const server = await startServer(config);
  return { ...server, api: new Api({ url: server.url, bearer: API_KEY }) };
}
