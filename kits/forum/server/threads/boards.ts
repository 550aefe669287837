/**
 * Boards, and the members of private ones.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import { plainName, plainText } from '../../../shared/server/plain-text.ts';
import type { Board } from '../../events.ts';
import { type BoardRow, isReadableRow, noSuch } from '../access.ts';
import type { Actor } from '../callers.ts';
import { boardChannel, threadChannel } from '../channels.ts';
import { tellRightsChanged } from '../rights-changed.ts';
import type { Db, Forum } from '../tables.ts';
import { boardView } from './views.ts';

/** Boards of one forum. */
const MAX_BOARDS = 500;
/** Members of one private board. */
const MAX_MEMBERS = 10_000;

/** What a moderator says of a board. */
export interface BoardChange {
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly position?: number;
}

/** Boards that somebody may read, in their order. */
export async function listBoards(db: Db, actor: Actor): Promise<readonly Board[]> {
  const rows = await db
    .selectFrom('forum_boards')
    .selectAll()
    .select((row) =>
      row
        .selectFrom('forum_threads')
        .select(({ fn }) => fn.countAll().as('count'))
        .whereRef('forum_threads.board', '=', 'forum_boards.id')
        .as('threads'),
    )
    .where(isReadableRow(actor))
    .orderBy('position')
    .orderBy('id')
    .limit(MAX_BOARDS)
    .execute();
  return rows.map(({ threads, ...row }) => boardView(row, Number(threads)));
}

/** Makes a board, or changes it; what is not said stays as it is. @throws TidingsError `invalid_request`, `limit_reached` */
export async function putBoard(forum: Forum, id: string, change: BoardChange): Promise<Board> {
  const name = plainName(change.name, 'name');
  const { board, threads } = await forum.transaction(async ({ db, publish }) => {
    const before = await lockBoard(db, id);
    const board: BoardRow = {
      id,
      name,
      description: change.description?.trim()
        ? plainText(change.description, 'description')
        : (change.description ?? before?.description ?? ''),
      private: Number(change.private ?? before?.private === 1),
      position: change.position ?? before?.position ?? 0,
      created: before?.created ?? forum.clock.now(),
    };
    if (before) await db.updateTable('forum_boards').set(board).where('id', '=', id).execute();
    else {
      const { count } = await db
        .selectFrom('forum_boards')
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      if (Number(count) >= MAX_BOARDS)
        throw new TidingsError('limit_reached', `There may be ${MAX_BOARDS} boards.`);
      await db
        .insertInto('forum_boards')
        .values(board)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(board))
        .execute();
    }
    const threads = await threadsOf(db, id);
    if (before?.private === 0 && board.private === 1)
      await tellRightsChanged(publish, { channels: [boardChannel(id), ...threads.map(threadChannel)] });
    return { board, threads };
  });
  return boardView(board, threads.length);
}

/** Deletes a board with all that is in it. @throws TidingsError `not_found` */
export function deleteBoard(forum: Forum, id: string): Promise<void> {
  return forum.transaction(async ({ db, publish }) => {
    if (!(await lockBoard(db, id))) throw noSuch('board');
    const threads = await threadsOf(db, id);
    await db.deleteFrom('forum_boards').where('id', '=', id).execute();
    await tellRightsChanged(publish, { channels: [boardChannel(id), ...threads.map(threadChannel)] });
  });
}

/** Holds a board until the end of the transaction. */
function lockBoard(db: Db, id: string): Promise<BoardRow | undefined> {
  return db
    .updateTable('forum_boards')
    .set((row) => ({ position: row.ref('position') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

async function threadsOf(db: Db, board: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('forum_threads').select('id').where('board', '=', board).execute();
  return rows.map(({ id }) => id);
}

export async function listMembers(db: Db, board: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('forum_board_members')
    .select('user')
    .where('board', '=', board)
    .orderBy('user')
    .limit(MAX_MEMBERS)
    .execute();
  return rows.map(({ user }) => user);
}

/** @throws TidingsError `not_found`, `limit_reached` */
export function addMember(forum: Forum, board: string, user: string): Promise<void> {
  return forum.transaction(async ({ db }) => {
    if (!(await lockBoard(db, board))) throw noSuch('board');
    const { count } = await db
      .selectFrom('forum_board_members')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('board', '=', board)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MAX_MEMBERS)
      throw new TidingsError('limit_reached', `A board may have ${MAX_MEMBERS} members.`);
    await db
      .insertInto('forum_board_members')
      .values({ board, user, added: forum.clock.now() })
      .onConflict((conflict) => conflict.columns(['board', 'user']).doNothing())
      .execute();
  });
}

/** Who is no member hears nothing of a private board any more. @throws TidingsError `not_found` */
export function removeMember(forum: Forum, board: string, user: string): Promise<void> {
  return forum.transaction(async ({ db, publish }) => {
    const { numDeletedRows } = await db
      .deleteFrom('forum_board_members')
      .where('board', '=', board)
      .where('user', '=', user)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw new TidingsError('not_found', 'The user is no member of this board.');
    await tellRightsChanged(publish, { user });
  });
}
