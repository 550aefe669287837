/**
 * Publishes to durable channels as fast as it can, and prints each receipt once it has it. Run as a program, to be killed.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { MemoryBroker } from '../../packages/server/src/brokers/memory/memory-broker.ts';
import { systemClock } from '../../packages/server/src/core/ports/clock.ts';
import { SqliteJournal } from '../../packages/server/src/storage/journal/sqlite-journal.ts';

const [path = '', run = ''] = process.argv.slice(2);
const policy = { durable: true, size: 100_000, ttl: 3_600_000, keyWindow: 3_600_000 };
const CHANNELS = 5;
const AT_ONCE = 20;

const broker = new MemoryBroker({ clock: systemClock, journal: new SqliteJournal(path) });
await broker.start(() => {});

async function publisher(id: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const key = `${run}-${id}-${count}`;
    const channel = `a:${count % CHANNELS}`;
    const json = JSON.stringify({ key, filler: 'x'.repeat((count * 37) % 700) });
    const receipt = await broker.publish({ channel, event: 'x', json, key }, policy);
    // Synchronous, so that what was acknowledged is known to the parent however soon the end comes.
    writeSync(1, `${JSON.stringify({ ...receipt, key, json })}\n`);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, (_, id) => publisher(id)));
