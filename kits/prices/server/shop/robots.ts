import robotsParser from 'robots-parser';
import { PageError } from './page-error.ts';
import { type PageFetcher, ROBOT } from './page-fetcher.ts';

/** What a shop's robots.txt says to this robot. */
interface Rules {
  allows(url: URL): boolean;
  /** Milliseconds between requests that it asks for. */
  readonly delay: number;
}

interface Kept {
  readonly rules: Promise<Rules>;
  /** Milliseconds since 1970. */
  until: number;
}

/** Options of {@link Robots}. */
interface RobotsOptions {
  readonly fetcher: PageFetcher;
  readonly clock: { now(): number };
}

// Its types tell of an ES module; it is a function.
const parseRobots = robotsParser as unknown as typeof robotsParser.default;

const HOUR = 60 * 60 * 1000;
const SECOND = 1000;
/** RFC 9309: no longer than a day. */
const KEPT = 24 * HOUR;
/** How long a shop is left alone whose robots.txt cannot be had. */
const HOLD_OFF = HOUR / 6;
/** RFC 9309: 500 KiB at least are read. */
const MAX_BYTES = 512 * 1024;
const MAX_SHOPS = 1000;
const LONGEST_DELAY = 24 * HOUR;

const EVERYTHING: Rules = { allows: () => true, delay: 0 };

/** The robots.txt of shops (RFC 9309), fetched when needed and kept for a day. */
export class Robots {
  readonly #options: RobotsOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: RobotsOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that a page may be asked for.
   *
   * @returns Milliseconds between requests that the shop asks for.
   * @throws PageError `robots` when it may not; `robots_unavailable` while the shop fails to say.
   */
  async check(url: URL, signal?: AbortSignal): Promise<number> {
    const rules = await this.#rulesOf(url.origin, signal);
    if (!rules.allows(url)) throw new PageError('robots', 'The shop asks robots not to read this page.');
    return rules.delay;
  }

  #rulesOf(origin: string, signal: AbortSignal | undefined): Promise<Rules> {
    const now = this.#options.clock.now();
    const kept = this.#kept.get(origin);
    if (kept && kept.until > now) return kept.rules;
    this.#makeRoom();
    const made: Kept = { rules: this.#fetch(origin, signal), until: now + KEPT };
    this.#kept.delete(origin);
    this.#kept.set(origin, made);
    made.rules.catch((error) => {
      // Given up by us, it says nothing about the shop.
      if (signal?.aborted) this.#kept.delete(origin);
      else made.until = now + (error instanceof PageError ? (error.retryAfter ?? HOLD_OFF) : HOLD_OFF);
    });
    return made.rules;
  }

  #makeRoom(): void {
    if (this.#kept.size < MAX_SHOPS) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  async #fetch(origin: string, signal: AbortSignal | undefined): Promise<Rules> {
    const address = `${origin}/robots.txt`;
    try {
      const fetched = await this.#options.fetcher.fetch(address, {
        expect: 'text',
        cutAt: MAX_BYTES,
        signal,
      });
      return fetched.status === 'page' ? rulesIn(address, fetched.text) : EVERYTHING;
    } catch (error) {
      if (!(error instanceof PageError) || error.final) throw error;
      const { status = 0, fault } = error;
      // Of a shop that has none, everything may be read; so says the standard of one that hides it, too.
      if ((status >= 400 && status < 500 && status !== 429) || fault === 'too_many_redirects')
        return EVERYTHING;
      throw new PageError('robots_unavailable', 'The shop does not say what robots may read.', {
        cause: error,
        retryAfter: error.retryAfter ?? HOLD_OFF,
      });
    }
  }
}

function rulesIn(address: string, text: string): Rules {
  const robots = parseRobots(address, text);
  const delay = robots.getCrawlDelay(ROBOT) ?? 0;
  return {
    allows: (url) => robots.isAllowed(url.href, ROBOT) !== false,
    delay: Number.isFinite(delay) ? Math.min(Math.max(delay, 0) * SECOND, LONGEST_DELAY) : 0,
  };
}
