import { expect, onTestFinished, test } from 'vitest';
import { openRedis } from './redis-client.ts';
import { startRedis } from './testing/start-redis.ts';

const ignore = () => {};

test('a Redis that is not there is told at once, without its password', async () => {
  const opening = openRedis({ url: 'redis://user:hunter2@127.0.0.1:1', onError: ignore });
  await expect(opening).rejects.toThrow(
    /^Redis cannot be reached at redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
  );
  await expect(opening).rejects.not.toThrow(/hunter2/);
});

test('a Redis that asks for another password says so', async () => {
  const redis = await startRedis(['--requirepass', 'right']);
  onTestFinished(() => redis.stop());
  const url = redis.url.replace('redis://', 'redis://:wrong@');
  await expect(openRedis({ url, onError: ignore })).rejects.toThrow(/WRONGPASS/);
});

test('a connection that broke says so once, refuses meanwhile, and is made again', async () => {
  const redis = await startRedis([]);
  onTestFinished(() => redis.stop());
  const errors: unknown[] = [];
  const client = await openRedis({ url: redis.url, onError: (error) => errors.push(error) });
  onTestFinished(() => client.destroy());
  const broken = expect(client.blPop('none', 0)).rejects.toThrow();
  await redis.kill();
  await broken;
  await expect(client.ping()).rejects.toThrow();
  await redis.restart();
  await expect
    .poll(() =>
      client.ping().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  expect(errors.length).toBe(1);
});
