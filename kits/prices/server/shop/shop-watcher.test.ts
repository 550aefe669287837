import { expect, test } from 'vitest';
import { PageError } from './page-error.ts';
import type { Visit } from './shop-visitor.ts';
import { type Check, ShopWatcher, type ShopWatcherOptions, type WatchedPage } from './shop-watcher.ts';

const MINUTE = 60_000;
const READ: Visit = {
  status: 'read',
  reading: { price: { amount: 9000, currency: 'TRY' }, source: 'json-ld' },
  etag: '"1"',
  lastModified: null,
};

type Visitor = (url: string, page: WatchedPage, signal: AbortSignal) => Promise<Visit> | Visit;

/** A watcher of pages in memory, with a clock that stands still. */
function start(urls: readonly string[], visit: Visitor, options: Partial<ShopWatcherOptions> = {}) {
  const clock = { time: 0, now: () => clock.time };
  const rows = new Map<string, WatchedPage & { due: number | null; check?: Check }>();
  for (const url of urls) rows.set(url, { id: url, url, failures: 0, due: 0 });
  const errors: unknown[] = [];
  const watcher = new ShopWatcher({
    clock,
    visitor: { visit: async (url, known, signal) => visit(url, known as WatchedPage, signal as AbortSignal) },
    store: {
      due: async (now, limit) =>
        [...rows.values()].filter(({ due }) => due !== null && due <= now).slice(0, limit),
      record: async (page, check) => {
        const { failures, etag, lastModified, next: due } = check;
        rows.set(page.url, { ...page, failures, etag, lastModified, due, check });
      },
    },
    interval: 10 * MINUTE,
    random: () => 0,
    onError: (error) => errors.push(error),
    ...options,
  });
  const row = (url: string) => rows.get(url)!;
  return { watcher, clock, rows, row, errors };
}

test('reads what is due and says when it is due again', async () => {
  const visited: string[] = [];
  const { watcher, clock, row } = start(['a', 'b'], (url) => {
    visited.push(url);
    return READ;
  });
  row('b').due = MINUTE;
  await watcher.run();
  expect(visited).toEqual(['a']);
  expect(row('a').check).toMatchObject({
    status: 'read',
    at: 0,
    next: 10 * MINUTE,
    failures: 0,
    etag: '"1"',
  });
  clock.time = MINUTE;
  await watcher.run();
  expect(visited).toEqual(['a', 'b']);
});

test('spreads its checks, so that they do not all fall together', async () => {
  const { watcher, row } = start(['a'], () => READ, { random: () => 1 });
  await watcher.run();
  expect(row('a').due).toBe(11 * MINUTE);
});

test('hands the validators of the last visit on, keeps them while nothing changes, forgets them on failure', async () => {
  const seen: unknown[] = [];
  const answers: (() => Visit)[] = [
    () => READ,
    () => ({ status: 'unchanged' }),
    () => {
      throw new PageError('timeout', 'slow');
    },
    () => READ,
  ];
  const { watcher, clock, row } = start(['a'], (_, page) => {
    seen.push(page.etag);
    return answers.shift()!();
  });
  for (let turn = 0; turn < 4; turn += 1) {
    await watcher.run();
    clock.time = row('a').due!;
  }
  expect(seen).toEqual([undefined, '"1"', '"1"', null]);
});

test('waits longer after each failure, and gives a page up with the reason', async () => {
  const { watcher, clock, row, errors } = start(
    ['a'],
    () => {
      throw new PageError('no_price', 'The page says no price.');
    },
    { giveUpAfter: 4 },
  );
  const waits: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    const began = clock.time;
    await watcher.run();
    clock.time = row('a').due ?? clock.time;
    waits.push(clock.time - began);
  }
  expect(waits).toEqual([10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 0]);
  expect(row('a').check).toMatchObject({
    status: 'failed',
    fault: 'no_price',
    message: 'The page says no price.',
    failures: 4,
    next: null,
  });
  expect(errors).toEqual([]);
});

test.each(['bad_url', 'private_address', 'gone', 'robots'] as const)(
  'gives a page up at once: %s',
  async (fault) => {
    const { watcher, row } = start(['a'], () => {
      throw new PageError(fault, 'no');
    });
    await watcher.run();
    expect(row('a').check).toMatchObject({ status: 'failed', fault, next: null });
  },
);

test('comes back no earlier than a shop asks', async () => {
  const { watcher, row } = start(['a'], () => {
    throw new PageError('busy', 'later', { retryAfter: 90 * MINUTE });
  });
  await watcher.run();
  expect(row('a').due).toBe(90 * MINUTE);
});

test('a page whose turn it is not is no failure', async () => {
  const { watcher, row } = start(['a'], () => ({ status: 'postponed', until: 5000 }));
  Object.assign(row('a'), { failures: 3, etag: '"1"' });
  await watcher.run();
  expect(row('a').check).toEqual({
    status: 'postponed',
    at: 0,
    next: 5000,
    failures: 3,
    etag: '"1"',
    lastModified: null,
  });
});

test('a success forgets the failures before it', async () => {
  const { watcher, row } = start(['a'], () => READ);
  Object.assign(row('a'), { failures: 9 });
  await watcher.run();
  expect(row('a').failures).toBe(0);
});

test('asks few shops at once, and all in the end', async () => {
  let now = 0;
  let most = 0;
  const urls = Array.from({ length: 250 }, (_, index) => `page ${index}`);
  const { watcher, rows } = start(
    urls,
    async () => {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      return READ;
    },
    { concurrency: 3 },
  );
  await watcher.run();
  expect(most).toBe(3);
  expect([...rows.values()].every(({ check }) => check?.status === 'read')).toBe(true);
});

test('runs once at a time', async () => {
  const visited: string[] = [];
  const { watcher } = start(['a'], (url) => {
    visited.push(url);
    return READ;
  });
  await Promise.all([watcher.run(), watcher.run()]);
  expect(visited).toEqual(['a']);
});

test('survives a store that fails, and anything a visit throws', async () => {
  const { watcher, row, errors } = start(['a'], () => {
    throw new TypeError('a fault of ours');
  });
  await watcher.run();
  expect(row('a').check).toMatchObject({ status: 'failed', fault: 'unreachable', next: 10 * MINUTE });
  expect(errors).toEqual([new TypeError('a fault of ours')]);

  const noDue = start([], () => READ, {
    store: { due: () => Promise.reject(new Error('no database')), record: async () => {} },
  });
  await noDue.watcher.run();
  expect(noDue.errors).toEqual([new Error('no database')]);

  // What cannot be recorded is still due; it is not asked for again and again.
  const visited: string[] = [];
  const page = { id: 1, url: 'a', failures: 0 };
  const noRecord = start(
    [],
    (url) => {
      visited.push(url);
      return READ;
    },
    { store: { due: async () => [page], record: () => Promise.reject(new Error('no database')) } },
  );
  await noRecord.watcher.run();
  expect(visited).toEqual(['a']);
  expect(noRecord.errors).toEqual([new Error('no database')]);
});

test('drops what is under way when it is closed, and records nothing of it', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { watcher, row } = start(
    ['a', 'b'],
    (_, __, signal) => {
      ask();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
    { concurrency: 1 },
  );
  const running = watcher.run();
  await asked;
  await watcher.close();
  await running;
  expect([row('a').check, row('b').check]).toEqual([undefined, undefined]);
  expect(row('a').due).toBe(0);
});
