/**
 * Imports: a body is taken as fast as it comes and kept; its rows are done afterwards, a group a transaction.
 *
 * How far an import is, is written in the transaction of the rows. So an import that a dying process leaves is carried on
 * by the next one, and no row is done twice.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { type Publication, TidingsError } from '@tidings/server/kit';
import type { Import } from '../events.ts';
import { type Actor, scopeOf } from './actor.ts';
import { readRows } from './import/read-rows.ts';
import { ImportError, isFault, type Row } from './import/row.ts';
import { importProduct } from './import-product.ts';
import { once } from './keys.ts';
import type { Settings } from './options.ts';
import type { ImportRow, Prices, Transaction } from './tables.ts';

/** Rows of one transaction. */
const GROUP = 100;

/** How long one turn takes at most, milliseconds: the rest is for everybody else. */
const TURN = 700;

/** Refused rows that are told one by one. */
const MAX_FAULTS = 100;

/** Imports of one user that may be under way. */
const MAX_UNDER_WAY = 5;

/** A group that fails so often in a row ends its import. */
const MAX_FAILURES = 5;

const MINUTE = 60_000;
/** A body that takes longer has lost its sender; the server gives none so much time. */
const RECEIVING_TIMEOUT = 10 * MINUTE;
/** How long the result of an import is kept. */
const KEPT = 7 * 24 * 60 * MINUTE;

/** An import that is being done by this process. */
interface Open {
  readonly rows: AsyncIterator<Row>;
  failures: number;
}

/** What is received. */
export interface Body {
  readonly format: 'csv' | 'jsonl';
  /** Of the bytes, as an encoding label that there is. */
  readonly charset: string;
  /** ISO 4217, of prices that name none. */
  readonly currency: string | undefined;
  /** BCP 47: decides between decimals and thousands where both are possible. */
  readonly locale: string | undefined;
  readonly stream: Readable;
  readonly key: string | undefined;
}

