/**
 * Which devices have been told what: so that a repeat does not alarm those again which have it, and what was read is taken
 * back from those alone that show it.
 *
 * @module
 */
import { createHash, createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { PushTables } from './tables.ts';

/** What was done with one device. */
export interface Attempt {
  readonly device: string;
  /** Whether the push service took it. */
  readonly told: boolean;
}

/** What is known of a delivery's earlier attempts, by device. */
export type Attempts = ReadonlyMap<string, { readonly told: boolean; readonly tries: number }>;

/** A click: who, and which notifications. */
export interface Clicked {
  readonly user: string;
  readonly ids: readonly string[];
}

export interface ToldOptions {
  /** With this feature's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** What click tokens are made from. */
  readonly secret: string;
}

type Tables = Pick<PushTables, 'push_deliveries' | 'push_letters' | 'push_attempts' | 'push_devices'>;

/** How long it is remembered, milliseconds: longer than a push service keeps a message (28 days). */
const MEMORY = 30 * 86_400_000;

/** Rows of one statement. */
const CHUNK = 500;

export class Told {
  readonly #db: Kysely<CoreTables & Tables>;
  readonly #options: ToldOptions;

  constructor(options: ToldOptions) {
    this.#options = options;
    this.#db = options.db.withTables<Tables>();
  }

  /** Begins a delivery, or goes on with it. @returns the click token, the same at every attempt, and what was done before. */
  async begin(
    delivery: string,
    user: string,
    ids: readonly string[],
  ): Promise<{ readonly token: string; readonly attempts: Attempts }> {
    const token = createHmac('sha256', this.#options.secret)
      .update(`click ${delivery}`)
      .digest('base64url')
      .slice(0, TOKEN_LENGTH);
    await this.#db.transaction().execute(async (transaction) => {
      const begun = await transaction
        .insertInto('push_deliveries')
        .values({ id: delivery, user, click_hash: hashOf(token), at: this.#options.clock.now() })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      if (begun.numInsertedOrUpdatedRows !== 1n) return;
      for (let n = 0; n < ids.length; n += CHUNK)
        await transaction
          .insertInto('push_letters')
          .values(ids.slice(n, n + CHUNK).map((notification) => ({ delivery, notification })))
          .onConflict((conflict) => conflict.columns(['notification', 'delivery']).doNothing())
          .execute();
    });
    const rows = await this.#db
      .selectFrom('push_attempts')
      .select(['device', 'told', 'tries'])
      .where('delivery', '=', delivery)
      .execute();
    return {
      token,
      attempts: new Map(rows.map(({ device, told, tries }) => [device, { told: told !== null, tries }])),
    };
  }

  /** Writes down what was done; at most {@link CHUNK} at once. */
  async record(delivery: string, attempts: readonly Attempt[]): Promise<void> {
    if (attempts.length === 0) return;
    const now = this.#options.clock.now();
    await this.#db
      .insertInto('push_attempts')
      .values(attempts.map(({ device, told }) => ({ delivery, device, told: told ? now : null, tries: 1 })))
      .onConflict((conflict) =>
        conflict.columns(['delivery', 'device']).doUpdateSet((row) => ({
          told: row.ref('excluded.told'),
          tries: row('push_attempts.tries', '+', 1),
        })),
      )
      .execute();
  }

  /** Takes a click token: each counts once. @returns nothing for one that is not known, or was used. */
  async click(token: string): Promise<Clicked | undefined> {
    const delivery = await this.#db
      .updateTable('push_deliveries')
      .set({ click_hash: null })
      .where('click_hash', '=', hashOf(token))
      .returning(['id', 'user'])
      .executeTakeFirst();
    if (!delivery) return undefined;
    const rows = await this.#db
      .selectFrom('push_letters')
      .select('notification')
      .where('delivery', '=', delivery.id)
      .execute();
    return { user: delivery.user, ids: rows.map(({ notification }) => notification) };
  }

  /** Which of a user's devices show which of these notifications: ids by device. */
  async shownOn(user: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const shown = new Map<string, string[]>();
    for (let n = 0; n < ids.length; n += CHUNK) {
      const rows = await this.#db
        .selectFrom('push_letters')
        .innerJoin('push_deliveries', 'push_deliveries.id', 'push_letters.delivery')
        .innerJoin('push_attempts', 'push_attempts.delivery', 'push_letters.delivery')
        .select(['push_attempts.device', 'push_letters.notification'])
        .where('push_letters.notification', 'in', ids.slice(n, n + CHUNK))
        .where('push_deliveries.user', '=', user)
        .where('push_attempts.told', 'is not', null)
        .execute();
      for (const { device, notification } of rows) {
        const before = shown.get(device);
        if (before) before.push(notification);
        else shown.set(device, [notification]);
      }
    }
    return shown;
  }

  /** Forgets that a device shows notifications; of several that it shows as one, only when it is all of them. */
  async closed(device: string, ids: readonly string[]): Promise<void> {
    const letters = this.#db.selectFrom('push_letters').select('delivery');
    await this.#db
      .updateTable('push_attempts')
      .set({ told: null })
      .where('device', '=', device)
      .where('delivery', 'in', letters.where('notification', 'in', ids))
      .where('delivery', 'not in', (query) =>
        query
          .selectFrom('push_letters as own')
          .innerJoin('push_letters as other', 'other.delivery', 'own.delivery')
          .select('other.delivery')
          .where('own.notification', 'in', ids)
          .where('other.notification', 'not in', ids),
      )
      .execute();
  }

  /** Forgets what is too old to matter. */
  async sweep(): Promise<void> {
    const before = this.#options.clock.now() - MEMORY;
    const old = this.#db.selectFrom('push_deliveries').select('id').where('at', '<', before);
    await this.#db.deleteFrom('push_attempts').where('delivery', 'in', old).execute();
    await this.#db.deleteFrom('push_letters').where('delivery', 'in', old).execute();
    await this.#db.deleteFrom('push_deliveries').where('at', '<', before).execute();
  }
}

/** Characters of a click token: 132 bits. */
const TOKEN_LENGTH = 22;

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
