/**
 * What an inbox makes of the queue: a notification begins a delivery, seeing it ends one, reading it takes one back.
 *
 * @module
 */
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Created, InboxObserver, Mark } from '../inbox/index.ts';
import { type Chain, newDelivery } from './chain.ts';
import { type Tables, writeSteps } from './queue.ts';

/** Ids of one statement. */
const CHUNK = 500;

export class Planner implements InboxObserver {
  readonly #chain: Chain;
  readonly #clock: Clock;

  constructor(chain: Chain, clock: Clock) {
    this.#chain = chain;
    this.#clock = clock;
  }

  /** In the transaction that makes the notifications, so that none is lost and none comes of nothing. */
  async created(db: Kysely<CoreTables>, created: readonly Created[]): Promise<void> {
    const now = this.#clock.now();
    const deliveries = created.flatMap(({ id, user, ways }) => {
      const courier = this.#chain.after(undefined, ways);
      if (!courier) return [];
      // What does not stand in the inbox will not be seen there.
      const due = ways.inApp ? this.#chain.turnOf(courier, now) : now;
      return [newDelivery({ notification: id, user }, courier, due, now)];
    });
    if (deliveries.length > 0)
      await db.withTables<Tables>().insertInto('deliveries').values(deliveries).execute();
  }

  async marked(
    db: Kysely<CoreTables>,
    { as, ids }: { readonly as: Mark; readonly ids: readonly string[] },
  ): Promise<void> {
    for (let begin = 0; begin < ids.length; begin += CHUNK) {
      const chunk = ids.slice(begin, begin + CHUNK);
      await this.#end(db, chunk, as);
      if (as !== 'seen') await this.#retract(db, chunk);
    }
  }

  /** One that is on its way just now is left to whoever has it. */
  async #end(db: Kysely<CoreTables>, ids: readonly string[], as: Mark): Promise<void> {
    const now = this.#clock.now();
    const detail = `The notification was marked: ${as}.`;
    const tables = db.withTables<Tables>();
    const ended = await tables
      .updateTable('deliveries')
      .set({ state: 'cancelled', updated: now, detail })
      .where('notification', 'in', ids)
      .where('state', '=', 'waiting')
      .where('leased_until', '<=', now)
      .returning('id')
      .execute();
    await writeSteps(
      tables,
      ended.map(({ id }) => ({ delivery: id, at: now, step: 'cancelled', detail })),
    );
  }

  async #retract(db: Kysely<CoreTables>, ids: readonly string[]): Promise<void> {
    const couriers = this.#chain.names.filter((name) => this.#chain.get(name).retract);
    if (couriers.length === 0) return;
    const now = this.#clock.now();
    await db
      .withTables<Tables>()
      .updateTable('deliveries')
      .set({ state: 'retracting', due: now, attempts: 0, updated: now })
      .where('notification', 'in', ids)
      .where('state', '=', 'delivered')
      .where('courier', 'in', couriers)
      .execute();
  }
}
