import { setTimeout as delay } from 'node:timers/promises';
import type { Receipt } from './api.ts';
import { onTeardown } from './teardown.ts';

/** What publishers write into an event, so that it is known again. */
export interface Mark {
  readonly publisher: number;
  /** Counts the publisher's events, from 1. */
  readonly n: number;
}

/** A publish that the server has acknowledged. */
export interface Acknowledged extends Receipt, Mark {}

export interface PublishersOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly channels: readonly string[];
  /** How many publish at once, in turn on each channel. @default 3 */
  readonly count?: number;
  /** Between an acknowledgement and the publisher's next event, milliseconds. @default 5 */
  readonly pause?: number;
  /** Data beside the mark. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Before the same event is tried again, milliseconds. */
const RETRY = 25;

/** The name of the events that publishers publish. */
export const MARK_EVENT = 'mark';

/**
 * Backends that publish over HTTP throughout a test, each one event at a time, and remember what was acknowledged. What
 * was not is tried again under the same key until it is.
 */
export class Publishers {
  readonly acknowledged: Acknowledged[] = [];
  /** How often a publish had to be tried again. */
  retries = 0;
  readonly #options: Required<PublishersOptions>;
  readonly #run = crypto.randomUUID();
  readonly #abort = new AbortController();
  readonly #running: Promise<unknown>;
  #stopping = false;
  #waiters: { readonly count: number; resolve(): void; reject(error: unknown): void }[] = [];

  private constructor(options: PublishersOptions) {
    this.#options = { count: 3, pause: 5, data: {}, ...options };
    this.#running = Promise.all(
      Array.from({ length: this.#options.count }, (_, index) => this.#publishAll(index + 1)),
    );
    this.#running.catch((error: unknown) => {
      for (const { reject } of this.#waiters) reject(error);
    });
  }

  /** Starts to publish; ends with the test. */
  static start(options: PublishersOptions): Publishers {
    const publishers = new Publishers(options);
    onTeardown(() => publishers.#give());
    return publishers;
  }

  /** Waits until so many more publishes have been acknowledged. */
  more(count: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.push({ count: this.acknowledged.length + count, resolve, reject });
    this.#running.catch(reject);
    return promise;
  }

  /** Begins no further publish, and waits until all that were begun are acknowledged. @throws what refused one. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** The newest acknowledged place of a channel: of its last epoch the greatest offset. */
  head(channel: string): Acknowledged | undefined {
    const on = this.acknowledged.filter((receipt) => receipt.channel === channel);
    const epoch = on.at(-1)?.epoch;
    return on
      .filter((receipt) => receipt.epoch === epoch)
      .reduce<Acknowledged | undefined>((a, b) => (a && a.offset > b.offset ? a : b), undefined);
  }

  async #give(): Promise<void> {
    this.#stopping = true;
    this.#abort.abort();
    await this.#running.catch(() => {});
  }

  async #publishAll(publisher: number): Promise<void> {
    const { channels, pause } = this.#options;
    for (let n = 1; !this.#stopping; n += 1) {
      const channel = channels[(publisher + n) % channels.length] as string;
      const receipt = await this.#publish(channel, { publisher, n });
      if (!receipt) return;
      this.acknowledged.push({ ...receipt, publisher, n });
      this.#tell();
      await delay(pause);
    }
  }

  /** Tries until it is acknowledged; undefined when the test is over. */
  async #publish(channel: string, mark: Mark): Promise<Receipt | undefined> {
    const { url, apiKey, data } = this.#options;
    const body = JSON.stringify({
      channel,
      event: MARK_EVENT,
      data: { ...data, ...mark },
      key: `${this.#run}:${mark.publisher}:${mark.n}`,
    });
    while (!this.#abort.signal.aborted) {
      try {
        const response = await fetch(`${url}/api/v1/publish`, {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body,
          signal: this.#abort.signal,
        });
        const text = await response.text();
        if (response.ok) return JSON.parse(text) as Receipt;
        if (response.status < 500 && response.status !== 429) throw new Refused(`${response.status} ${text}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      this.retries += 1;
      await delay(RETRY);
    }
    return undefined;
  }

  #tell(): void {
    const due = this.#waiters.filter(({ count }) => count <= this.acknowledged.length);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !due.includes(waiter));
    for (const { resolve } of due) resolve();
  }
}

/** A publish that trying again does not help. */
class Refused extends Error {}
