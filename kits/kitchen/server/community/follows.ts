/**
 * Who follows whom.
 *
 * @module
 */
import { type Tidings, TidingsError } from '@tidings/server/kit';
import type { CallingUser } from '../callers.ts';
import type { KitchenTables } from '../tables.ts';
import { tellUser } from '../tell-user.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];

/** A user, as the community knows them. */
export interface Profile {
  readonly user_id: string;
  readonly posts: number;
  readonly followers: number;
  readonly following: number;
  /** Whether the reader follows them. */
  readonly followed: boolean;
}

/**
 * Follows a user, or ends that; doing it again changes nothing. The user hears of it once a follower.
 *
 * @throws TidingsError `invalid_request` for oneself.
 */
export async function setFollow(
  tidings: Kitchen,
  { user, name }: CallingUser,
  followed: string,
  active: boolean,
): Promise<Profile> {
  if (followed === user) throw new TidingsError('invalid_request', 'One does not follow oneself.');
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    if (active) {
      const inserted = await db
        .insertInto('kitchen_follows')
        .values({ user, followed, active: 1 })
        .onConflict((conflict) => conflict.columns(['user', 'followed']).doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows === 1n)
        await tellUser(transaction, { to: followed, by: user }, 'NewFollower', {
          follower_id: user,
          follower_name: name,
        });
    }
    await db
      .updateTable('kitchen_follows')
      .set({ active: active ? 1 : 0 })
      .where('user', '=', user)
      .where('followed', '=', followed)
      .execute();
    return readProfile(db, user, followed);
  });
}

/** What the community knows of a user; of one it does not know, noughts. */
export async function readProfile(db: Db, reader: string | undefined, user: string): Promise<Profile> {
  const posts = await db
    .selectFrom('kitchen_posts')
    .select(({ fn }) => fn.countAll().as('rows'))
    .where('author', '=', user)
    .executeTakeFirstOrThrow();
  const follows = (column: 'user' | 'followed') =>
    db
      .selectFrom('kitchen_follows')
      .select(({ fn }) => fn.countAll().as('rows'))
      .where('active', '=', 1)
      .where(column, '=', user);
  const followers = await follows('followed').executeTakeFirstOrThrow();
  const following = await follows('user').executeTakeFirstOrThrow();
  const mine = await follows('followed')
    .where('user', '=', reader ?? '')
    .executeTakeFirstOrThrow();
  return {
    user_id: user,
    posts: Number(posts.rows),
    followers: Number(followers.rows),
    following: Number(following.rows),
    followed: Number(mine.rows) === 1,
  };
}

/** The users who follow a user, or whom the user follows, by id, those after `after`. */
export async function readFollows(
  db: Db,
  user: string,
  which: 'followers' | 'following',
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  const [wanted, by] =
    which === 'followers' ? (['user', 'followed'] as const) : (['followed', 'user'] as const);
  const rows = await db
    .selectFrom('kitchen_follows')
    .select(`${wanted} as found`)
    .where(by, '=', user)
    .where('active', '=', 1)
    .where(wanted, '>', after)
    .orderBy(wanted)
    .limit(limit)
    .execute();
  return rows.map(({ found }) => found);
}
