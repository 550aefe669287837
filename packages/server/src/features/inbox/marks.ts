import type { Kysely } from 'kysely';
import Type, { type Static } from 'typebox';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Counts } from './list.ts';
import { lockInbox } from './lock-inbox.ts';
import type { InboxTables } from './tables.ts';

/** What a notification may be marked as. What is read has been seen; what is archived too. */
export type Mark = 'seen' | 'read' | 'archive';

/** Ids in one call. */
const MAX_IDS = 1000;

/** Which notifications: some, or all that were made until a moment. */
export const Target = Type.Union(
  [
    Type.Object(
      { ids: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: MAX_IDS }) },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        all: Type.Literal(true),
        before: Type.Optional(
          Type.Integer({
            description: 'Those made at or before this, milliseconds since 1970-01-01 UTC; now, when absent.',
          }),
        ),
      },
      { additionalProperties: false },
    ),
  ],
  { examples: [{ ids: ['0mi6wq3k700001f3k9x2ab'] }, { all: true }] },
);
export type Target = Static<typeof Target>;

/** What a mark has changed, and what is left. */
export interface Marked extends Counts {
  /** Notifications that were not marked so before. */
  readonly changed: number;
}

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<InboxTables, 'notifications'>;

const COLUMN = { seen: 'seen_at', read: 'read_at', archive: 'archived_at' } as const;

/** Marks a user's own notifications. @returns the ids of those that were not marked so before. */
export async function mark(
  db: Kysely<CoreTables>,
  request: { readonly user: string; readonly as: Mark; readonly target: Target; readonly now: number },
): Promise<readonly string[]> {
  const { user, as, target, now } = request;
  // So that the counts told last are those of all marks.
  await lockInbox(db, user);
  let query = db
    .withTables<Tables>()
    .updateTable('notifications')
    .set(({ fn, val }) => ({
      [COLUMN[as]]: now,
      seen_at: fn.coalesce('seen_at', val(now)),
    }))
    .where('user', '=', user)
    .where(COLUMN[as], 'is', null);
  query =
    'ids' in target ? query.where('id', 'in', target.ids) : query.where('at', '<=', target.before ?? now);
  const rows = await query.returning('id').execute();
  return rows.map(({ id }) => id);
}
