/**
 * The transactional outbox: what a transaction publishes is heard if and only if it commits.
 *
 * An event is written as a row in the same transaction; after the commit, or at the next start when the process died in
 * between, the relay publishes the rows under a key of their own and deletes those that were acknowledged. Publishing may
 * so happen twice, but has one effect.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ERRORS, TidingsError } from '@tidings/protocol';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Clock, Timer } from '../core/ports/clock.ts';
import type { Publication } from '../core/ports/publication.ts';
import { type CoreTables, databaseId } from './migrations.ts';

/** A transaction, and the way to publish with it. */
export interface OutboxTransaction<Tables> {
  readonly db: Transaction<Tables>;
  /** Checks an event now, and publishes it once the transaction has committed. @throws TidingsError */
  publish(publication: Publication): Promise<void>;
  /** As {@link publish}, many in a few statements. @throws TidingsError */
  publishAll(publications: readonly Publication[]): Promise<void>;
}

export interface OutboxOptions {
  /** With the core's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** Checks an event and gives its data as JSON. @throws TidingsError */
  readonly check: (publication: Publication) => string;
  /** Publishes; fulfilled once the event is acknowledged. */
  readonly publish: (publication: Publication) => Promise<unknown>;
  readonly log: OutboxLog;
}

/** Where the relay says what went wrong; pino's `Logger` is one. */
interface OutboxLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

type Row = Selectable<CoreTables['outbox']>;

/** Rows read at once. */
const CHUNK = 200;

/** Rows written by one statement, which may have so many parameters and no more. */
const INSERTED_AT_ONCE = 1000;

/** Wait after a failure, milliseconds: the first, doubled each time up to the last. */
const FIRST_BACKOFF = 100;
const LAST_BACKOFF = 30_000;

/** How often rows are looked for that another server committed and did not live to publish, milliseconds. */
const POLL_INTERVAL = 10_000;

/** An error without a code may pass or may not; after so many attempts the row is given up. */
const MAX_UNKNOWN_FAILURES = 8;

/** So many channels in trouble, and it is the server that is in trouble: the whole relay waits. */
const MAX_STUCK_CHANNELS = 100;

export class Outbox {
  readonly #options: OutboxOptions;
  /** The transaction we are inside of, to refuse another within it, which on one connection would wait for ever. */
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();
  readonly #unknownFailures = new Map<number, number>();
  /** Channels whose rows wait for the next try. */
  readonly #stuck = new Set<string>();
  /** Everything waits for the next try. */
  #paused = false;
  #retry: Timer | undefined;
  #backoff = FIRST_BACKOFF;
  #poll: Timer | undefined;
  #keyPrefix = '';
  #running: Promise<void> | undefined;
  /** Rows were committed since the running relay last looked. */
  #more = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Begins to publish, with what a process before this one has left. */
  async start(): Promise<void> {
    const { db, clock } = this.#options;
    this.#keyPrefix = `outbox:${await databaseId(db)}:`;
    this.#poll = clock.every(POLL_INTERVAL, () => this.#wake());
    this.#wake();
  }

