import type { RedisClient } from './redis-client.ts';

/**
 * Binds the log in Redis to a database: servers that share channels must share what stands in the tables, too.
 *
 * @param database names the database among all.
 * @throws Error that says what to do when the servers on this Redis have another one.
 */
export async function claimDatabase(client: RedisClient, prefix: string, database: string): Promise<void> {
  const key = `${prefix}database`;
  const first = await client.set(key, database, { condition: 'NX', GET: true });
  if (first === null || first === database) return;
  throw new Error(
    `The servers on this Redis have another database than this one. Give all of them the same PostgreSQL (TIDINGS_DATABASE), or this one a prefix of its own (TIDINGS_REDIS_PREFIX). If the database was replaced for good, delete the key ${key} in Redis.`,
  );
}
