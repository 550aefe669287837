/**
 * The journal of durable channels in one SQLite file, which this process alone has open.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { TidingsError } from '@tidings/protocol';
import type { ChannelSummary } from '../../core/ports/broker.ts';
import { ChannelEvent } from '../../core/ports/event.ts';
import type {
  Journal,
  JournalEntry,
  JournalTrim,
  KeyRecord,
  StoredChannel,
} from '../../core/ports/journal.ts';
import { explain, isDiskFull, openSqlite } from '../sqlite.ts';
import { createTables } from './schema.ts';
import { endOfPrefix, prepare, type Statements } from './statements.ts';
import { Sweep } from './sweep.ts';

const LOG_BYTES = 8;
const EPOCH_BYTES = 6;

interface Meta {
  readonly log: string;
  readonly epoch: string;
  readonly floor: number;
  readonly ceiling: number;
}

interface ChannelRow {
  readonly epoch: string;
  readonly offset: number;
  readonly floor: number;
}

interface EventRow {
  readonly offset: number;
  readonly sequence: number;
  readonly id: string;
  readonly event: string;
  readonly json: string;
  readonly user: string | null;
  readonly conflate: string | null;
  readonly at: number;
  readonly expires: number;
}

export class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #openFile: (path: string) => DatabaseSync;
  #open: { readonly db: DatabaseSync; readonly statements: Statements; readonly sweep: Sweep } | undefined;
  #meta: Meta = { log: '', epoch: '', floor: 0, ceiling: 0 };

  /**
   * @param path of the file; its directory exists.
   * @param openFile opens the file; the default makes it this process's alone.
   */
  constructor(path: string, openFile = openExclusive) {
    this.#path = path;
    this.#openFile = openFile;
  }

  open(): void {
    const db = this.#openFile(this.#path);
    try {
      createTables(db, { log: randomBytes(LOG_BYTES).toString('hex'), epoch: newEpoch() });
      const statements = prepare(db);
      this.#open = { db, statements, sweep: new Sweep(statements) };
      this.#meta = statements.meta.get() as unknown as Meta;
    } catch (error) {
      db.close();
      throw explain(this.#path, error);
    }
  }

  get log(): string {
    return this.#meta.log;
  }

  get epoch(): string {
    return this.#meta.epoch;
  }

  get floor(): number {
    return this.#meta.floor;
  }

  get ceiling(): number {
    return this.#meta.ceiling;
  }

  reserve(ceiling: number): void {
    this.#run(({ setCeiling }) => setCeiling.run(ceiling));
    this.#meta = { ...this.#meta, ceiling };
  }

  load(channel: string, size: number, now: number): StoredChannel | undefined {
    return this.#run(({ channel: find, newestEvents, oldestOffset }) => {
      const record = find.get(channel) as unknown as ChannelRow | undefined;
      if (!record) return undefined;
      // One more than is kept, because its sequence is the floor.
      const rows = newestEvents.all(channel, size + 1) as unknown as EventRow[];
      rows.reverse();
      const surplus = Math.max(0, rows.length - size);
      const first = Math.max(surplus, rows.findLastIndex(({ expires }) => expires <= now) + 1);
      const { offset: oldest } = oldestOffset.get(channel) as unknown as { offset: number | null };
      return {
        epoch: record.epoch,
        offset: record.offset,
        floor: Math.max(record.floor, rows[first - 1]?.sequence ?? 0),
        trimmed: oldest === null ? record.offset : oldest - 1,
        events: rows.slice(first).map((row) => toEvent(channel, record.epoch, row)),
      };
    });
  }

  findKey(channel: string, key: string, now: number): KeyRecord | undefined {
    return this.#run(
      (statements) => statements.key.get(channel, key, now) as unknown as KeyRecord | undefined,
    );
  }

  commit(entries: readonly JournalEntry[], trims: readonly JournalTrim[]): void {
    this.#transaction((statements) => {
      const { addEvent, addKey, setChannel, dropEvents, raiseFloor } = statements;
      const newest = new Map<string, ChannelEvent>();
      for (const { event, expiresAt, key } of entries) {
        const { channel, offset, epoch, id } = event;
        addEvent.run(
          channel,
          offset,
          event.sequence,
          id,
          event.event,
          event.json,
          event.user ?? null,
          event.conflate ?? null,
          event.at,
          expiresAt,
        );
        if (key) addKey.run(channel, key.key, key.hash, offset, epoch, id, key.expiresAt);
        newest.set(channel, event);
      }
      for (const { channel, epoch, offset, at } of newest.values())
        setChannel.run(channel, epoch, offset, this.#meta.floor, at);
      for (const { channel, through, floor } of trims) {
        dropEvents.run(channel, through);
        raiseFloor.run(floor, channel);
      }
    });
  }

  clear(channel: string, sequence: number): void {
    this.#transaction(({ dropAllEvents, restartChannel }) => {
      dropAllEvents.run(channel);
      restartChannel.run(newEpoch(), sequence, channel);
    });
  }

  list({ prefix = '', after = '', limit }: Parameters<Journal['list']>[0]): readonly ChannelSummary[] {
    const rows = this.#run(({ list }) => list.all(after, prefix, endOfPrefix(prefix), limit));
    const summaries = rows as unknown as readonly (ChannelRow & { channel: string; oldest: number | null })[];
    return summaries.map(({ channel, epoch, offset, oldest }) => ({
      channel,
      position: { epoch, offset },
      events: oldest === null ? 0 : offset - oldest + 1,
    }));
  }

  sweep(now: number): boolean {
    const { done, lost } = this.#transaction((statements) => {
      const { sweep } = this.#opened();
      const result = sweep.run(now);
      if (result.lost === undefined) return { done: result.done, lost: undefined };
      // Channels were forgotten: one that begins without a record must not be taken for one of them.
      const beginning = { epoch: newEpoch(), floor: Math.max(this.#meta.floor, result.lost) };
      statements.setBeginning.run(beginning.epoch, beginning.floor);
      return { done: result.done, lost: beginning };
    });
    if (lost) this.#meta = { ...this.#meta, ...lost };
    return done;
  }

  close(): void {
    this.#open?.db.close();
    this.#open = undefined;
  }

  #opened() {
    if (!this.#open) throw new TidingsError('storage_unavailable', 'The journal is closed.');
    return this.#open;
  }

  /** Runs one statement or more that read. */
  #run<Result>(work: (statements: Statements) => Result): Result {
    try {
      return work(this.#opened().statements);
    } catch (error) {
      throw storageError(error);
    }
  }

  /** Runs statements of which all are on disk afterwards, or none. */
  #transaction<Result>(work: (statements: Statements) => Result): Result {
    const { db, statements } = this.#opened();
    try {
      statements.begin.run();
      const result = work(statements);
      statements.commit.run();
      return result;
    } catch (error) {
      // When the disk is full SQLite may have rolled back by itself.
      if (db.isTransaction) statements.rollback.run();
      throw storageError(error);
    }
  }
}

function openExclusive(path: string): DatabaseSync {
  return openSqlite(path, { exclusive: true });
}

function toEvent(channel: string, epoch: string, row: EventRow): ChannelEvent {
  return new ChannelEvent(
    {
      channel,
      event: row.event,
      json: row.json,
      user: row.user ?? undefined,
      conflate: row.conflate ?? undefined,
    },
    { ...row, epoch },
  );
}

function storageError(cause: unknown): TidingsError {
  if (cause instanceof TidingsError) return cause;
  return new TidingsError(isDiskFull(cause) ? 'storage_full' : 'storage_unavailable', undefined, { cause });
}

function newEpoch(): string {
  return randomBytes(EPOCH_BYTES).toString('hex');
}
