/**
 * Game servers: registered, and told how they are.
 *
 * @module
 */
import { type KitTransaction, sql, TidingsError } from '@tidings/server/kit';
import type { ServerPoint, ServerStatusUpdate } from '../../events.ts';
import { SERVERS, serverChannel } from '../channels.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { GAMES, type GameAnswer, type Player } from './ask-game.ts';
import { changeOf, isNews, nextStatus, removedStatus, type ServerRow, statusOf } from './status.ts';
import { tellWatchers } from './watches.ts';

type Transaction = KitTransaction<ForumTables>;

/** The type of a server that is not asked: a backend tells how it is. */
export const PUSHED = 'push';

/** A server to register. */
export interface NewServer {
  readonly name: string;
  /** One of `GAMES`, or `push`. */
  readonly type: string;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** A server as it is read. */
export interface ServerView extends ServerStatusUpdate {
  readonly players: readonly Player[];
}

/** How long a stretch of a server's history is, milliseconds. */
export const HISTORY_STEP = 5 * 60_000;

/** How long a server's history is kept, milliseconds. */
const HISTORY_KEPT = 7 * 24 * 60 * 60_000;

/** Servers that there may be. */
const MAX_SERVERS = 500;

/**
 * Registers a server, or changes it. A new one is asked at once.
 *
 * @throws TidingsError `invalid_request`, `limit_reached`
 */
export async function putServer(forum: Forum, id: string, given: NewServer): Promise<ServerStatusUpdate> {
  const { name, type } = given;
  const pushed = type === PUSHED;
  if (!pushed && !GAMES.has(type))
    throw new TidingsError('invalid_request', `No game "${type}" can be asked; GET /forum/games has a list.`);
  const { host = '', port = 0 } = pushed ? {} : given;
  if (!pushed && (host === '' || port === 0))
    throw new TidingsError('invalid_request', 'A server that is asked needs "host" and "port".');
  const now = forum.clock.now();
  const place = { name, type, host, port };
  return forum.transaction(async (transaction) => {
    const { db } = transaction;
    const before = await lockServer(db, id);
    const next = pushed ? null : now;
    if (!before) {
      await refuseTooMany(db);
      const fresh = { id, ...place, revision: 1, status: null, player_list: '[]', failures: 0, next };
      await db
        .insertInto('forum_servers')
        .values({ ...fresh, created: now })
        // Somebody else was as quick.
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet({ ...place, next, revision: sql<number>`forum_servers.revision + 1` }),
        )
        .execute();
    } else {
      const moved = before.type !== type || before.host !== host || before.port !== port;
      const change = moved
        ? { ...place, revision: before.revision + 1, status: null, player_list: '[]', failures: 0, next }
        : place;
      await db.updateTable('forum_servers').set(change).where('id', '=', id).execute();
    }
    return updateOf(await requireServer(db, id));
  });
}

/** Removes a server with all that is known of it. @throws TidingsError `not_found` */
export async function deleteServer(forum: Forum, id: string): Promise<void> {
  await forum.transaction(async ({ db, publish }) => {
    const row = await db.deleteFrom('forum_servers').where('id', '=', id).returningAll().executeTakeFirst();
    if (!row) throw noSuchServer();
    const data: ServerStatusUpdate = { server_id: id, status: removedStatus(row, forum.clock.now()) };
    for (const channel of [serverChannel(id), SERVERS])
      await publish({ channel, event: 'server_status_update', data, conflate: id });
  });
}

/** Every server, in order of name. */
export async function readServers(db: Db): Promise<readonly ServerStatusUpdate[]> {
  const rows = await db.selectFrom('forum_servers').selectAll().orderBy('name').orderBy('id').execute();
  return rows.map(updateOf);
}

/** One server, and who plays there. @throws TidingsError `not_found` */
export async function readServer(db: Db, id: string): Promise<ServerView> {
  const row = await requireServer(db, id);
  return { ...updateOf(row), players: JSON.parse(row.player_list) as Player[] };
}

/** How some servers are, and which of them there are not. */
export async function statusesOf(db: Db, ids: readonly string[]) {
  const rows = await db.selectFrom('forum_servers').selectAll().where('id', 'in', ids).execute();
  const known = new Map(rows.map((row) => [row.id, row]));
  return {
    servers: ids.flatMap((id) => {
      const row = known.get(id);
      return row ? [updateOf(row)] : [];
    }),
    unknown: ids.filter((id) => !known.has(id)),
  };
}

/**
 * Takes what a backend tells of a server; one that is asked, too, is asked next when it would be anyway.
 *
 * @throws TidingsError `not_found`
 */
export function pushStatus(
  forum: Forum,
  id: string,
  { online, ...answer }: Partial<GameAnswer> & { readonly online: boolean },
): Promise<ServerStatusUpdate> {
  return forum.transaction(async (transaction) => {
    const row = await lockServer(transaction.db, id);
    if (!row) throw noSuchServer();
    // A backend knows: one word is enough that a server is down.
    const failures = online ? 0 : Math.max(row.failures, 1);
    const told = await record(forum, transaction, { ...row, failures }, online ? answer : undefined);
    await transaction.db
      .updateTable('forum_servers')
      .set({ failures: online ? 0 : failures })
      .where('id', '=', id)
      .execute();
    return told;
  });
}

