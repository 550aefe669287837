import { TidingsError } from '@tidings/protocol';
import type { Kysely } from 'kysely';
import Type, { type Static } from 'typebox';
import type { CoreTables } from '../../storage/migrations.ts';
import { Category, type NotificationRow, NotificationView, viewOf } from './notification.ts';
import { NOTIFICATION_ID_PATTERN } from './notification-ids.ts';
import type { InboxTables } from './tables.ts';

/** How many notifications a page has when nobody says, and at most. */
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** Which of a user's notifications. */
export const ListQuery = Type.Object(
  {
    unread: Type.Optional(Type.Boolean({ description: 'Only those not read yet.' })),
    category: Type.Optional(Category),
    archived: Type.Optional(
      Type.Boolean({ default: false, description: 'Those archived, instead of the others.' }),
    ),
    after: Type.Optional(
      Type.String({ maxLength: 64, description: 'Where the page before ended: its `next`.' }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_LIMIT,
        default: DEFAULT_LIMIT,
        description: 'At most so many notifications.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ListQuery = Static<typeof ListQuery>;

/** How many a user has neither read nor archived, and of these how many they have not even seen. */
export interface Counts {
  readonly unread: number;
  readonly unseen: number;
}

/** A page of a user's notifications. */
export const NotificationPage = Type.Object({
  notifications: Type.Array(NotificationView, { description: 'The newest first.' }),
  unread: Type.Integer({ description: 'Of all, how many are not read.' }),
  unseen: Type.Integer({ description: 'Of all, how many are not seen.' }),
  next: Type.Optional(
    Type.String({ description: 'Ask again with this as `after`; absent on the last page.' }),
  ),
});
export type NotificationPage = Static<typeof NotificationPage>;

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<InboxTables, 'notifications'>;

/** Reads a page. A place in the list stays the same while newer ones come. @throws TidingsError `bad_cursor`. */
export async function list(
  db: Kysely<CoreTables>,
  user: string,
  { unread = false, category, archived = false, after, limit = DEFAULT_LIMIT }: ListQuery,
  now: number,
): Promise<NotificationPage> {
  if (after !== undefined && !new RegExp(NOTIFICATION_ID_PATTERN).test(after))
    throw new TidingsError('bad_cursor');
  let query = db
    .withTables<Tables>()
    .selectFrom('notifications')
    .selectAll()
    .where('user', '=', user)
    .where('in_app', '=', 1)
    .where('archived_at', archived ? 'is not' : 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]));
  if (unread) query = query.where('read_at', 'is', null);
  if (category !== undefined) query = query.where('category', '=', category);
  if (after !== undefined) query = query.where('id', '<', after);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    notifications: page.map(viewOf),
    ...(await countUnread(db, user, now)),
    ...(rows.length > limit && last ? { next: last.id } : {}),
  };
}

/** Reads notifications by their ids; those that are there. */
export async function findNotifications(
  db: Kysely<CoreTables>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, NotificationRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .withTables<Tables>()
    .selectFrom('notifications')
    .selectAll()
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Counts what a user has not read. @param now milliseconds since 1970-01-01 UTC. */
export async function countUnread(db: Kysely<CoreTables>, user: string, now: number): Promise<Counts> {
  const { unread, unseen } = await db
    .withTables<Tables>()
    .selectFrom('notifications')
    .select(({ fn, ref }) => [
      fn.countAll().as('unread'),
      fn.countAll().filterWhere(ref('seen_at'), 'is', null).as('unseen'),
    ])
    .where('user', '=', user)
    .where('in_app', '=', 1)
    .where('read_at', 'is', null)
    .where('archived_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .executeTakeFirstOrThrow();
  return { unread: Number(unread), unseen: Number(unseen) };
}
