/**
 * Bans: who is banned reads and writes nothing in the forum.
 *
 * @module
 */
import type { Ban } from '../../events.ts';
import type { Actor } from '../callers.ts';
import { findPerson } from '../people/person.ts';
import { tellRightsChanged } from '../rights-changed.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { time } from '../threads/views.ts';

/** Bans that one list has. */
const MAX_LISTED = 1000;

function banView({ user, name, reason, by, since, until }: ForumTables['forum_bans']): Ban {
  return {
    user_id: user,
    username: name,
    reason,
    by,
    since: time(since),
    until: until === null ? null : time(until),
  };
}

/** The ban of a user, if there is one. */
export async function findBan(db: Db, user: string): Promise<Ban | undefined> {
  const row = await db.selectFrom('forum_bans').selectAll().where('user', '=', user).executeTakeFirst();
  return row && banView(row);
}

/** All bans, the newest first. */
export async function listBans(db: Db): Promise<readonly Ban[]> {
  const rows = await db
    .selectFrom('forum_bans')
    .selectAll()
    .orderBy('since', 'desc')
    .orderBy('user')
    .limit(MAX_LISTED)
    .execute();
  return rows.map(banView);
}

/** Bans a user, whose sessions hear nothing of the forum any more. @param until milliseconds since 1970-01-01 UTC */
export function ban(
  forum: Forum,
  by: Actor,
  user: string,
  { reason, until }: { readonly reason: string; readonly until: number | null },
): Promise<Ban> {
  return forum.transaction(async ({ db, publish }) => {
    const row = {
      user,
      name: (await findPerson(db, user))?.name ?? user,
      reason,
      by: by.user ?? '',
      since: forum.clock.now(),
      until,
    };
    await db
      .insertInto('forum_bans')
      .values(row)
      .onConflict((conflict) => conflict.column('user').doUpdateSet(row))
      .execute();
    await tellRightsChanged(publish, { user });
    return banView(row);
  });
}

/** @returns whether there was one. */
export async function unban({ db }: Forum, user: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('forum_bans').where('user', '=', user).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Ends bans whose time is over. */
export async function endBans({ db, clock }: Forum): Promise<void> {
  await db.deleteFrom('forum_bans').where('until', '<=', clock.now()).execute();
}
