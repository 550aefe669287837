/**
 * The queue of deliveries in the database. Several servers may share it: whoever works on a delivery holds a lease on it, and
 * every change asks for the lease.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type Insertable, type Kysely, PostgresAdapter, type Selectable, sql } from 'kysely';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Courier } from './courier.ts';
import type { DeliveryTables, State } from './tables.ts';

/** As a type and not an interface, which `withTables` asks for. */
export type Tables = Pick<DeliveryTables, 'deliveries' | 'delivery_steps'>;

/** A delivery as it is stored. */
export type Row = Omit<Selectable<DeliveryTables['deliveries']>, 'courier' | 'state'> & {
  readonly courier: Courier['name'];
  readonly state: State;
};

/** What is changed of a delivery, and what is written into its log. */
export interface Change {
  readonly state?: State;
  readonly due?: number;
  readonly held?: number;
  readonly gathered?: number;
  readonly step: string;
  readonly detail: string;
  /** The delivery of the next courier, begun by the end of this one. */
  readonly next?: Insertable<DeliveryTables['deliveries']> | undefined;
}

/** One change that is to be written. */
interface Entry {
  readonly row: Row;
  readonly change: Change;
  readonly now: number;
}

/** What is open, for whoever claims. */
const OPEN = ['waiting', 'retracting'] as const;

/** Letters of one digest. */
const MAX_DIGEST = 500;

/** Rows of one statement. */
const CHUNK = 500;

export interface QueueOptions {
  readonly db: Kysely<CoreTables>;
  /** Those whose deliveries are claimed. */
  readonly couriers: readonly string[];
  /** How long a claim is good for, milliseconds. */
  readonly lease: number;
  /** Which of the deliveries that a transaction has just made are to be taken back. */
  readonly toRetract: (db: Kysely<CoreTables>, delivered: readonly Row[]) => Promise<readonly Row[]>;
}

export class Queue {
  readonly #db: Kysely<CoreTables & Tables>;
  readonly #couriers: readonly string[];
  readonly #lease: number;
  readonly #toRetract: QueueOptions['toRetract'];
  readonly #postgres: boolean;
  /** What the next transaction will write. */
  #batch: { readonly entries: Entry[]; readonly written: PromiseWithResolvers<void> } | undefined;
  #writing = false;

  constructor({ db, couriers, lease, toRetract }: QueueOptions) {
    this.#db = db.withTables<Tables>();
    this.#couriers = couriers;
    this.#lease = lease;
    this.#toRetract = toRetract;
    this.#postgres = db.getExecutor().adapter instanceof PostgresAdapter;
  }

