/**
 * A node's link to the log in Redis: two connections, one to run scripts and one to read the log, kept through cuts and
 * restarts.
 *
 * After a cut the link is only open again when it is certain that Redis still has the log that the node knows, and all of
 * it. Otherwise the node goes on with the log that is there, and says that there is a gap.
 *
 * @module
 */
import { hash, randomBytes } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import { ErrorReply } from 'redis';
import type { Clock } from '../../core/ports/clock.ts';
import { OPEN, OTHER_LOG, SCRIPTS } from './broker-scripts.ts';
import { inspectRedis } from './inspect-redis.ts';
import type { LogEntry } from './log-entry.ts';
import { type LogPlace, LogReader } from './log-reader.ts';
import { openRedis, type RedisClient } from './redis-client.ts';
import { redisError } from './redis-error.ts';

export interface LogLinkOptions {
  readonly url: string;
  /** What keys begin with. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly onEntry: (entry: LogEntry) => void;
  /** Entries were missed that cannot be read any more. */
  readonly onGap: () => void;
  readonly onError: (error: unknown) => void;
}

/** The connection broke before the answer came: what was asked may have happened. */
export class Unanswered extends Error {}

interface Waiter {
  readonly number: number;
  resolve(): void;
}

/** How long it is waited for a connection that broke, to see in the log what became of what was asked, milliseconds. */
const PATIENCE = 5000;

/** Wait before Redis is looked at again when it was not as it must be, milliseconds. */
const RETRY = 1000;

const LOG_NAME_BYTES = 8;

export class LogLink {
  readonly #options: LogLinkOptions;
  #log = '';
  #onDisk = false;
  #client: RedisClient | undefined;
  #reader: LogReader | undefined;
  /** The connection, by node-redis' count, whose Redis is known to have the log. */
  #openOn: number | undefined;
  #reopening: Promise<void> | undefined;
  /** What the reader was to read next is not there any more. */
  #gap = false;
  /** Fulfilled when the link is open again after the next cut, and all is read: whether without a gap. */
  #whole = Promise.withResolvers<boolean>();
  /** In ascending numbers. */
  #waiters: Waiter[] = [];
  #closed = false;

  constructor(options: LogLinkOptions) {
    this.#options = options;
  }

  get log(): string {
    return this.#log;
  }

  get onDisk(): boolean {
    return this.#onDisk;
  }

  /** The sequence of the newest event that was read. */
  get head(): number {
    return this.#reader?.place.sequence ?? 0;
  }

