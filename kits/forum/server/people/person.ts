import type { User } from '../callers.ts';
import type { Db, ForumTables } from '../tables.ts';
import { searchText } from '../threads/text.ts';

/** Somebody who was here once. */
export type PersonRow = ForumTables['forum_people'];

/** Somebody as they are before they have said anything. */
export function newPerson({ user, name }: Pick<User, 'user' | 'name'>): PersonRow {
  return { user, name, search_name: searchText(name), status: 'online', text: '', posts: 0 };
}

/** Holds somebody until the end of the transaction, so that what they do is done one after the other. */
export async function lockPerson(db: Db, who: Pick<User, 'user' | 'name'>): Promise<PersonRow> {
  return db
    .insertInto('forum_people')
    .values(newPerson(who))
    .onConflict((conflict) =>
      conflict.column('user').doUpdateSet({ name: who.name, search_name: searchText(who.name) }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findPerson(db: Db, user: string): Promise<PersonRow | undefined> {
  return db.selectFrom('forum_people').selectAll().where('user', '=', user).executeTakeFirst();
}

/** Somebody has written a post. */
export async function countPost(db: Db, user: string): Promise<void> {
  await db
    .updateTable('forum_people')
    .set((row) => ({ posts: row('posts', '+', 1) }))
    .where('user', '=', user)
    .execute();
}
