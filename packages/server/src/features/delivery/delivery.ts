/**
 * Delivery: what a user does not see in the app goes to their devices, and then by mail.
 *
 * A notification's delivery is a row of the queue, made in the same transaction. After a while the row is due; when the
 * notification is still unseen, a courier is asked. Once that has ended, and it is unseen still, the next one's turn
 * comes: never two at once.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { Kysely } from 'kysely';
import type { Core } from '../../core/core.ts';
import type { NodeCalls } from '../../core/node-calls.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { Recurring } from '../../core/recurring.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Contacts } from '../contacts/index.ts';
import type { Inbox } from '../inbox/index.ts';
import type { UserSessions } from '../user-sessions/user-sessions.ts';
import { Chain } from './chain.ts';
import type { Courier } from './courier.ts';
import {
  type DeliveryQuery,
  type DeliveryView,
  type DeliveryWithLog,
  listDeliveries,
  readDelivery,
} from './log.ts';
import { Planner } from './planner.ts';
import { Queue, type Tables, writeSteps } from './queue.ts';
import { isRead } from './settle.ts';
import { Visibility } from './visibility.ts';
import { Worker } from './worker.ts';

export interface DeliveryOptions {
  /** With this feature's migrations and those of `inbox` run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  readonly core: Pick<Core, 'dispatch'>;
  readonly inbox: Inbox;
  readonly contacts: Contacts;
  readonly userSessions: Pick<UserSessions, 'of'>;
  /** Asks the other nodes who is there. */
  readonly nodes: Pick<NodeCalls, 'define'>;
  /** Those there are; without any, what is unseen stays in the app. */
  readonly couriers: readonly Courier[];
  /** How long a notification may stay unseen before it is pushed, milliseconds. */
  readonly pushAfter: number;
  /** How long a notification may stay unseen before it is mailed, milliseconds. */
  readonly emailAfter: number;
  /** The hour of daily digests, of users who have not chosen one. */
  readonly digestHour: number;
  /** How often a courier is asked before a delivery is dead. */
  readonly attempts: number;
  /** How long to wait after the first failure, milliseconds; twice as long each time. */
  readonly backoff: number;
  /** The longest such wait, milliseconds. */
  readonly longestBackoff: number;
  /** How long a courier may take, milliseconds. */
  readonly timeout: number;
  /** How long a delivery that has ended is kept, milliseconds. */
  readonly keep: number;
  /** The queue could not be worked; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** A lease outlives the courier's time by as much again, so that nobody takes what is still being worked on. */
const LEASE_OF_TIMEOUT = 2;

/** How often old deliveries are deleted, milliseconds. */
const SWEEP_INTERVAL = 3_600_000;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #queue: Queue;
  readonly #worker: Worker;
  readonly #settled = new Map<string, Map<string, number>>();
  readonly #idle: boolean;
  #sweeping: Recurring | undefined;

  constructor(options: DeliveryOptions) {
    const { db, clock, core, inbox, couriers, pushAfter, emailAfter, onError } = options;
    this.#options = options;
    this.#idle = couriers.length === 0;
    const chain = new Chain(couriers, { push: pushAfter, email: emailAfter });
    this.#queue = new Queue({
      db,
      couriers: chain.names,
      lease: LEASE_OF_TIMEOUT * options.timeout,
      async toRetract(transaction, delivered) {
        const rows = delivered.filter(({ courier }) => chain.get(courier).retract);
        const notifications = await inbox.find(
          rows.map(({ notification }) => notification),
          transaction,
        );
        return rows.filter(({ notification }) => isRead(notifications.get(notification)));
      },
    });
    const visibility = new Visibility(options.userSessions, options.nodes);
    core.dispatch.add(visibility.command);
    inbox.observe(new Planner(chain, clock));
    this.#worker = new Worker({
      ...options,
      queue: this.#queue,
      chain,
      visibility,
      hold: pushAfter,
      backoff: { first: options.backoff, longest: options.longestBackoff },
      onSettled: (courier, outcome, deliveries) => this.#count(courier, outcome, deliveries),
      onError,
    });
  }

  /** Begins to work, with what a process before this one has left. */
  start(): void {
    if (this.#idle) return;
    this.#worker.start();
    const { clock, keep, onError } = this.#options;
    const run = () => this.#queue.sweep(clock.now() - keep);
    this.#sweeping = new Recurring({ clock, interval: SWEEP_INTERVAL, run, onError });
  }

  /** Works off what is due now; fulfilled once nothing is, and nothing is under way. */
  idle(): Promise<void> {
    return this.#worker.idle();
  }

  /** Begins nothing any more, and waits for what couriers are doing. */
  async close(): Promise<void> {
    await Promise.all([this.#sweeping?.close(), this.#worker.close()]);
  }

  /** Deliveries, those of the newest notifications first. */
  list(query: DeliveryQuery): Promise<readonly DeliveryView[]> {
    return listDeliveries(this.#options.db, query);
  }

  /** One delivery with everything that happened to it. @throws TidingsError `not_found`. */
  read(id: string): Promise<DeliveryWithLog> {
    return readDelivery(this.#options.db, id);
  }

  /**
   * Sends a delivery again, at once and whether or not it was seen; what the user does not want is not sent all the same.
   *
   * @throws TidingsError `not_found`; `invalid_request` while a courier is at it.
   */
  async resend(id: string): Promise<DeliveryWithLog> {
    const { db, clock } = this.#options;
    const now = clock.now();
    await db
      .withTables<Tables>()
      .transaction()
      .execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('deliveries')
          .set(({ eb }) => ({
            state: 'waiting',
            due: now,
            attempts: 0,
            gathered: 0,
            digest: null,
            round: eb('round', '+', 1),
            updated: now,
          }))
          .where('id', '=', id)
          .where('leased_until', '<=', now)
          .executeTakeFirst();
        if (numUpdatedRows > 0n)
          await writeSteps(transaction, [{ delivery: id, at: now, step: 'resent', detail: 'By hand.' }]);
        else if (
          await transaction.selectFrom('deliveries').select('id').where('id', '=', id).executeTakeFirst()
        )
          throw new TidingsError('invalid_request', 'The delivery is under way just now.');
      });
    const delivery = await this.read(id);
    if (!this.#idle) this.#worker.wake();
    return delivery;
  }

  /** Deliveries by courier and by what came of them, since this process began. */
  get settled(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#settled;
  }

  /** How many deliveries wait, and how many are dead. */
  depth(): Promise<{ readonly waiting: number; readonly dead: number }> {
    return this.#queue.depth();
  }

  #count(courier: string, outcome: string, deliveries: number): void {
    const outcomes = this.#settled.get(courier) ?? new Map<string, number>();
    this.#settled.set(courier, outcomes);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + deliveries);
  }
}
