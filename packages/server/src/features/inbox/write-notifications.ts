import type { Kysely } from 'kysely';
import type { CoreTables } from '../../storage/migrations.ts';
import type { OutboxTransaction } from '../../storage/outbox.ts';
import type { Contacts } from '../contacts/index.ts';
import { channelOf, type Draft } from './draft.ts';
import type { InboxObserver } from './inbox-observer.ts';
import { type NotificationRow, viewOf } from './notification.ts';
import type { NotificationIds } from './notification-ids.ts';
import { type PreferenceStore, type Ways, waysOf } from './preferences.ts';
import type { InboxTables } from './tables.ts';

/** What became of a notification for one user. */
export interface Notified {
  readonly user: string;
  readonly id: string;
  /** False when there was one under the same key before. */
  readonly created: boolean;
}

export interface WriteParts {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
  readonly ids: NotificationIds;
  readonly contacts: Contacts;
  readonly preferences: PreferenceStore;
  readonly observers: readonly InboxObserver[];
}

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<InboxTables, 'notifications'>;

/** Writes a notification of some users, and tells it. @returns in the order of the users. */
export async function writeNotifications(
  transaction: OutboxTransaction<CoreTables>,
  users: readonly string[],
  draft: Draft,
  parts: WriteParts,
): Promise<readonly Notified[]> {
  if (users.length === 0) return [];
  const db = transaction.db.withTables<Tables>();
  const contacts = await parts.contacts.ofAll(users, transaction.db);
  const preferences = await parts.preferences.ofAll(users, transaction.db);
  const made = users.map((user) => {
    const contact = contacts.get(user) ?? { language: 'en', timezone: 'UTC' };
    const ways = waysOf(preferences.get(user) ?? {}, draft.category);
    return { row: toRow(user, draft, draft.textFor(contact), ways, parts), ways };
  });
  const before =
    draft.key === null
      ? NOBODY
      : await insertOnce(
          db,
          made.map(({ row }) => row),
        );
  if (draft.key === null)
    await db
      .insertInto('notifications')
      .values(made.map(({ row }) => row))
      .execute();
  const fresh = made.filter(({ row }) => !before.has(row.user));
  const told = fresh.filter(({ ways }) => ways.inApp);
  await transaction.publishAll(
    told.map(({ row }) => ({ channel: channelOf(row.user), event: 'notification', data: viewOf(row) })),
  );
  const created = fresh.map(({ row: { id, user }, ways }) => ({ id, user, ways }));
  if (created.length > 0)
    for (const observer of parts.observers) await observer.created(transaction.db, created);
  return made.map(({ row: { user, id } }) => {
    const known = before.get(user);
    return { user, id: known ?? id, created: known === undefined };
  });
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/** Inserts those rows whose key is new. @returns the ids of the others, by user. */
async function insertOnce(
  db: Kysely<CoreTables & Tables>,
  rows: readonly NotificationRow[],
): Promise<ReadonlyMap<string, string>> {
  const inserted = await db
    .insertInto('notifications')
    // In one order, so that two servers that tell the same users wait for one another and not in a circle.
    .values([...rows].sort((a, b) => (a.user < b.user ? -1 : 1)))
    .onConflict((conflict) => conflict.columns(['user', 'key']).doNothing())
    .returning('user')
    .execute();
  if (inserted.length === rows.length) return NOBODY;
  const fresh = new Set(inserted.map(({ user }) => user));
  const others = rows.filter(({ user }) => !fresh.has(user));
  const known = await db
    .selectFrom('notifications')
    .select(['user', 'id'])
    .where('key', '=', rows[0]?.key ?? null)
    .where(
      'user',
      'in',
      others.map(({ user }) => user),
    )
    .execute();
  return new Map(known.map(({ user, id }) => [user, id]));
}

function toRow(
  user: string,
  draft: Draft,
  { title, body }: { readonly title: string; readonly body: string },
  { inApp }: Ways,
  { ids, now }: WriteParts,
): NotificationRow {
  const { key, level, category, url, data, expiresAt } = draft;
  return {
    id: ids.next(now),
    user,
    key,
    level,
    category,
    title,
    body,
    url,
    data,
    at: now,
    expires_at: expiresAt,
    in_app: inApp ? 1 : 0,
    seen_at: null,
    read_at: null,
    archived_at: null,
  };
}
