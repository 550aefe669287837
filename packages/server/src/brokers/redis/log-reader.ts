import { ErrorReply } from 'redis';
import { decodeEntry, type LogEntry } from './log-entry.ts';
import type { RedisClient } from './redis-client.ts';

export interface LogReaderOptions {
  /** A connection of its own: it waits on it. */
  readonly client: RedisClient;
  /** The stream. */
  readonly key: string;
  /** Takes what came, in order and without a hole. It must not throw. */
  readonly onEntries: (entries: readonly LogEntry[]) => void;
  /** What was to come next is not there any more. Nothing is read until {@link LogReader.seek}. */
  readonly onGap: () => void;
  /** Redis refuses to be read, or there is something in the log that is no entry. */
  readonly onError: (error: unknown) => void;
}

/** Where a reader stands. */
export interface LogPlace {
  readonly sequence: number;
  readonly number: number;
}

/** Entries read at once. */
const COUNT = 500;

/** How long Redis waits for an entry, milliseconds; less than a connection may owe an answer. */
const BLOCK = 2000;

/** Wait while the connection is made again, and when Redis refuses to be read, milliseconds. */
const RETRY = 20;
const REFUSED_RETRY = 1000;

/**
 * Reads the log of all channels, as it grows.
 *
 * Each node reads a stream with blocking reads instead of being told by `PUBLISH`: what it missed while it was cut off is
 * then read from where it was, by the same call, and a read takes all that has come, so that Redis and the node are not
 * woken for each event. Entries are numbered, and one that was trimmed before it was read is missed for certain.
 */
export class LogReader {
  readonly #options: LogReaderOptions;
  #place: LogPlace = { sequence: 0, number: 0 };
  #closed = false;
  #done: Promise<void> = Promise.resolve();
  /** Waits for a place to go on from. */
  #halted: PromiseWithResolvers<void> | undefined;
  /** Another one each time the place was set, so that an answer to a question of before is not taken. */
  #seeks = 0;

  constructor(options: LogReaderOptions) {
    this.#options = options;
  }

  /** The number of the newest entry that was taken. */
  get place(): LogPlace {
    return this.#place;
  }

  start(place: LogPlace): void {
    this.#place = place;
    this.#done = this.#run();
  }

  /** Goes on from a place. */
  seek(place: LogPlace): void {
    this.#place = place;
    this.#seeks += 1;
    this.#halted?.resolve();
    this.#halted = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#halted?.resolve();
    this.#options.client.destroy();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { onEntries, onGap } = this.#options;
    while (!this.#closed) {
      await this.#halted?.promise;
      const seeks = this.#seeks;
      const texts = await this.#read();
      if (this.#closed || seeks !== this.#seeks || texts.length === 0) continue;
      const entries = this.#next(texts);
      const last = entries.at(-1);
      if (last) this.#place = { sequence: last.event.sequence, number: last.number };
      onEntries(entries);
      if (entries.length === texts.length) continue;
      this.#halted = Promise.withResolvers();
      onGap();
    }
  }

  /** The entries that follow, up to the first that does not. */
  #next(texts: readonly string[]): readonly LogEntry[] {
    const entries: LogEntry[] = [];
    let { number } = this.#place;
    try {
      for (const text of texts) {
        const entry = decodeEntry(text);
        number += 1;
        if (entry.number !== number) break;
        entries.push(entry);
      }
    } catch (error) {
      this.#options.onError(error);
    }
    return entries;
  }

  /** What has come, or nothing after a while. */
  async #read(): Promise<readonly string[]> {
    const { client, key, onError } = this.#options;
    const from = `${this.#place.sequence}-0`;
    try {
      const reply = await client.sendCommand<StreamsReply>([
        'XREAD',
        'COUNT',
        String(COUNT),
        'BLOCK',
        String(BLOCK),
        'STREAMS',
        key,
        from,
      ]);
      return (reply?.[key] ?? []).map(([, [, text]]) => text);
    } catch (error) {
      if (this.#closed) return [];
      // The connection says itself what it has, and is made again by itself.
      const refused = error instanceof ErrorReply && !error.message.startsWith('LOADING');
      if (refused) onError(error);
      await new Promise((resolve) => setTimeout(resolve, refused ? REFUSED_RETRY : RETRY).unref());
      return [];
    }
  }
}

/** Entries by stream: each an id, and its one field. */
type StreamsReply = Readonly<
  Record<string, readonly (readonly [string, readonly [string, string]])[]>
> | null;
