/**
 * Does the rows of imports, a group a transaction.
 *
 * How far an import is, is written in the transaction of the rows. So an import that a dying process leaves is carried on
 * by the next one, and no row is done twice.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { TidingsError } from '@tidings/server/kit';
import type { Actor } from './actor.ts';
import { readRows } from './import/read-rows.ts';
import { ImportError, isFault, type Row } from './import/row.ts';
import { importProduct } from './import-product.ts';
import { progressOf, viewOf } from './import-report.ts';
import type { Settings } from './options.ts';
import type { ImportRow, Prices, Transaction } from './tables.ts';

/** Rows of one transaction. */
const GROUP = 100;

/** How long one turn takes at most, milliseconds: the rest is for everybody else. */
const TURN = 700;

/** Refused rows that are told one by one. */
const MAX_FAULTS = 100;

/** A group that fails so often in a row ends its import. */
const MAX_FAILURES = 5;

/** An import that is being done by this process. */
interface Open {
  readonly rows: AsyncIterator<Row>;
  /** Rows before the next that is read. */
  done: number;
}

/** What one transaction does. */
interface Group {
  readonly rows: readonly Row[];
  /** Rows before them. */
  readonly done: number;
  /** There are no more. */
  readonly ended: boolean;
  /** Why there are no more, where that is not the end of the body. */
  readonly fault: string | null;
}

export class ImportWorker {
  readonly #prices: Prices;
  readonly #settings: Settings;
  readonly #open = new Map<string, Open>();
  readonly #failures = new Map<string, number>();
  /** Turns under way, so that no import has two at once. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(prices: Prices, settings: Settings) {
    this.#prices = prices;
    this.#settings = settings;
  }

  /** Whether this process does an import. */
  isOn(id: string): boolean {
    return this.#open.has(id);
  }

  /** Goes on with an import for a moment. Never fails. */
  turn(id: string): Promise<void> {
    const turn =
      this.#turns.get(id) ??
      this.#advance(id).finally(() => {
        this.#turns.delete(id);
      });
    this.#turns.set(id, turn);
    return turn;
  }

  async #advance(id: string): Promise<void> {
    const { clock, log } = this.#prices;
    const until = clock.now() + TURN;
    try {
      const open = this.#open.get(id) ?? (await this.#reopen(id));
      while (open && (await this.#next(id, open))) {
        this.#failures.delete(id);
        if (clock.now() >= until) return;
        await setImmediate();
      }
      this.#forget(id);
    } catch (error) {
      log.warn({ err: error, import: id }, 'a group of an import failed');
      // What was read is lost with the group: the next turn begins where the database says.
      this.#open.delete(id);
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      if (failures >= MAX_FAILURES) await this.#giveUp(id);
    }
  }

  /** Opens the body where the rows that were done end. */
  async #reopen(id: string): Promise<Open | undefined> {
    const row = await this.#prices.db
      .selectFrom('prices_imports')
      .selectAll()
      .where('import', '=', id)
      .where('state', '=', 'running')
      .executeTakeFirst();
    if (!row) return undefined;
    const hints = { currency: row.currency ?? undefined, locale: row.locale ?? undefined };
    const rows = readRows(this.#text(id), row.format === 'csv' ? 'csv' : 'jsonl', hints);
    for (let done = 0; done < row.rows; done += 1) await rows.next();
    const open = { rows, done: row.rows };
    this.#open.set(id, open);
    return open;
  }

  async *#text(id: string): AsyncGenerator<string> {
    for (let part = 0; ; part += 1) {
      const row = await this.#prices.db
        .selectFrom('prices_import_parts')
        .select('text')
        .where('import', '=', id)
        .where('part', '=', part)
        .executeTakeFirst();
      if (!row) return;
      yield row.text;
    }
  }

  /** Does the next rows. @returns whether there may be more for this process. */
  async #next(id: string, open: Open): Promise<boolean> {
    // Before the transaction: on SQLite, reading would wait for its end.
    const group = await take(open);
    const after = await this.#prices.transaction((transaction) => this.#write(transaction, id, group));
    open.done += group.rows.length;
    if (after?.state !== 'running') return false;
    // Not by the outbox, in which it would wait until all that the rows tell has been told; only the end does.
    await this.#prices.publish(progressOf(after));
    return true;
  }

  /** @returns how far the import is then; nothing when another process does it. */
  async #write(
    transaction: Transaction,
    id: string,
    { rows, done, ended, fault }: Group,
  ): Promise<ImportRow | undefined> {
    const { db } = transaction;
    // Holds the row: where several servers share a database, one of them does each group.
    const row = await db
      .updateTable('prices_imports')
      .set(({ ref }) => ({ rows: ref('rows') }))
      .where('import', '=', id)
      .where('state', '=', 'running')
      .where('rows', '=', done)
      .returningAll()
      .executeTakeFirst();
    if (!row) return undefined;
    const now = this.#prices.clock.now();
    const actor: Actor = { server: row.owner === null, user: row.owner ?? undefined };
    const act = { settings: this.#settings, actor, now };
    const count = { added: 0, changed: 0, same: 0 };
    const faults = [...viewOf(row).faults];
    let refused = 0;
    const refuse = (line: number, reason: string, message: string) => {
      refused += 1;
      if (faults.length < MAX_FAULTS) faults.push({ line, fault: reason, message });
    };
    for (const each of rows) {
      if (isFault(each)) {
        refuse(each.line, each.fault, each.message);
        continue;
      }
      try {
        count[await importProduct(transaction, act, each)] += 1;
      } catch (error) {
        if (!(error instanceof TidingsError)) throw error;
        refuse(each.line, error.code, error.message);
      }
    }
    const after = await db
      .updateTable('prices_imports')
      .set({
        state: stateOf(ended, fault),
        rows: row.rows + rows.length,
        added: row.added + count.added,
        changed: row.changed + count.changed,
        refused: row.refused + refused,
        faults: JSON.stringify(faults),
        error: fault,
        updated: now,
      })
      .where('import', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (ended) await end(transaction, after);
    return after;
  }

  async #giveUp(id: string): Promise<void> {
    const { clock, log } = this.#prices;
    try {
      await this.#prices.transaction(async (transaction) => {
        const row = await transaction.db
          .updateTable('prices_imports')
          .set({ state: 'failed', error: 'The rows could not be stored.', updated: clock.now() })
          .where('import', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (row) await end(transaction, row);
      });
      this.#forget(id);
    } catch (error) {
      log.warn({ err: error, import: id }, 'an import could not be given up');
    }
  }

  #forget(id: string): void {
    this.#open.delete(id);
    this.#failures.delete(id);
  }
}

/** Reads the next rows. */
async function take({ rows, done }: Open): Promise<Group> {
  const group: Row[] = [];
  try {
    while (group.length < GROUP) {
      const next = await rows.next();
      if (next.done) return { rows: group, done, ended: true, fault: null };
      group.push(next.value);
    }
    return { rows: group, done, ended: false, fault: null };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { rows: group, done, ended: true, fault: error.message };
  }
}

/** The body is needed no more. */
async function end({ db, publish }: Transaction, row: ImportRow): Promise<void> {
  await db.deleteFrom('prices_import_parts').where('import', '=', row.import).execute();
  await publish(progressOf(row));
}

function stateOf(ended: boolean, fault: string | null): 'running' | 'done' | 'failed' {
  if (fault !== null) return 'failed';
  return ended ? 'done' : 'running';
}
