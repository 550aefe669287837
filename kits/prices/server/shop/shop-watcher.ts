import { PageError, type PageFault } from './page-error.ts';
import type { ShopReading } from './shop-reading.ts';
import type { ShopVisitor, Validators, Visit } from './shop-visitor.ts';

/** A page that is watched, as the store keeps it. */
export interface WatchedPage extends Validators {
  readonly id: string | number;
  readonly url: string;
  /** Failures in a row. */
  readonly failures: number;
}

/** What came of a check, and what the store is to keep of it. */
export type Check = {
  /** When it was, milliseconds since 1970. */
  readonly at: number;
  /** When the page is due again; null when the watcher has given it up. */
  readonly next: number | null;
  readonly failures: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
} & (
  | { readonly status: 'read'; readonly reading: ShopReading }
  /** The shop says that the page is what it was. */
  | { readonly status: 'unchanged' }
  /** It was not the page's turn: nothing was asked of the shop. */
  | { readonly status: 'postponed' }
  /** The reason: the fault for programs, the message (one English sentence) for people. */
  | { readonly status: 'failed'; readonly fault: PageFault; readonly message: string }
);

/** Where the watched pages are. */
export interface ShopStore {
  /** Pages that are due, the most overdue first. Where several servers share a store, each page to one of them. */
  due(now: number, limit: number): Promise<readonly WatchedPage[]>;
  /** Keeps what came of a check; from now on the page is due at `check.next`. */
  record(page: WatchedPage, check: Check): Promise<void>;
}

/** Options of a watcher. */
export interface ShopWatcherOptions {
  readonly store: ShopStore;
  readonly visitor: Pick<ShopVisitor, 'visit'>;
  readonly clock: { now(): number };
  /** Told of what the store could not do, and of what should not happen. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two checks of a page. @default 900000 (15 minutes) */
  readonly interval?: number;
  /** Failures in a row after which a page is given up. @default 10 */
  readonly giveUpAfter?: number;
  /** Shops that are asked at once. @default 4 */
  readonly concurrency?: number;
  /** Between 0 and 1; spreads checks so that they do not all fall together. @default Math.random */
  readonly random?: () => number;
}

const MINUTE = 60_000;
const INTERVAL = 15 * MINUTE;
const LONGEST_WAIT = 24 * 60 * MINUTE;
const GIVE_UP_AFTER = 10;
const CONCURRENCY = 4;
/** Pages that are taken from the store at once; few, as a store may lend them for a while only. */
const BATCH = 20;
/** A check falls up to this share of the interval later. */
const SPREAD = 0.1;

/** Checks watched pages when they are due. It has no clockwork of its own: a job calls {@link run} every few seconds. */
export class ShopWatcher {
  readonly #options: ShopWatcherOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ShopWatcherOptions) {
    this.#options = options;
  }

  /** Checks everything that is due, then is fulfilled; never fails. While it runs, another call waits for the same. */
  run(): Promise<void> {
    this.#running ??= this.#checkDue().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Stops: what is under way is dropped and recorded nowhere, so that it is due again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #checkDue(): Promise<void> {
    const { store, clock, concurrency = CONCURRENCY, onError } = this.#options;
    const seen = new Set<string | number>();
    while (!this.#closing.signal.aborted) {
      let due: readonly WatchedPage[];
      try {
        due = await store.due(clock.now(), BATCH);
      } catch (error) {
        onError(error);
        return;
      }
      // A page that is still due was not recorded; it waits for the next run.
      const pages = due.filter(({ id }) => !seen.has(id));
      if (pages.length === 0) return;
      for (const { id } of pages) seen.add(id);
      // All workers take from one iterator.
      const left = pages.values();
      await Promise.all(Array.from({ length: concurrency }, () => this.#work(left)));
    }
  }

  async #work(pages: Iterable<WatchedPage>): Promise<void> {
    for (const page of pages) {
      if (this.#closing.signal.aborted) return;
      const check = await this.#check(page);
      if (this.#closing.signal.aborted) return;
      try {
        await this.#options.store.record(page, check);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }

  async #check(page: WatchedPage): Promise<Check> {
    const { visitor, interval = INTERVAL } = this.#options;
    try {
      return this.#succeeded(page, await visitor.visit(page.url, page, this.#closing.signal), interval);
    } catch (error) {
      return this.#failed(page, error, interval);
    }
  }

  #succeeded(page: WatchedPage, visit: Visit, interval: number): Check {
    const { clock, random = Math.random } = this.#options;
    const at = clock.now();
    const { etag = null, lastModified = null, failures } = page;
    if (visit.status === 'postponed')
      return { status: 'postponed', at, next: Math.max(visit.until, at + 1), failures, etag, lastModified };
    const next = Math.round(at + interval * (1 + SPREAD * random()));
    return { at, next, failures: 0, etag, lastModified, ...visit };
  }

  #failed(page: WatchedPage, error: unknown, interval: number): Check {
    const { clock, giveUpAfter = GIVE_UP_AFTER, random = Math.random, onError } = this.#options;
    if (!(error instanceof PageError)) onError(error);
    const { fault, message, retryAfter, final } =
      error instanceof PageError
        ? error
        : new PageError('unreachable', 'The page could not be read.', { cause: error });
    const at = clock.now();
    const failures = page.failures + 1;
    const wait = Math.min(interval * 2 ** (failures - 1), Math.max(LONGEST_WAIT, interval));
    const next = Math.round(at + Math.max(wait, retryAfter ?? 0) * (1 + SPREAD * random()));
    // Validators are forgotten, so that the next answer is a whole page and not "as before".
    return {
      status: 'failed',
      fault,
      message,
      at,
      next: final || failures >= giveUpAfter ? null : next,
      failures,
      etag: null,
      lastModified: null,
    };
  }
}