export class Imports {
  readonly #prices: Prices;
  readonly #settings: Settings;
  readonly #open = new Map<string, Open>();
  /** Turns under way, so that no import has two at once. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(prices: Prices, settings: Settings) {
    this.#prices = prices;
    this.#settings = settings;
  }

  /**
   * Takes a body to its end and begins with it; a small one is done when this is fulfilled.
   *
   * @throws TidingsError `message_too_large`, `malformed_message`, `limit_reached`, `key_conflict`; nothing is kept then.
   */
  async receive(actor: Actor, body: Body): Promise<Import> {
    const id = randomUUID();
    const now = this.#prices.clock.now();
    await this.#begin(id, actor, body, now);
    let taken = id;
    try {
      const { bytes, hash } = await this.#keep(id, body);
      const asked = ['import', body.format, body.currency, body.locale, hash];
      taken = await once(this.#prices, { scope: scopeOf(actor), key: body.key, asked }, async ({ db }) => {
        await db
          .updateTable('prices_imports')
          .set({ state: 'running', bytes, updated: this.#prices.clock.now() })
          .where('import', '=', id)
          .execute();
        return id;
      });
    } catch (error) {
      await this.#remove([id]);
      if (body.stream.errored && !(error instanceof TidingsError))
        throw new TidingsError('malformed_message', 'The body broke off.', { cause: error });
      throw error;
    }
    // The same body came before under this key.
    if (taken !== id) await this.#remove([id]);
    else await this.#turn(id);
    return this.read(actor, taken);
  }

  /** How far an import is. @throws TidingsError `not_found`, of somebody else's too. */
  async read(actor: Actor, id: string): Promise<Import> {
    const row = await this.#row(id);
    if (!row || !(actor.server || row.owner === actor.user))
      throw new TidingsError('not_found', 'There is no such import.');
    return viewOf(row);
  }

  /** Whether a user may hear of an import. */
  async isOf(user: string | undefined, id: string): Promise<boolean> {
    return user !== undefined && (await this.#row(id))?.owner === user;
  }

  /** Goes on with every import that is under way, each for a moment. */
  async work(): Promise<void> {
    const rows = await this.#prices.db
      .selectFrom('prices_imports')
      .select('import')
      .where('state', '=', 'running')
      .orderBy('created')
      .execute();
    for (const { import: id } of rows) await this.#turn(id);
  }

  /** Forgets what nobody asks for any more. */
  async sweep(): Promise<void> {
    const now = this.#prices.clock.now();
    const rows = await this.#prices.db
      .selectFrom('prices_imports')
      .select('import')
      .where(({ or, and, eb }) =>
        or([
          and([eb('state', '=', 'receiving'), eb('updated', '<', now - RECEIVING_TIMEOUT)]),
          and([eb('state', 'in', ['done', 'failed']), eb('updated', '<', now - KEPT)]),
        ]),
      )
      .execute();
    await this.#remove(rows.map((row) => row.import));
  }

  // Receiving

  async #begin(id: string, actor: Actor, body: Body, now: number): Promise<void> {
    const { format, currency = null, locale = null } = body;
    const owner = actor.user ?? null;
    if (owner !== null) {
      const { count } = await this.#prices.db
        .selectFrom('prices_imports')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('owner', '=', owner)
        .where('state', 'in', ['receiving', 'running'])
        .executeTakeFirstOrThrow();
      if (Number(count) >= MAX_UNDER_WAY)
        throw new TidingsError('limit_reached', `A user has at most ${MAX_UNDER_WAY} imports under way.`);
    }
    await this.#prices.db
      .insertInto('prices_imports')
      .values({
        ...{ import: id, owner, format, currency, locale, state: 'receiving', bytes: 0, rows: 0 },
        ...{ added: 0, changed: 0 },
        ...{ refused: 0, faults: '[]', error: null, created: now, updated: now },
      })
      .execute();
  }

  /** Writes a body down piece by piece, so that it is never in memory as a whole. */
  async #keep(
    id: string,
    { stream, charset }: Body,
  ): Promise<{ readonly bytes: number; readonly hash: string }> {
    // What is no text becomes a mark by which its row is refused.
    const decoder = new TextDecoder(charset);
    const hash = createHash('sha256');
    const { importBytes } = this.#settings;
    let bytes = 0;
    let part = 0;
    const put = async (decoded: string) => {
      if (decoded === '') return;
      const text = decoded.replaceAll('\0', '\ufffd');
      await this.#prices.db.insertInto('prices_import_parts').values({ import: id, part, text }).execute();
      part += 1;
    };
    // The connection is needed for the answer, whatever that will be.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const piece = chunk as Buffer;
      bytes += piece.length;
      if (bytes > importBytes)
        throw new TidingsError('message_too_large', `An import has at most ${importBytes} bytes.`);
      hash.update(piece);
      await put(decoder.decode(piece, { stream: true }));
    }
    await put(decoder.decode());
    if (bytes === 0) throw new TidingsError('malformed_message', 'The body is empty.');
    return { bytes, hash: hash.digest('base64url') };
  }

  async #remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { db } = this.#prices;
    await db.deleteFrom('prices_import_parts').where('import', 'in', ids).execute();
    await db.deleteFrom('prices_imports').where('import', 'in', ids).execute();
  }

  // Doing

  #turn(id: string): Promise<void> {
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
    let open: Open | undefined;
    try {
      open = this.#open.get(id) ?? (await this.#reopen(id));
      while (await this.#group(id, open)) {
        open.failures = 0;
        if (clock.now() >= until) return;
        await setImmediate();
      }
      this.#open.delete(id);
    } catch (error) {
      log.warn({ err: error, import: id }, 'a group of an import failed');
      const failures = (open?.failures ?? 0) + 1;
      if (failures >= MAX_FAILURES) await this.#fail(id, 'The rows could not be stored.');
      // What has been read is lost with the group; the next turn begins where the database says.
      this.#open.delete(id);
      const again = failures < MAX_FAILURES && (await this.#reopen(id));
      if (again) this.#open.set(id, { ...again, failures });
    }
  }

  /** Opens the body where the rows that were done end. */
  async #reopen(id: string): Promise<Open> {
    const row = await this.#row(id);
    const hints = { currency: row?.currency ?? undefined, locale: row?.locale ?? undefined };
    const rows = readRows(this.#text(id), row?.format === 'csv' ? 'csv' : 'jsonl', hints);
    for (let done = 0; done < (row?.rows ?? 0); done += 1) await rows.next();
    const open = { rows, failures: 0 };
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

  /** Does the next rows. @returns whether there are more. */
  async #group(id: string, { rows }: Open): Promise<boolean> {
    // Before the transaction: on SQLite, reading would wait for its end.
    const group: Row[] = [];
    let ended = false;
    let fault: string | null = null;
    try {
      while (group.length < GROUP && !ended) {
        const next = await rows.next();
        if (next.done) ended = true;
        else group.push(next.value);
      }
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      fault = error.message;
      ended = true;
    }
    const after = await this.#prices.transaction((transaction) =>
      this.#write(transaction, id, { group, ended, fault }),
    );
    // Not by the outbox, in which it would wait until all that the rows tell has been told; only the end does.
    if (after?.state === 'running') await this.#prices.publish(progressOf(after));
    return !ended;
  }

  async #write(
    transaction: Transaction,
    id: string,
    {
      group,
      ended,
      fault,
    }: { readonly group: readonly Row[]; readonly ended: boolean; readonly fault: string | null },
  ): Promise<ImportRow | undefined> {
    const { db, publish } = transaction;
    // Holds the row: where several servers share a database, one of them does the import.
    const row = await db
      .updateTable('prices_imports')
      .set(({ ref }) => ({ rows: ref('rows') }))
      .where('import', '=', id)
      .where('state', '=', 'running')
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
    for (const each of group) {
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
        state: fault === null ? (ended ? 'done' : 'running') : 'failed',
        rows: row.rows + group.length,
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
    if (ended) await db.deleteFrom('prices_import_parts').where('import', '=', id).execute();
    if (ended) await publish(progressOf(after));
    return after;
  }

  async #fail(id: string, error: string): Promise<void> {
    await this.#prices.transaction(async ({ db, publish }) => {
      const row = await db
        .updateTable('prices_imports')
        .set({ state: 'failed', error, updated: this.#prices.clock.now() })
        .where('import', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row) await publish(progressOf(row));
    });
  }

  #row(id: string): Promise<ImportRow | undefined> {
    return this.#prices.db
      .selectFrom('prices_imports')
      .selectAll()
      .where('import', '=', id)
      .executeTakeFirst();
  }
}

function progressOf(row: ImportRow): Publication {
  return { channel: `import:${row.import}`, event: 'import_progress', data: viewOf(row) };
}

function viewOf(row: ImportRow): Import {
  const { import: id, state, bytes, rows, added, changed, refused, error, created, updated } = row;
  return {
    ...{ id, state, channel: `import:${id}`, bytes, rows, added, changed, refused },
    ...{ faults: JSON.parse(row.faults) as Import['faults'], error, created, updated },
  } as Import;
}