  /**
   * Runs a transaction, and publishes what it published once it has committed.
   *
   * @throws Error when called inside another transaction; and whatever `work` throws, and then nothing has happened.
   */
  async transaction<Tables, Result>(
    work: (transaction: OutboxTransaction<Tables>) => Promise<Result>,
  ): Promise<Result> {
    if (this.#inside.getStore()?.open)
      throw new Error('A transaction was begun inside another; use the one there is.');
    const state = { open: true };
    let published = false;
    try {
      const result = await this.#options.db.transaction().execute((db) => {
        const publishAll = async (publications: readonly Publication[]) => {
          await this.#put(db, publications);
          published = true;
        };
        return this.#inside.run(state, () =>
          work({
            db: db as unknown as Transaction<Tables>,
            publish: (publication) => publishAll([publication]),
            publishAll,
          }),
        );
      });
      if (published) this.#wake();
      return result;
    } finally {
      state.open = false;
    }
  }

  /** Waits for the relay to finish what it is doing; what is left is published at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#poll?.cancel();
    this.#retry?.cancel();
    await this.#running;
  }

  async #put(db: Transaction<CoreTables>, publications: readonly Publication[]): Promise<void> {
    const created = this.#options.clock.now();
    const rows = publications.map((publication) => {
      const { channel, event, key = null, conflate = null, user = null } = publication;
      const json = this.#options.check(publication);
      return { channel, event, json, key, conflate, user, created, failed: null };
    });
    for (let begin = 0; begin < rows.length; begin += INSERTED_AT_ONCE)
      await db
        .insertInto('outbox')
        .values(rows.slice(begin, begin + INSERTED_AT_ONCE))
        .execute();
  }

  // The relay

  #wake(): void {
    this.#more = true;
    if (this.#closed || this.#paused || this.#running || this.#keyPrefix === '') return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#more) this.#wake();
    });
  }

  /** Publishes all there is; what fails is tried again later. Never rejects. */
  async #run(): Promise<void> {
    try {
      while (this.#more && !this.#closed && !this.#paused) {
        this.#more = false;
        await this.#relay();
      }
    } catch (error) {
      this.#options.log.warn({ err: error }, 'The outbox cannot be read; trying again.');
      this.#paused = true;
    }
    if (this.#closed || this.#retry) return;
    if (this.#stuck.size === 0 && !this.#paused) {
      this.#backoff = FIRST_BACKOFF;
      return;
    }
    this.#retry = this.#options.clock.after(this.#backoff, () => this.#tryAgain());
    this.#backoff = Math.min(this.#backoff * 2, LAST_BACKOFF);
  }

  #tryAgain(): void {
    this.#retry = undefined;
    this.#stuck.clear();
    this.#paused = false;
    this.#wake();
  }

  /** Goes once through the rows in order. */
  async #relay(): Promise<void> {
    for (;;) {
      const rows = await this.#read([...this.#stuck]);
      // One after the other within a channel, so that a failure cannot change the order; channels side by side, so
      // that they share a commit.
      const lanes = Map.groupBy(rows, ({ channel }) => channel);
      const acknowledged = await Promise.all([...lanes.values()].map((lane) => this.#publishInOrder(lane)));
      await this.#delete(acknowledged.flat());
      if (this.#stuck.size > MAX_STUCK_CHANNELS) this.#paused = true;
      if (rows.length < CHUNK || this.#paused || this.#closed) return;
    }
  }

  #read(stuck: readonly string[]): Promise<Row[]> {
    let query = this.#options.db.selectFrom('outbox').selectAll().where('failed', 'is', null);
    if (stuck.length > 0) query = query.where('channel', 'not in', stuck);
    return query.orderBy('id').limit(CHUNK).execute();
  }

  /** Publishes rows of one channel, up to the first that has to wait. @returns the ids of those acknowledged. */
  async #publishInOrder(rows: readonly Row[]): Promise<readonly number[]> {
    const acknowledged: number[] = [];
    for (const row of rows) {
      if (this.#closed) break;
      try {
        await this.#options.publish({
          channel: row.channel,
          event: row.event,
          data: JSON.parse(row.json),
          key: row.key ?? `${this.#keyPrefix}${row.id}`,
          conflate: row.conflate ?? undefined,
          user: row.user ?? undefined,
        });
        acknowledged.push(row.id);
        this.#unknownFailures.delete(row.id);
      } catch (error) {
        if (this.#mayPass(row, error)) {
          const { id, channel } = row;
          this.#options.log.warn({ err: error, outbox: id, channel }, 'An event has to wait in the outbox.');
          this.#stuck.add(channel);
          break;
        }
        await this.#giveUp(row, error);
      }
    }
    return acknowledged;
  }

  #mayPass({ id }: Row, error: unknown): boolean {
    if (error instanceof TidingsError) return ERRORS[error.code].retry;
    const failures = (this.#unknownFailures.get(id) ?? 0) + 1;
    this.#unknownFailures.set(id, failures);
    return failures < MAX_UNKNOWN_FAILURES;
  }

  async #giveUp({ id, channel, event }: Row, error: unknown): Promise<void> {
    const failed = error instanceof Error ? error.message : String(error);
    this.#unknownFailures.delete(id);
    await this.#options.db.updateTable('outbox').set({ failed }).where('id', '=', id).execute();
    this.#options.log.error(
      { err: error, outbox: id, channel, event },
      'An event of a committed transaction can never be published; it stays in the table outbox, marked as failed.',
    );
  }

  async #delete(ids: readonly number[]): Promise<void> {
    if (ids.length > 0) await this.#options.db.deleteFrom('outbox').where('id', 'in', ids).execute();
  }
}
