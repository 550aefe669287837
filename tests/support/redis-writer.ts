/**
 * A node that publishes to durable channels in Redis as fast as it can, and prints each receipt once it has it. Run as a
 * program, to be killed.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { RedisBroker } from '../../packages/server/src/brokers/redis/redis-broker.ts';
import { systemClock } from '../../packages/server/src/core/ports/clock.ts';

const [url = '', run = ''] = process.argv.slice(2);
const policy = { durable: true, size: 100_000, ttl: 3_600_000, keyWindow: 3_600_000 };
const CHANNELS = 5;
const AT_ONCE = 20;

const broker = new RedisBroker({
  url,
  prefix: 'tidings:',
  clock: systemClock,
  onGap: () => process.exit(1),
  onError: () => {},
});
await broker.start(() => {});

async function publisher(id: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const key = `${run}-${id}-${count}`;
    const receipt = await broker.publish(
      { channel: `a:${count % CHANNELS}`, event: 'x', json: JSON.stringify(key), key },
      policy,
    );
    // Synchronous, so that what was acknowledged is known to the parent however soon the end comes.
    writeSync(1, `${JSON.stringify({ ...receipt, key })}\n`);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, (_, id) => publisher(id)));