/** Keeps what came of asking a server; it is asked again at `next`. @param answer `undefined` when there was none */
export async function recordAnswer(
  forum: Forum,
  { id, revision }: Pick<ServerRow, 'id' | 'revision'>,
  answer: GameAnswer | undefined,
  next: (failures: number) => number,
): Promise<void> {
  await forum.transaction(async (transaction) => {
    const row = await lockServer(transaction.db, id);
    // It was removed, or is another one now.
    if (row?.revision !== revision) return;
    await record(forum, transaction, row, answer);
    const failures = answer ? 0 : row.failures + 1;
    await transaction.db
      .updateTable('forum_servers')
      .set({ failures, next: next(failures) })
      .where('id', '=', id)
      .execute();
  });
}

/** Keeps how a server is, and tells what of it is new. */
async function record(
  forum: Forum,
  transaction: Transaction,
  row: ServerRow,
  answer: Partial<GameAnswer> | undefined,
): Promise<ServerStatusUpdate> {
  const { db, publish } = transaction;
  const now = forum.clock.now();
  const status = nextStatus(row, answer, now);
  await count(db, row.id, now, status);
  const player_list = status.online
    ? JSON.stringify(answer?.player_list ?? JSON.parse(row.player_list))
    : '[]';
  if (!isNews(row, status)) {
    if (player_list !== row.player_list)
      await db.updateTable('forum_servers').set({ player_list }).where('id', '=', row.id).execute();
    return updateOf(row);
  }
  const set = { status: JSON.stringify(status), player_list };
  await db.updateTable('forum_servers').set(set).where('id', '=', row.id).execute();
  const change = changeOf(row, status);
  const update: ServerStatusUpdate = { server_id: row.id, status, ...(change && { change }) };
  await publish({ channel: serverChannel(row.id), event: 'server_status_update', data: update });
  // Of one that is new, too.
  if (change || row.status === null)
    await publish({ channel: SERVERS, event: 'server_status_update', data: update, conflate: row.id });
  if (change) await tellWatchers(transaction, update, change, now);
  return update;
}

// History

/** How many played lately, the oldest first. @throws TidingsError `not_found` */
export async function readHistory(
  { db, clock }: Forum,
  id: string,
  hours: number,
): Promise<readonly ServerPoint[]> {
  await requireServer(db, id);
  const rows = await db
    .selectFrom('forum_server_history')
    .select(['at', 'players', 'online'])
    .where('server', '=', id)
    .where('at', '>', clock.now() - hours * 60 * 60_000)
    .orderBy('at')
    .execute();
  return rows.map(({ at, players, online }) => ({
    at: new Date(at).toISOString(),
    players,
    online: online === 1,
  }));
}

/** Deletes what is older than is shown. */
export async function forgetHistory({ db, clock }: Forum): Promise<void> {
  await db
    .deleteFrom('forum_server_history')
    .where('at', '<', clock.now() - HISTORY_KEPT)
    .execute();
}

async function count(
  db: Db,
  server: string,
  now: number,
  { players, online: isUp }: ServerStatusUpdate['status'],
): Promise<void> {
  const online = isUp ? 1 : 0;
  const most = (column: 'players' | 'online', value: number) =>
    sql<number>`case when ${sql.ref(`forum_server_history.${column}`)} > ${value} then ${sql.ref(`forum_server_history.${column}`)} else ${value} end`;
  await db
    .insertInto('forum_server_history')
    .values({ server, at: now - (now % HISTORY_STEP), players, online })
    .onConflict((conflict) =>
      conflict
        .columns(['server', 'at'])
        .doUpdateSet({ players: most('players', players), online: most('online', online) }),
    )
    .execute();
}

// Rows

/** Has a server to itself until the end of the transaction. */
async function lockServer(db: Db, id: string): Promise<ServerRow | undefined> {
  return db
    .updateTable('forum_servers')
    .set((row) => ({ revision: row.ref('revision') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

async function requireServer(db: Db, id: string): Promise<ServerRow> {
  const row = await db.selectFrom('forum_servers').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw noSuchServer();
  return row;
}

async function refuseTooMany(db: Db): Promise<void> {
  const { servers } = await db
    .selectFrom('forum_servers')
    .select(({ fn }) => fn.countAll<number>().as('servers'))
    .executeTakeFirstOrThrow();
  if (Number(servers) >= MAX_SERVERS)
    throw new TidingsError('limit_reached', `There are ${MAX_SERVERS} servers at most.`);
}

function noSuchServer(): TidingsError {
  return new TidingsError('not_found', 'There is no such game server.');
}

function updateOf(row: ServerRow): ServerStatusUpdate {
  return { server_id: row.id, status: statusOf(row) };
}