  /** @throws Error that says why Redis cannot be used. */
  async open(): Promise<void> {
    const { prefix, onEntry, onError } = this.#options;
    const client = await openRedis(this.#options);
    const { socketEpoch } = client;
    this.#client = client;
    try {
      const { faults, place } = await this.#find(client);
      if (!place) throw new Error(`This Redis cannot be used: ${faults.join('; ')}.`);
      this.#reader = new LogReader({
        client: await openRedis(this.#options),
        key: `${prefix}log`,
        onEntries: (entries) => {
          for (const entry of entries) {
            try {
              onEntry(entry);
            } catch (error) {
              onError(error);
            }
          }
          this.#settle();
        },
        onGap: () => {
          this.#gap = true;
          void this.#reopen();
        },
        onError,
      });
      this.#reader.start(place);
    } catch (error) {
      client.destroy();
      throw error;
    }
    this.#openOn = socketEpoch;
    client.on('ready', () => void this.#reopen());
  }

  /**
   * Runs a script.
   *
   * @throws TidingsError `storage_unavailable` or `storage_full`, and nothing has happened. @throws Unanswered
   */
  async run<T>(script: string, keys: readonly string[], args: readonly string[]): Promise<T> {
    const client = this.#client;
    if (this.#closed || !client?.isReady || this.#openOn !== client.socketEpoch)
      throw new TidingsError('storage_unavailable');
    try {
      return (await client.evalSha(digestOf(script), {
        keys: keys as string[],
        arguments: [this.#log, ...args],
      })) as T;
    } catch (error) {
      if (!(error instanceof ErrorReply))
        throw new Unanswered('The connection to Redis broke.', { cause: error });
      // Redis was emptied, or forgot the scripts.
      if (error.message.startsWith(OTHER_LOG) || error.message.startsWith('NOSCRIPT')) void this.#reopen();
      throw redisError(error);
    }
  }

  /** Waits until the log was read up to an entry. */
  reached(number: number): Promise<void> {
    if (this.#closed || (this.#reader?.place.number ?? 0) >= number) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ number, resolve }));
  }

  /**
   * Waits, after the connection broke, until all is read that Redis had when it was there again.
   *
   * @returns whether nothing was missed; `false` also when that took too long.
   */
  async whole(): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), PATIENCE);
    try {
      return await Promise.race([this.#whole.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#whole.resolve(false);
    await this.#reader?.close();
    if (this.#client?.isOpen) this.#client.destroy();
    this.#settle();
  }

  /** One at a time, and once more when it is asked for meanwhile. */
  #reopen(): Promise<void> {
    this.#openOn = undefined;
    this.#reopening = (this.#reopening ?? Promise.resolve()).then(() => this.#openAgain());
    return this.#reopening;
  }

  async #openAgain(): Promise<void> {
    const client = this.#client;
    // One that is not there is opened again once it is.
    if (this.#closed || !client?.isReady || this.#openOn === client.socketEpoch) return;
    const { onGap, onError } = this.#options;
    const { socketEpoch } = client;
    const known = this.#log;
    try {
      const { faults, place } = await this.#find(client);
      if (!place) throw new Error(`Redis is not as it was: ${faults.join('; ')}.`);
      const gap = this.#gap || this.#log !== known;
      this.#gap = false;
      if (gap) this.#reader?.seek(place);
      this.#openOn = socketEpoch;
      this.#settle();
      if (gap) onGap();
      const whole = this.#whole;
      this.#whole = Promise.withResolvers();
      void this.reached(place.number).then(() => whole.resolve(!gap));
    } catch (error) {
      if (this.#closed) return;
      onError(error);
      setTimeout(() => void this.#reopen(), RETRY).unref();
    }
  }

  /** Looks at Redis, and finds its log or begins one. Without a place it cannot be used. */
  async #find(
    client: RedisClient,
  ): Promise<{ readonly faults: readonly string[]; readonly place?: LogPlace }> {
    const { prefix, clock } = this.#options;
    const [{ run, onDisk, faults }] = await Promise.all([
      inspectRedis(client),
      ...SCRIPTS.map((script) => client.scriptLoad(script)),
    ]);
    if (faults.length > 0) return { faults };
    const reply = await client.eval(OPEN, {
      keys: [`${prefix}meta`, `${prefix}log`],
      arguments: [
        randomBytes(LOG_NAME_BYTES).toString('hex'),
        run,
        String(clock.now()),
        onDisk ? '1' : '0',
        this.#log,
        String(this.head),
      ],
    });
    const [log, sequence, number] = reply as [string, string, string];
    if (this.#onDisk && !onDisk)
      this.#options.onError(
        new Error('Redis has no longer on disk what it answers (appendonly yes, appendfsync always).'),
      );
    this.#log = log;
    this.#onDisk = onDisk;
    return { faults, place: { sequence: Number(sequence), number: Number(number) } };
  }

  #settle(): void {
    const { number } = this.#reader?.place ?? { number: 0 };
    const waiting = this.#waiters.findIndex((waiter) => waiter.number > number && !this.#closed);
    const ready = this.#waiters.splice(0, waiting === -1 ? this.#waiters.length : waiting);
    for (const { resolve } of ready) resolve();
  }
}

const digests = new Map<string, string>();

function digestOf(script: string): string {
  let digest = digests.get(script);
  if (digest === undefined) {
    digest = hash('sha1', script);
    digests.set(script, digest);
  }
  return digest;
}
