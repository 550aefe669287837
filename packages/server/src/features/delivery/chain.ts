/**
 * The order of couriers, and when each one's turn comes.
 *
 * @module
 */
import type { Insertable } from 'kysely';
import type { Ways } from '../inbox/index.ts';
import type { Courier } from './courier.ts';
import type { Row } from './queue.ts';
import type { DeliveryTables } from './tables.ts';

/** The first alarms least. */
const ORDER: readonly Courier['name'][] = ['push', 'email'];

/** How long a notification may stay unseen, milliseconds. */
export interface Waits {
  readonly push: number;
  readonly email: number;
}

/** The couriers of a server, in their order. */
export class Chain {
  readonly names: readonly Courier['name'][];
  readonly #byName: ReadonlyMap<string, Courier>;
  readonly #waits: Waits;

  constructor(couriers: readonly Courier[], waits: Waits) {
    this.#byName = new Map(couriers.map((courier) => [courier.name, courier]));
    this.names = ORDER.filter((name) => this.#byName.has(name));
    this.#waits = waits;
  }

  /** @throws Error when there is none of this name; the queue claims for those alone that there are. */
  get(name: string): Courier {
    const courier = this.#byName.get(name);
    if (!courier) throw new Error(`There is no courier "${name}".`);
    return courier;
  }

  /** The courier whose turn comes after one, or the first. */
  after(name: Courier['name'] | undefined, ways: Ways): Courier['name'] | undefined {
    const begin = name === undefined ? 0 : this.names.indexOf(name) + 1;
    return this.names.slice(begin).find((next) => ways[next]);
  }

  /** When a courier's turn comes for a notification that stays unseen. @param at when it was made. */
  turnOf(courier: Courier['name'], at: number): number {
    return at + this.#waits[courier];
  }

  /** How long a user has after a push until the mail goes. */
  get pause(): number {
    return Math.max(0, this.#waits.email - this.#waits.push);
  }
}

/** A delivery that begins. */
export function newDelivery(
  of: Pick<Row, 'notification' | 'user'>,
  courier: Courier['name'],
  due: number,
  now: number,
): Insertable<DeliveryTables['deliveries']> {
  return {
    id: `${of.notification}.${courier}`,
    notification: of.notification,
    user: of.user,
    courier,
    state: 'waiting',
    due,
    attempts: 0,
    lease: null,
    leased_until: 0,
    held: 0,
    gathered: 0,
    digest: null,
    round: 0,
    created: now,
    updated: now,
    detail: '',
  };
}
