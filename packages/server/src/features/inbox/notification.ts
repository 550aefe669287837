/**
 * What a notification is: as it is given to `notify`, and as its reader gets it.
 *
 * @module
 */
import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { JsonObject } from '../../core/ports/json-object.ts';
import { LANGUAGES, type Language } from '../contacts/index.ts';
import type { InboxTables } from './tables.ts';

/** The grammar of a category: words in lower case, with points between them. */
export const CATEGORY_PATTERN = '^[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)*$';

const MAX_CATEGORY = 64;

/** Characters. */
export const MAX_TITLE = 200;
/** Characters. */
export const MAX_BODY = 2000;

const LEVELS = ['info', 'success', 'warning', 'error'] as const;

/** How much a notification wants to be noticed; the wire's `type`. */
export type Level = (typeof LEVELS)[number];

const closed = { additionalProperties: false } as const;

export const Category = Type.String({
  pattern: CATEGORY_PATTERN,
  maxLength: MAX_CATEGORY,
  description: 'What preferences are kept for.',
  examples: ['prices.drop'],
});

const LevelSchema = Type.Enum([...LEVELS]);

const MoneySchema = Type.Object(
  {
    amount: Type.Integer({ description: 'In minor units: 9000 for 90.00 TRY.' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.' }),
  },
  closed,
);

/** An amount of money, formatted in the reader's language. */
export interface Money {
  /** A whole number of minor units: 9000 for 90.00 TRY. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** A value that a template is filled with. A date is formatted in the reader's language and time zone. */
export type Value = string | number | boolean | Money | { readonly date: number };

const ValueSchema = Type.Union([
  Type.String({ maxLength: MAX_BODY }),
  Type.Number(),
  Type.Boolean(),
  MoneySchema,
  Type.Object(
    {
      date: Type.Number({
        minimum: -8.64e15,
        maximum: 8.64e15,
        description: 'Milliseconds since 1970-01-01 UTC.',
      }),
    },
    closed,
  ),
]);

/** A notification's text in one language; what a reader's device escapes, this does not. */
export interface Text {
  readonly title: string;
  readonly body: string;
}

const TextSchema = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: MAX_TITLE }),
    body: Type.String({ maxLength: MAX_BODY }),
  },
  closed,
);

const TextsSchema = Type.Object(
  Object.fromEntries(LANGUAGES.map((language) => [language, Type.Optional(TextSchema)])),
  {
    ...closed,
    minProperties: 1,
    description: 'By language; a reader of another one gets `en`, or the first.',
  },
);

/** What is told: a template's text, or texts of its own. */
export interface NewNotification {
  /** Repeated for the same user, there is one notification and the same answer. */
  readonly key?: string | undefined;
  /** @default the template's, else 'info' */
  readonly level?: Level | undefined;
  /** What preferences are kept for (`prices.drop`). @default the template's, else 'general' */
  readonly category?: string | undefined;
  /** One of the kit's own `notifications`, filled with `values`; over HTTP `KIT.NAME`. */
  readonly template?: string | undefined;
  readonly values?: Readonly<Record<string, Value>> | undefined;
  /** Instead of a template; taken as they are. */
  readonly texts?: { readonly [L in Language]?: Text | undefined } | undefined;
  /** Opened on click: a path of the app, or an https URL. */
  readonly url?: string | undefined;
  /** Whatever the app wants along. */
  readonly data?: JsonObject | undefined;
  /** When it is worth nothing any more, milliseconds since 1970-01-01 UTC. @default never */
  readonly expiresAt?: number | undefined;
}

/** The fields of {@link NewNotification}, for checking. */
export const newNotificationFields = {
  key: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description:
        'An idempotency key: repeated for the same user, there is one notification and the same answer.',
    }),
  ),
  level: Type.Optional(LevelSchema),
  category: Type.Optional(Category),
  template: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'A template of a kit, `KIT.NAME`.' }),
  ),
  values: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }), ValueSchema, {
      ...closed,
      maxProperties: 50,
      description: 'What the template is filled with.',
    }),
  ),
  texts: Type.Optional(TextsSchema),
  url: Type.Optional(
    Type.String({ maxLength: 2048, description: 'Opened on click: a path of the app, or an https URL.' }),
  ),
  data: Type.Optional(
    Type.Unsafe<JsonObject>({ type: 'object', description: 'Whatever the app wants along.' }),
  ),
  expiresAt: Type.Optional(
    Type.Integer({ description: 'When it is worth nothing any more, milliseconds since 1970-01-01 UTC.' }),
  ),
};

/** {@link NewNotification}, for checking. */
export const NewNotificationSchema = Type.Object(newNotificationFields, closed);

/** One notification, as its reader gets it. */
export const NotificationView = Type.Object({
  id: Type.String(),
  type: LevelSchema,
  title: Type.String(),
  message: Type.String(),
  body: Type.String({ description: 'The same, as the Web calls it.' }),
  category: Type.String(),
  url: Type.Optional(Type.String()),
  data: Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true }),
  timestamp: Type.String({ description: 'When it was made, ISO 8601.' }),
  expiresAt: Type.Optional(Type.Integer({ description: 'Milliseconds since 1970-01-01 UTC.' })),
  seen: Type.Boolean(),
  read: Type.Boolean(),
  archived: Type.Boolean(),
});
export type NotificationView = Static<typeof NotificationView>;

/** A notification as it is stored. */
export type NotificationRow = Selectable<InboxTables['notifications']>;

/** Writes a notification as its reader gets it. */
export function viewOf(row: NotificationRow): NotificationView {
  // A body may be empty, and what the oldest clients show is this.
  const message = row.body || row.title;
  return {
    type: row.level as Level,
    message,
    body: message,
    data: JSON.parse(row.data),
    timestamp: new Date(row.at).toISOString(),
    id: row.id,
    title: row.title,
    category: row.category,
    ...(row.url === null ? {} : { url: row.url }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    seen: row.seen_at !== null,
    read: row.read_at !== null,
    archived: row.archived_at !== null,
  };
}
