/**
 * Who may read and write where.
 *
 * What somebody may not see is to them as what is not there, on every way.
 *
 * @module
 */
import { sql, TidingsError } from '@tidings/server/kit';
import type { Actor } from './callers.ts';
import type { Db, ForumTables } from './tables.ts';

export type BoardRow = ForumTables['forum_boards'];
export type ThreadRow = ForumTables['forum_threads'];

/** The same for what is not there and for what is none of the caller's business. */
export function noSuch(what: 'board' | 'thread' | 'post'): TidingsError {
  return new TidingsError('not_found', `There is no such ${what}.`);
}

/** A board that somebody may read. @throws TidingsError `not_found`, `forbidden` for who is banned */
export async function readableBoard(db: Db, actor: Actor, id: string): Promise<BoardRow> {
  const board = await db.selectFrom('forum_boards').selectAll().where('id', '=', id).executeTakeFirst();
  if (!board || !(await mayRead(db, actor, board))) throw noSuch('board');
  return board;
}

/** A thread that somebody may read. @throws TidingsError `not_found`, `forbidden` for who is banned */
export async function readableThread(db: Db, actor: Actor, id: string): Promise<ThreadRow> {
  const row = await db
    .selectFrom('forum_threads')
    .innerJoin('forum_boards', 'forum_boards.id', 'forum_threads.board')
    .selectAll('forum_threads')
    .select('forum_boards.private')
    .where('forum_threads.id', '=', id)
    .executeTakeFirst();
  if (!row) throw noSuch('thread');
  const { private: isPrivate, ...thread } = row;
  if (!(await mayRead(db, actor, { id: thread.board, private: isPrivate }))) throw noSuch('thread');
  return thread;
}

/** Whether a row of `forum_boards` is one that somebody may read, as a condition of a query: who is banned reads none. */
export function isReadableRow({ moderator, user = '' }: Actor) {
  if (moderator) return sql<boolean>`1 = 1`;
  const is = (column: string) => sql`${sql.ref(column)} = ${user}`;
  return sql<boolean>`(not exists (select 1 from forum_bans where ${is('forum_bans.user')})
    and (forum_boards.private = 0 or exists (select 1 from forum_board_members
      where forum_board_members.board = forum_boards.id and ${is('forum_board_members.user')})))`;
}

/** What somebody is answered who may not read. */
const REFUSED: ReadonlySet<string> = new Set(['not_found', 'forbidden']);

/**
 * Whether what is looked for may be read: as a rule for a channel's rights, where one that is refused must not have all
 * others refused that are asked for beside it.
 */
export async function isReadable(looking: Promise<unknown>): Promise<boolean> {
  try {
    await looking;
    return true;
  } catch (error) {
    if (error instanceof TidingsError && REFUSED.has(error.code)) return false;
    throw error;
  }
}

async function mayRead(db: Db, actor: Actor, board: Pick<BoardRow, 'id' | 'private'>): Promise<boolean> {
  if (actor.moderator) return true;
  if (actor.user !== undefined) await refuseBanned(db, actor.user);
  return board.private === 0 || (actor.user !== undefined && (await isMember(db, board.id, actor.user)));
}

/** @throws TidingsError `forbidden` for who is banned. */
export async function refuseBanned(db: Db, user: string): Promise<void> {
  const ban = await db.selectFrom('forum_bans').select('reason').where('user', '=', user).executeTakeFirst();
  if (ban) throw new TidingsError('forbidden', `You are banned. ${ban.reason}`.trim());
}

async function isMember(db: Db, board: string, user: string): Promise<boolean> {
  const row = await db
    .selectFrom('forum_board_members')
    .select('user')
    .where('board', '=', board)
    .where('user', '=', user)
    .executeTakeFirst();
  return row !== undefined;
}
