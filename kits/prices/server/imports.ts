/**
 * Imports: a body is taken as fast as it comes and written down; its rows are done afterwards.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { TidingsError } from '@tidings/server/kit';
import type { Import } from '../events.ts';
import type { Actor } from './actor.ts';
import { viewOf } from './import-report.ts';
import { ImportWorker } from './import-worker.ts';
import { callOf } from './keys.ts';
import type { Settings } from './options.ts';
import type { ImportRow, Prices, Transaction } from './tables.ts';

/** Imports of one user that may be under way. */
const MAX_UNDER_WAY = 5;

/** An import that has not moved for so long has lost the process that did it, milliseconds. */
const ABANDONED = 5000;

const MINUTE = 60_000;
/** A body that takes longer has lost its sender; the server gives none so much time. */
const RECEIVING_TIMEOUT = 10 * MINUTE;
/** How long the result of an import is kept. */
const KEPT = 7 * 24 * 60 * MINUTE;

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
  readonly #worker: ImportWorker;

  constructor(prices: Prices, settings: Settings) {
    this.#prices = prices;
    this.#settings = settings;
    this.#worker = new ImportWorker(prices, settings);
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
      const take = async ({ db }: Transaction) => {
        await db
          .updateTable('prices_imports')
          .set({ state: 'running', bytes, updated: this.#prices.clock.now() })
          .where('import', '=', id)
          .execute();
        return id;
      };
      taken = await this.#prices.transaction(take, { answers: callOf(actor, body.key, asked) });
    } catch (error) {
      await this.#remove([id]);
      if (body.stream.errored && !(error instanceof TidingsError))
        throw new TidingsError('malformed_message', 'The body broke off.', { cause: error });
      throw error;
    }
    // The same body came before under this key.
    if (taken !== id) await this.#remove([id]);
    else await this.#worker.turn(id);
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

  /** Goes on with every import that is under way here, or was left by a process that died, each for a moment. */
  async work(): Promise<void> {
    const { clock, db } = this.#prices;
    const rows = await db
      .selectFrom('prices_imports')
      .select(['import', 'updated'])
      .where('state', '=', 'running')
      .orderBy('created')
      .execute();
    for (const { import: id, updated } of rows)
      if (this.#worker.isOn(id) || updated <= clock.now() - ABANDONED) await this.#worker.turn(id);
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

  #row(id: string): Promise<ImportRow | undefined> {
    return this.#prices.db
      .selectFrom('prices_imports')
      .selectAll()
      .where('import', '=', id)
      .executeTakeFirst();
  }
}
