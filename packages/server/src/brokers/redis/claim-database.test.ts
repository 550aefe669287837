import { expect, onTestFinished, test } from 'vitest';
import { claimDatabase } from './claim-database.ts';
import { openRedis } from './redis-client.ts';
import { startRedis } from './testing/start-redis.ts';

test('servers on one Redis have one database', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const client = await openRedis({ url: redis.url, onError: () => {} });
  onTestFinished(() => client.destroy());
  await claimDatabase(client, 'a:', 'one');
  await claimDatabase(client, 'a:', 'one');
  await expect(claimDatabase(client, 'a:', 'other')).rejects.toThrow(/delete the key a:database/);
  await claimDatabase(client, 'b:', 'other');
});
