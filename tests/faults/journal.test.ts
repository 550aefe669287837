/**
 * The journal under `kill -9`, and on a disk that is full.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { MemoryBroker } from '../../packages/server/src/brokers/memory/memory-broker.ts';
import { systemClock } from '../../packages/server/src/core/ports/clock.ts';
import { SqliteJournal } from '../../packages/server/src/storage/journal/sqlite-journal.ts';
import { onTeardown } from '../support/teardown.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const WRITER = join(import.meta.dirname, '../support/journal-writer.ts');
const POLICY = { durable: true, size: 100_000, ttl: 3_600_000, keyWindow: 3_600_000 };
const ROUNDS = 6;

interface Receipt {
  readonly channel: string;
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
  readonly key: string;
  readonly json: string;
}

/** Lets a process write until it has acknowledged so many, then kills it. @returns all it acknowledged. */
async function writeAndKill(path: string, run: string, after: number): Promise<readonly Receipt[]> {
  const child = spawn(process.execPath, ['--conditions=source', WRITER, path, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTeardown(() => void child.kill('SIGKILL'));
  const receipts: Receipt[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    receipts.push(JSON.parse(line));
    if (receipts.length === after) child.kill('SIGKILL');
  });
  const [[, signal]] = await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  expect(signal).toBe('SIGKILL');
  return receipts;
}

it('has every acknowledged publish after kill -9, without a hole, and knows its key', async () => {
  const path = join(temporaryDirectory(), 'journal.db');
  const acknowledged: Receipt[] = [];
  let sequence = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const receipts = await writeAndKill(path, `run${round}`, round * 137);
    expect(receipts.length).toBeGreaterThanOrEqual(round * 137);
    acknowledged.push(...receipts);

    const broker = new MemoryBroker({ clock: systemClock, journal: new SqliteJournal(path) });
    await broker.start(() => {});
    const ids = new Map<string, Receipt>();
    for (const { channel } of await broker.list({ limit: 100 })) {
      const { events, position } = await broker.read(channel, POLICY, { last: POLICY.size });
      expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
      expect(position.offset).toBe(events.length);
      for (const { id, offset, epoch, json } of events)
        ids.set(id, { channel, id, offset, epoch, json, key: '' });
      sequence = Math.max(sequence, events.at(-1)?.sequence ?? 0);
    }
    for (const receipt of acknowledged) expect(ids.get(receipt.id)).toEqual({ ...receipt, key: '' });
    expect(broker.head()).toBeGreaterThanOrEqual(sequence);
    for (const { key, json, ...receipt } of receipts.slice(-50))
      expect(await broker.publish({ channel: receipt.channel, event: 'x', json, key }, POLICY)).toEqual(
        receipt,
      );
    await broker.close();
  }
});

it('answers storage_full on a full disk, and has what was acknowledged', async (context) => {
  const directory = temporaryDirectory();
  // The program runs where it alone sees a disk of two megabytes, so that nothing has to be unmounted.
  const script = `
    const { SqliteJournal } = await import(${JSON.stringify(new URL('../../packages/server/src/storage/journal/sqlite-journal.ts', import.meta.url).href)});
    const { MemoryBroker } = await import(${JSON.stringify(new URL('../../packages/server/src/brokers/memory/memory-broker.ts', import.meta.url).href)});
    const { systemClock } = await import(${JSON.stringify(new URL('../../packages/server/src/core/ports/clock.ts', import.meta.url).href)});
    const { rmSync, statfsSync, writeFileSync } = await import('node:fs');
    const policy = ${JSON.stringify(POLICY)};
    const path = ${JSON.stringify(join(directory, 'journal.db'))};
    const ballast = ${JSON.stringify(join(directory, 'ballast'))};
    const json = JSON.stringify('x'.repeat(5000));
    const open = async () => {
      const broker = new MemoryBroker({ clock: systemClock, journal: new SqliteJournal(path) });
      await broker.start(() => {});
      return broker;
    };
    const publish = (broker) => broker.publish({ channel: 'a:1', event: 'x', json }, policy).then(() => 'ok', ({ code }) => code);
    const count = async (broker) => (await broker.read('a:1', policy, { last: 1e6 })).events.map(({ offset }) => offset);
    let broker = await open();
    const outcome = { acknowledged: 0 };
    while (outcome.acknowledged < 20) { await publish(broker); outcome.acknowledged += 1; }
    const { bavail, bsize } = statfsSync(${JSON.stringify(directory)});
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    outcome.full = [];
    while (outcome.full.length < 3) {
      const answer = await publish(broker);
      if (answer === 'ok') outcome.acknowledged += 1; else outcome.full.push(answer);
    }
    outcome.memory = await broker.publish({ channel: 'm:1', event: 'x', json }, { ...policy, durable: false }).then(() => 'ok');
    outcome.whileFull = (await count(broker)).length;
    await broker.close();
    broker = await open();
    outcome.reopened = (await count(broker)).length;
    rmSync(ballast);
    outcome.afterwards = await publish(broker);
    outcome.offsets = await count(broker);
    await broker.close();
    console.log(JSON.stringify(outcome));`;
  const mount = `mount -t tmpfs -o size=2m tmpfs ${directory}`;
  const namespace = ['--user', '--map-root-user', '--mount', 'sh', '-c'];
  try {
    execFileSync('unshare', [...namespace, mount], { stdio: 'pipe' });
  } catch {
    return context.skip('Nobody may mount a small disk here.');
  }
  const program = `${mount} && exec "$0" --conditions=source --input-type=module -e "$1"`;
  const output = execFileSync('unshare', [...namespace, program, process.execPath, script]).toString();
  const outcome = JSON.parse(output);
  const { acknowledged } = outcome;
  expect(outcome).toEqual({
    acknowledged,
    full: ['storage_full', 'storage_full', 'storage_full'],
    memory: 'ok',
    whileFull: acknowledged,
    reopened: acknowledged,
    afterwards: 'ok',
    offsets: Array.from({ length: acknowledged + 1 }, (_, index) => index + 1),
  });
});
