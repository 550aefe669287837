import { HostPace } from './host-pace.ts';
import { PageError } from './page-error.ts';
import { PageFetcher, type PageFetcherOptions } from './page-fetcher.ts';
import { readPrice } from './read-price.ts';
import { Robots } from './robots.ts';
import type { ShopReading } from './shop-reading.ts';

/** Options of a visitor. */
export interface ShopVisitorOptions extends PageFetcherOptions {
  readonly clock: { now(): number };
  /** Milliseconds between two requests to one shop. @default 5000 */
  readonly delay?: number;
}

/** What is known of a page from the last visit. */
export interface Validators {
  readonly etag?: string | null | undefined;
  readonly lastModified?: string | null | undefined;
}

/** What a visit brought. */
export type Visit =
  | {
      readonly status: 'read';
      readonly reading: ShopReading;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly status: 'unchanged' }
  /** Another visit to the shop is under way or was a moment ago: nothing was asked. */
  | { readonly status: 'postponed'; readonly until: number };

const DELAY = 5000;

/**
 * Reads the price on a shop's page, politely: as robots.txt allows, one request at a time to a shop with a pause in
 * between, nothing that has not changed, and not again before the time for which the shop asks.
 */
export class ShopVisitor {
  readonly #fetcher: PageFetcher;
  readonly #robots: Robots;
  readonly #pace: HostPace;

  constructor(options: ShopVisitorOptions) {
    this.#fetcher = new PageFetcher(options);
    this.#robots = new Robots({ fetcher: this.#fetcher, clock: options.clock });
    this.#pace = new HostPace({ clock: options.clock, delay: options.delay ?? DELAY });
  }

  /** Checks an address without asking anything of it. @throws PageError `bad_url`, `private_address` */
  check(address: string): URL {
    return this.#fetcher.check(address);
  }

  /** Visits a page. @throws PageError */
  async visit(address: string, known: Validators = {}, signal?: AbortSignal): Promise<Visit> {
    const { host } = this.check(address);
    const until = this.#pace.take(host);
    if (until !== undefined) return { status: 'postponed', until };
    let delay = 0;
    try {
      const fetched = await this.#fetcher.fetch(address, {
        etag: known.etag ?? undefined,
        lastModified: known.lastModified ?? undefined,
        signal,
        before: async (url) => {
          delay = Math.max(delay, await this.#robots.check(url, signal));
        },
      });
      this.#pace.done(host, delay);
      if (fetched.status === 'unchanged') return fetched;
      const { text, url, etag = null, lastModified = null } = fetched;
      return { status: 'read', reading: readPrice(text, url), etag, lastModified };
    } catch (error) {
      const { fault, retryAfter } = error instanceof PageError ? error : {};
      // What asks for patience asks it for all of the shop's pages.
      if (fault === 'busy' || fault === 'robots_unavailable') this.#pace.refused(host, retryAfter);
      else this.#pace.done(host, delay);
      throw error;
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#fetcher.close();
  }
}
