import type { Kysely } from 'kysely';
import type { CoreTables } from '../../storage/migrations.ts';
import type { EmailTables } from './tables.ts';

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<EmailTables, 'email_bounces'>;

/** An address that was refused for good. */
export interface Bounce {
  readonly address: string;
  /** What the server said. */
  readonly answer: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/** Remembers of each user the address that bounced, until the user has another one. */
export class Bounces {
  readonly #db: Kysely<CoreTables & Tables>;

  /** @param db with this feature's migrations run. */
  constructor(db: Kysely<CoreTables>) {
    this.#db = db.withTables<Tables>();
  }

  /** Whether the address of a user has bounced. That of an address which is theirs no more is forgotten. */
  async find(user: string, address: string): Promise<Bounce | undefined> {
    const bounce = await this.#db
      .selectFrom('email_bounces')
      .select(['address', 'answer', 'at'])
      .where('user', '=', user)
      .executeTakeFirst();
    if (!bounce || bounce.address === address) return bounce;
    await this.clear(user);
    return undefined;
  }

  /** Marks the address of a user. */
  async mark(user: string, bounce: Bounce): Promise<void> {
    await this.#db
      .insertInto('email_bounces')
      .values({ user, ...bounce })
      .onConflict((conflict) => conflict.column('user').doUpdateSet({ ...bounce }))
      .execute();
  }

  /** Forgets what bounced, so that the address is tried again. */
  async clear(user: string): Promise<void> {
    await this.#db.deleteFrom('email_bounces').where('user', '=', user).execute();
  }
}
