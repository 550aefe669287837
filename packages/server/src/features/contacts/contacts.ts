/**
 * Contacts: how a user is reached, and in which language and time zone they read.
 *
 * What was set counts first; where nothing was, the newest token of the user that said something.
 *
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TidingsError } from '@tidings/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { HubObserver } from '../../core/hub-observer.ts';
import type { Identity } from '../../core/identity.ts';
import { assertSchema } from '../../core/schema.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import { type Claimed, claimedBy } from './claimed.ts';
import { type Contact, ContactChanges, isTimezone, type Language } from './contact.ts';
import type { ContactTables } from './tables.ts';

export interface ContactsOptions {
  /** With this feature's migrations run. */
  readonly db: Kysely<CoreTables>;
  /** What a token said could not be kept; the next one says it again. */
  readonly onError: (error: unknown) => void;
}

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<ContactTables, 'contacts'>;

/** Users of whom it is remembered what their token said, so that not every connection writes. */
const MAX_KNOWN = 10_000;

/** Users looked up at once. */
const CHUNK = 1000;

export class Contacts {
  readonly #db: Kysely<CoreTables & Tables>;
  readonly #onError: (error: unknown) => void;
  readonly #known = new Map<string, string>();
  /** What is to be kept. */
  readonly #learnt = new Map<string, Claimed>();
  #keeping: Promise<void> | undefined;

  constructor({ db, onError }: ContactsOptions) {
    this.#db = db.withTables<Tables>();
    this.#onError = onError;
  }

  /** The contact of a user; with the defaults when nothing is known. */
  async of(user: string): Promise<Contact> {
    return (await this.ofAll([user])).get(user) ?? toContact(user, undefined);
  }

  /** The contacts of users. @param db the transaction to read in. @default none */
  async ofAll(users: readonly string[], db?: Kysely<CoreTables>): Promise<ReadonlyMap<string, Contact>> {
    const tables = db?.withTables<Tables>() ?? this.#db;
    const contacts = new Map(users.map((user) => [user, toContact(user, undefined)]));
    for (let begin = 0; begin < users.length; begin += CHUNK) {
      const rows = await tables
        .selectFrom('contacts')
        .selectAll()
        .where('user', 'in', users.slice(begin, begin + CHUNK))
        .execute();
      for (const row of rows) contacts.set(row.user, toContact(row.user, row));
    }
    return contacts;
  }

  /**
   * Sets what is given; what is left out stays as it is, `null` takes back what was set.
   *
   * @throws TidingsError `invalid_request`, `storage_unavailable`.
   */
  async set(user: string, changes: ContactChanges): Promise<Contact> {
    assertSchema(ContactChanges, changes, 'invalid_request');
    try {
      await this.#db
        .insertInto('contacts')
        .values({ ...NOTHING, user, ...changes })
        .onConflict((conflict) => conflict.column('user').doUpdateSet({ user, ...changes }))
        .execute();
      return await this.of(user);
    } catch (error) {
      throw new TidingsError('storage_unavailable', 'The contact could not be stored.', { cause: error });
    }
  }

  /** Keeps what a user's token says of them. Tokens that say nothing change nothing. Never rejects. */
  async learn({ user, claims }: Pick<Identity, 'user' | 'claims'>): Promise<void> {
    const claimed = claimedBy(claims);
    if (user === undefined || Object.keys(claimed).length === 0) return;
    const known = JSON.stringify(claimed);
    if (this.#known.get(user) === known) return;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(user, known);
    this.#learnt.set(user, claimed);
    // All that come back at once, when a server was started again, are looked up together.
    this.#keeping ??= this.#keepAll().finally(() => {
      this.#keeping = undefined;
    });
    await this.#keeping;
  }

  /** To be told of sessions, whose tokens are learnt from. */
  get observer(): HubObserver {
    return {
      opened: ({ identity }) => void this.learn(identity),
      identified: ({ identity }) => void this.learn(identity),
    };
  }

  async #keepAll(): Promise<void> {
    // Who comes in the same turn goes along.
    await nextTurn();
    while (this.#learnt.size > 0) {
      const learnt = [...this.#learnt].slice(0, CHUNK);
      for (const [user] of learnt) this.#learnt.delete(user);
      try {
        await this.#keep(new Map(learnt));
      } catch (error) {
        for (const [user] of learnt) this.#known.delete(user);
        this.#onError(error);
      }
    }
  }

  /** Writes what is new; mostly it is only read that nothing is. */
  async #keep(learnt: ReadonlyMap<string, Claimed>): Promise<void> {
    const before = await this.#db
      .selectFrom('contacts')
      .select(['user', 'token_name', 'token_email', 'token_language', 'token_timezone'])
      .where('user', 'in', [...learnt.keys()])
      .execute();
    const kept = new Map(before.map(({ user, ...row }) => [user, row]));
    const rows = [...learnt]
      .filter(([user, claimed]) =>
        Object.entries(claimed).some(
          ([column, value]) => kept.get(user)?.[column as keyof Claimed] !== value,
        ),
      )
      .map(([user, claimed]) => ({ ...NOTHING, ...kept.get(user), user, ...claimed }));
    if (rows.length === 0) return;
    await this.#db
      .insertInto('contacts')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('user').doUpdateSet(({ ref }) => ({
          token_name: ref('excluded.token_name'),
          token_email: ref('excluded.token_email'),
          token_language: ref('excluded.token_language'),
          token_timezone: ref('excluded.token_timezone'),
        })),
      )
      .execute();
  }
}

const NOTHING = {
  name: null,
  email: null,
  language: null,
  timezone: null,
  token_name: null,
  token_email: null,
  token_language: null,
  token_timezone: null,
};

/** Time zones that were looked up: there are few, and it takes long. */
const zones = new Map<string, boolean>();

/** Whether this machine knows a time zone that was stored; another server's list may have been newer. */
function isKnown(zone: string | null | undefined): zone is string {
  if (typeof zone !== 'string') return false;
  const known = zones.get(zone) ?? isTimezone(zone);
  zones.set(zone, known);
  return known;
}

function toContact(user: string, row: Selectable<ContactTables['contacts']> | undefined): Contact {
  const name = row?.name ?? row?.token_name;
  const email = row?.email ?? row?.token_email;
  return {
    user,
    ...(name ? { name } : {}),
    ...(email ? { email } : {}),
    language: (row?.language ?? row?.token_language ?? 'en') as Language,
    timezone: [row?.timezone, row?.token_timezone].find(isKnown) ?? 'UTC',
  };
}
