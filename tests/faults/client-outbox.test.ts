/**
 * The outbox of a client that is killed: what it had kept is published once and in order, by whoever comes after it.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { Inbox } from '../support/inbox.ts';
import { readHistory } from '../support/read-history.ts';
import { startServer } from '../support/start-server.ts';
import { onTeardown } from '../support/teardown.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const SCRIPT = join(import.meta.dirname, '../client/support/outbox-process.ts');

/** Lives of the client. */
const LIVES = 5;

/** A client in a process of its own, and what it says. */
class Publisher {
  readonly lines = new Inbox<string>('outbox process');
  readonly #child: ChildProcess;

  constructor(...parameters: readonly string[]) {
    const child = spawn(process.execPath, ['--conditions=source', SCRIPT, ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line));
    onTeardown(() => this.kill());
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  /** What the outbox has kept. */
  get queued(): readonly number[] {
    return this.lines.all
      .filter((line) => line.startsWith('queued'))
      .map((line) => Number(line.split(' ')[1]));
  }

  async queue(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.lines.take((line) => line.startsWith('queued'));
  }
}

it('loses nothing that it kept, and publishes nothing twice, over kill -9 of the client', async () => {
  const server = await startServer({
    namespaces: {
      journal: {
        durable: true,
        history: { size: 100_000 },
        rights: { subscribe: 'anyone', publish: 'anyone' },
      },
    },
  });
  const proxy = await CutProxy.start(server.url);
  const outbox = join(temporaryDirectory(), 'outbox.db');
  const kept: number[] = [];

  for (let life = 0; life < LIVES; life += 1) {
    const offline = life % 2 === 1;
    if (offline) {
      proxy.refuse();
      proxy.cut();
    } else {
      proxy.accept();
    }
    const publisher = new Publisher(proxy.url, outbox, 'journal:x', String(life * 1_000_000));
    await publisher.queue(60);
    // In the middle of whatever it is doing.
    await publisher.kill();
    kept.push(...publisher.queued);
  }
  proxy.accept();
  const last = new Publisher(proxy.url, outbox, 'journal:x', '-1');
  await last.lines.take((line) => line === 'empty');
  await last.kill();

  const events = await readHistory(new Api({ url: server.url, bearer: server.apiKey }), 'journal:x');
  const published = events.map(({ data }) => data as unknown as number);
  expect(new Set(published).size).toBe(published.length);
  expect(published).toEqual([...published].sort((a, b) => a - b));
  expect(kept.length).toBeGreaterThanOrEqual(LIVES * 60);
  expect(kept.filter((n) => !published.includes(n))).toEqual([]);
});