  /** Claims what is due in one state, at most so many, the longest due first. */
  async claim(state: (typeof OPEN)[number], now: number, limit: number): Promise<readonly Row[]> {
    const due = this.#db
      .selectFrom('deliveries')
      .select('id')
      .where('state', '=', state)
      .where('gathered', '=', 0)
      .where('due', '<=', now)
      .where('leased_until', '<=', now)
      .where('courier', 'in', this.#couriers)
      .orderBy('due')
      .limit(limit)
      .$if(this.#postgres, (query) => query.forUpdate().skipLocked());
    return this.#lend(this.#db, now, (query) => query.where('id', 'in', due));
  }

  /** Claims the deliveries of one digest that is due, all of the same user; an empty list when there is none. */
  async claimDigest(now: number): Promise<readonly Row[]> {
    const first = await this.#dueDigest(this.#db, now).executeTakeFirst();
    if (!first) return [];
    return this.#db.transaction().execute(async (db) => {
      const { user } = first;
      // The letters of a user go out together, whoever else is looking.
      if (this.#postgres)
        await sql`select pg_advisory_xact_lock(hashtextextended(${`digest ${user}`}, 0))`.execute(db);
      const begun = await this.#dueDigest(db, now).where('user', '=', user).executeTakeFirst();
      if (!begun) return [];
      // A digest that was tried before is tried again as it was; what came since goes out with another.
      const rows = this.#dueDigest(db, now)
        .clearSelect()
        .select('id')
        .where('user', '=', user)
        .where('digest', begun.digest === null ? 'is' : '=', begun.digest)
        .limit(MAX_DIGEST);
      const claimed = await this.#lend(db, now, (query) => query.where('id', 'in', rows));
      const digest = begun.digest ?? `${claimed[0]?.notification}.digest`;
      await db
        .updateTable('deliveries')
        .set({ digest })
        .where(
          'id',
          'in',
          claimed.map(({ id }) => id),
        )
        .execute();
      return claimed.map((row) => ({ ...row, digest }));
    });
  }

  /** Writes down that couriers are about to be asked. @returns the ids of those that are still ours. */
  async begin(rows: readonly Row[], now: number): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    return this.#db.transaction().execute(async (db) => {
      const begun = await db
        .updateTable('deliveries')
        .set(({ eb }) => ({
          attempts: eb('attempts', '+', 1),
          leased_until: now + this.#lease,
          updated: now,
        }))
        .where(
          'id',
          'in',
          rows.map(({ id }) => id),
        )
        .where('lease', '=', rows[0]?.lease ?? '')
        .returning(['id', 'attempts'])
        .execute();
      await writeSteps(
        db,
        begun.map(({ id, attempts }) => ({
          delivery: id,
          at: now,
          step: 'attempt',
          detail: `Attempt ${attempts}.`,
        })),
      );
      return new Set(begun.map(({ id }) => id));
    });
  }

  /**
   * Changes deliveries that are ours and gives them back; fulfilled once that is on disk. Those whose lease another one has
   * by now are left alone. What comes while a transaction is being written goes into the next one together.
   */
  settle(changes: ReadonlyMap<Row, Change>, now: number): Promise<void> {
    this.#batch ??= { entries: [], written: Promise.withResolvers<void>() };
    const { entries, written } = this.#batch;
    for (const [row, change] of changes) entries.push({ row, change, now });
    if (!this.#writing) void this.#writeBatches();
    return written.promise;
  }

  /** Writes until nothing is left to write. Never rejects. */
  async #writeBatches(): Promise<void> {
    this.#writing = true;
    while (this.#batch) {
      const { entries, written } = this.#batch;
      this.#batch = undefined;
      await this.#write(entries).then(written.resolve, written.reject);
    }
    this.#writing = false;
  }

  #write(entries: readonly Entry[]): Promise<void> {
    return this.#db.transaction().execute(async (db) => {
      const ours: Entry[] = [];
      for (const entry of entries) {
        const { row, now } = entry;
        const { step: _, next: __, ...fields } = entry.change;
        const { numUpdatedRows } = await db
          .updateTable('deliveries')
          .set({ ...fields, lease: null, leased_until: 0, updated: now })
          .where('id', '=', row.id)
          .where('lease', '=', row.lease)
          .executeTakeFirst();
        if (numUpdatedRows > 0n) ours.push(entry);
      }
      await writeSteps(
        db,
        ours.map(({ row, change: { step, detail }, now }) => ({ delivery: row.id, at: now, step, detail })),
      );
      await this.#retractRead(db, ours);
      for (const { change } of ours)
        if (change.next)
          await db
            .insertInto('deliveries')
            .values(change.next)
            .onConflict((conflict) => conflict.column('id').doNothing())
            .execute();
    });
  }

  /** What was read before this found it not delivered yet; what is read after it does so itself. */
  async #retractRead(db: Kysely<CoreTables & Tables>, entries: readonly Entry[]): Promise<void> {
    const delivered = entries.filter(({ change }) => change.step === 'delivered').map(({ row }) => row);
    if (delivered.length === 0) return;
    const read = await this.#toRetract(db, delivered);
    if (read.length === 0) return;
    await db
      .updateTable('deliveries')
      .set({ state: 'retracting', attempts: 0 })
      .where(
        'id',
        'in',
        read.map(({ id }) => id),
      )
      .execute();
  }

  /** How many deliveries wait, and how many are dead. */
  async depth(): Promise<{ readonly waiting: number; readonly dead: number }> {
    const rows = await this.#db
      .selectFrom('deliveries')
      .select(({ fn }) => ['state', fn.countAll().as('count')])
      .where('state', 'in', ['waiting', 'dead'])
      .groupBy('state')
      .execute();
    const count = (state: State) => Number(rows.find((row) => row.state === state)?.count ?? 0);
    return { waiting: count('waiting'), dead: count('dead') };
  }

  /** Deletes what nothing has happened to since a moment. */
  async sweep(before: number): Promise<void> {
    const old = this.#db.selectFrom('deliveries').select('id').where('updated', '<', before).limit(CHUNK);
    for (;;) {
      const ids = (await old.execute()).map(({ id }) => id);
      if (ids.length === 0) return;
      await this.#db.deleteFrom('delivery_steps').where('delivery', 'in', ids).execute();
      await this.#db.deleteFrom('deliveries').where('id', 'in', ids).execute();
      if (ids.length < CHUNK) return;
    }
  }

  #dueDigest(db: Kysely<CoreTables & Tables>, now: number) {
    return db
      .selectFrom('deliveries')
      .select(['user', 'digest'])
      .where('state', '=', 'waiting')
      .where('gathered', '=', 1)
      .where('due', '<=', now)
      .where('leased_until', '<=', now)
      .where('courier', 'in', this.#couriers)
      .orderBy('due')
      .orderBy('id');
  }

  async #lend(
    db: Kysely<CoreTables & Tables>,
    now: number,
    which: (query: ReturnType<typeof updating>) => ReturnType<typeof updating>,
  ): Promise<readonly Row[]> {
    const rows = await which(
      updating(db, { lease: randomUUID(), leased_until: now + this.#lease })
        // Asked again: another server may have been first since the subquery was read.
        .where('leased_until', '<=', now)
        .where('state', 'in', OPEN),
    )
      .returningAll()
      .execute();
    return (rows as unknown as Row[]).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function updating(
  db: Kysely<CoreTables & Tables>,
  lease: { readonly lease: string; readonly leased_until: number },
) {
  return db.updateTable('deliveries').set(lease);
}

/** Writes into the logs of deliveries. */
export async function writeSteps(
  db: Kysely<CoreTables & Tables>,
  steps: readonly Insertable<DeliveryTables['delivery_steps']>[],
): Promise<void> {
  for (let begin = 0; begin < steps.length; begin += CHUNK)
    await db
      .insertInto('delivery_steps')
      .values(steps.slice(begin, begin + CHUNK))
      .execute();
}
