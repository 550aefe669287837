/**
 * The browsers that have asked for pushes: whose they are and how they are reached.
 *
 * @module
 */
import { timingSafeEqual } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import { checkSubscription, deviceIdOf, type Subscription } from './subscription.ts';
import type { PushTables } from './tables.ts';

/** A browser as its user sees it. */
export interface Device {
  readonly id: string;
  readonly label?: string | undefined;
  /** The host of its push service. */
  readonly service: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly created: number;
  /** When it said last that it is still there, milliseconds since 1970-01-01 UTC. */
  readonly renewed: number;
}

/** A browser as it is reached. */
export interface Recipient extends Subscription {
  readonly id: string;
}

export interface DevicesOptions {
  /** With this feature's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** Devices of one user. */
  readonly limit: number;
  /** Origins whose endpoints may have private addresses. */
  readonly trusted: ReadonlySet<string>;
}

type Tables = Pick<PushTables, 'push_devices'>;

export class Devices {
  readonly #db: Kysely<CoreTables & Tables>;
  readonly #options: DevicesOptions;

  constructor(options: DevicesOptions) {
    this.#options = options;
    this.#db = options.db.withTables<Tables>();
  }

  /**
   * Adds a device of a user, or renews it. Beyond the limit, the one that was renewed the longest ago makes room. A browser
   * in which somebody else has signed in is theirs from then on.
   *
   * @throws TidingsError `invalid_request` for a subscription that cannot be; `forbidden` for a device of somebody else
   * whose secret is not known; `storage_unavailable`.
   */
  async add(user: string, subscription: Subscription, label?: string): Promise<Device> {
    checkSubscription(subscription, this.#options.trusted);
    return this.#guard(async () => {
      const { endpoint, keys } = subscription;
      const id = deviceIdOf(endpoint);
      const now = this.#options.clock.now();
      const owner = await this.#find(id);
      if (owner && owner.user !== user && !sameText(owner.auth, keys.auth))
        throw new TidingsError('forbidden', 'This device is another user’s.');
      const values = { user, endpoint, p256dh: keys.p256dh, auth: keys.auth, renewed: now };
      const row = await this.#db
        .insertInto('push_devices')
        .values({ id, ...values, label: label ?? null, created: now })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({
            ...values,
            // What it was called by somebody else is nobody's business.
            ...(label === undefined && owner?.user === user ? {} : { label: label ?? null }),
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.#makeRoom(user, id);
      return show(row);
    });
  }

  /**
   * Puts a browser's new subscription in the place of its old one, whose secret shows that it is the same browser.
   *
   * @throws TidingsError `not_found` when the old one is not known, or the secret is not its; otherwise as {@link add}.
   */
  async renew(
    previous: { readonly endpoint: string; readonly auth: string },
    subscription: Subscription,
  ): Promise<Device> {
    const id = deviceIdOf(previous.endpoint);
    const before = await this.#guard(() => this.#find(id));
    if (!before || !sameText(before.auth, previous.auth)) throw new TidingsError('not_found');
    const device = await this.add(before.user, subscription, before.label ?? undefined);
    if (device.id !== id) await this.forget(id);
    return device;
  }

  /** Lists a user's devices, the one that was renewed last first. @throws TidingsError `storage_unavailable`. */
  async list(user: string): Promise<readonly Device[]> {
    const rows = await this.#guard(() =>
      this.#db
        .selectFrom('push_devices')
        .selectAll()
        .where('user', '=', user)
        .orderBy('renewed', 'desc')
        .orderBy('id')
        .execute(),
    );
    return rows.map(show);
  }

  /** Removes a device of a user; does nothing when there is none. @throws TidingsError `storage_unavailable`. */
  async remove(user: string, id: string): Promise<void> {
    await this.#guard(() =>
      this.#db.deleteFrom('push_devices').where('id', '=', id).where('user', '=', user).execute(),
    );
  }

  /** Removes a device that its push service does not know any more. */
  async forget(id: string): Promise<void> {
    await this.#db.deleteFrom('push_devices').where('id', '=', id).execute();
  }

  /** Where a user is reached. */
  async of(user: string): Promise<readonly Recipient[]> {
    const rows = await this.#db.selectFrom('push_devices').selectAll().where('user', '=', user).execute();
    return rows.map(({ id, endpoint, p256dh, auth }) => ({ id, endpoint, keys: { p256dh, auth } }));
  }

  #find(id: string) {
    return this.#db.selectFrom('push_devices').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** @param added Stays in any case, whatever the clock says. */
  async #makeRoom(user: string, added: string): Promise<void> {
    await this.#db
      .deleteFrom('push_devices')
      .where('user', '=', user)
      .where('id', '!=', added)
      .where('id', 'not in', (query) =>
        query
          .selectFrom('push_devices')
          .select('id')
          .where('user', '=', user)
          .where('id', '!=', added)
          .orderBy('renewed', 'desc')
          .orderBy('id')
          .limit(this.#options.limit - 1),
      )
      .execute();
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TidingsError) throw error;
      throw new TidingsError('storage_unavailable', 'The devices could not be read or written.', {
        cause: error,
      });
    }
  }
}

/** Compares secrets in a time that says nothing about them. */
function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function show({ id, label, endpoint, created, renewed }: Selectable<PushTables['push_devices']>): Device {
  return {
    id,
    ...(label === null ? {} : { label }),
    service: new URL(endpoint).host,
    created,
    renewed,
  };
}
