/**
 * Users who want to be told when a game server goes up or down.
 *
 * @module
 */
import type { KitTransaction } from '@tidings/server/kit';
import type { ServerChange, ServerStatusUpdate } from '../../events.ts';
import { userChannel } from '../channels.ts';
import type { Db, ForumTables } from '../tables.ts';

/** What a user wants to be told of a server; `null`: nothing. */
export interface Watch {
  /** Of another map, too. */
  readonly maps: boolean;
}

/** Begins a user's watch, or changes it. */
export async function putWatch(db: Db, server: string, user: string, { maps: also }: Watch): Promise<void> {
  const maps = also ? 1 : 0;
  await db
    .insertInto('forum_server_watches')
    .values({ server, user, maps })
    .onConflict((conflict) => conflict.columns(['server', 'user']).doUpdateSet({ maps }))
    .execute();
}

/** Ends a user's watch. */
export async function deleteWatch(db: Db, server: string, user: string): Promise<void> {
  await db.deleteFrom('forum_server_watches').where('server', '=', server).where('user', '=', user).execute();
}

/** The servers that a user watches. */
export async function watchesOf(db: Db, user: string): Promise<ReadonlyMap<string, Watch>> {
  const rows = await db.selectFrom('forum_server_watches').selectAll().where('user', '=', user).execute();
  return new Map(rows.map(({ server, maps }) => [server, { maps: maps === 1 }]));
}

/** Notifies those who watch a server, if the transaction commits. */
export async function tellWatchers(
  { db, notify }: KitTransaction<ForumTables>,
  { server_id, status }: ServerStatusUpdate,
  change: ServerChange,
  at: number,
): Promise<void> {
  let query = db.selectFrom('forum_server_watches').select('user').where('server', '=', server_id);
  if (change === 'map') query = query.where('maps', '=', 1);
  const users = (await query.execute()).map(({ user }) => user).filter(userChannel);
  if (users.length === 0) return;
  await notify(users, {
    template: `server-${change}`,
    values: { name: status.name, map: status.map, players: status.players, max: status.max_players },
    key: `forum-server:${server_id}:${at}`,
    url: `/forum?tab=servers&server=${encodeURIComponent(server_id)}`,
    data: { server_id, change },
  });
}
