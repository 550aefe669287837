/**
 * What an inbox makes of the queue: a notification begins a delivery, reading it takes one back.
 *
 * @module
 */
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Created, InboxObserver, Mark } from '../inbox/index.ts';
import { type Chain, newDelivery } from './chain.ts';
import type { Tables } from './queue.ts';

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

  /** What waits is ended when its time comes; what is on the devices is taken back once it has been read. */
  async marked(
    db: Kysely<CoreTables>,
    { as, ids }: { readonly as: Mark; readonly ids: readonly string[] },
  ): Promise<void> {
    if (as === 'seen') return;
    for (let begin = 0; begin < ids.length; begin += CHUNK)
      await this.#retract(db, ids.slice(begin, begin + CHUNK));
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
