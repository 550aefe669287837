/**
 * What a user wants to be told of, by which way and when.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { Kysely } from 'kysely';
import Type, { type Static } from 'typebox';
import { assertSchema } from '../../core/schema.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import { CATEGORY_PATTERN } from './notification.ts';
import type { InboxTables } from './tables.ts';

const MAX_CATEGORIES = 100;

const closed = { additionalProperties: false } as const;

const Time = (description: string) =>
  Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description, examples: ['22:00'] });

const way = (description: string) =>
  Type.Optional(Type.Boolean({ description: `${description} On, when absent.` }));

const CategoryPreferences = Type.Object(
  {
    inApp: way('Whether it stands in the inbox and is told to live sessions.'),
    push: way('Whether it may be pushed to devices.'),
    email: way('Whether it may be mailed.'),
  },
  closed,
);

/** What a user wants; everything but what is given has its default. */
export const Preferences = Type.Object(
  {
    categories: Type.Optional(
      Type.Record(Type.String({ pattern: CATEGORY_PATTERN, maxLength: 64 }), CategoryPreferences, {
        ...closed,
        maxProperties: MAX_CATEGORIES,
        description: 'By category; what is not named is on.',
      }),
    ),
    quietHours: Type.Optional(
      Type.Union(
        [
          Type.Object(
            { from: Time('When they begin.'), to: Time('When they end; before `from` it is the next day.') },
            closed,
          ),
          Type.Null(),
        ],
        { description: 'In the user’s time zone; nothing is pushed or mailed meanwhile.' },
      ),
    ),
    digest: Type.Optional(
      Type.Enum(['off', 'hourly', 'daily'], {
        description: 'Whether mails are gathered into one; off, when absent.',
      }),
    ),
    digestHour: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 23,
        description:
          'The hour of the daily mail in the user’s time zone; that of the server’s configuration, when absent.',
      }),
    ),
  },
  closed,
);
export type Preferences = Static<typeof Preferences>;

/** Checks what a user has sent. @throws TidingsError `invalid_request`. */
export function checkPreferences(preferences: Preferences): void {
  assertSchema(Preferences, preferences, 'invalid_request');
  const { quietHours } = preferences;
  if (quietHours && quietHours.from === quietHours.to)
    throw new TidingsError('invalid_request', 'Quiet hours must end at another time than they begin.');
}

/** By which ways a user may be told of a category. */
export interface Ways {
  readonly inApp: boolean;
  readonly push: boolean;
  readonly email: boolean;
}

/** By which ways a user with these preferences may be told of a category. */
export function waysOf({ categories = {} }: Preferences, category: string): Ways {
  const {
    inApp = true,
    push = true,
    email = true,
  } = Object.hasOwn(categories, category) ? (categories[category] ?? {}) : {};
  return { inApp, push, email };
}

/** The same preferences, but for whether a category may be told by one way. */
export function withWay(
  preferences: Preferences,
  category: string,
  way: keyof Ways,
  on: boolean,
): Preferences {
  const { categories = {} } = preferences;
  const before = Object.hasOwn(categories, category) ? categories[category] : {};
  return { ...preferences, categories: { ...categories, [category]: { ...before, [way]: on } } };
}

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<InboxTables, 'preferences'>;

/** Preferences of users who have never set any. */
const NONE: Preferences = {};

/** The preferences of users. */
export class PreferenceStore {
  readonly #db: Kysely<CoreTables>;

  /** @param db with this feature's migrations run. */
  constructor(db: Kysely<CoreTables>) {
    this.#db = db;
  }

  /** @throws Error when the database cannot be read. */
  async of(user: string, db = this.#db): Promise<Preferences> {
    return (await this.ofAll([user], db)).get(user) ?? NONE;
  }

  /** The preferences of those users who have set any. @param db the transaction to read in. @default none */
  async ofAll(users: readonly string[], db = this.#db): Promise<ReadonlyMap<string, Preferences>> {
    const rows = await db
      .withTables<Tables>()
      .selectFrom('preferences')
      .selectAll()
      .where('user', 'in', users)
      .execute();
    return new Map(rows.map(({ user, json }) => [user, JSON.parse(json)]));
  }

  /** Replaces a user's preferences, which were checked. @param db the transaction to write in. @default none */
  async set(user: string, preferences: Preferences, db = this.#db): Promise<void> {
    const json = JSON.stringify(preferences);
    await db
      .withTables<Tables>()
      .insertInto('preferences')
      .values({ user, json })
      .onConflict((conflict) => conflict.column('user').doUpdateSet({ json }))
      .execute();
  }
}
