/**
 * What was written: posts of a thread page by page, what they said before, and those with some words in them.
 *
 * @module
 */
import { sql, TidingsError } from '@tidings/server/kit';
import type { Activity, Post } from '../../events.ts';
import { isReadableRow, type ThreadRow } from '../access.ts';
import type { Actor } from '../callers.ts';
import type { Db } from '../tables.ts';
import { likePattern } from './text.ts';
import { activityView, type PostRow, postView, time } from './views.ts';

/** Which posts of a thread; the newest, when nothing is said. */
export interface PostQuery {
  /** What is older than this place. */
  readonly before?: number | undefined;
  /** What is newer than this place. */
  readonly after?: number | undefined;
  /** What stands around this place, with the post there. */
  readonly around?: number | undefined;
  readonly limit: number;
}

export interface PostPage {
  /** Oldest first. */
  readonly posts: readonly Post[];
  /** `before` of the page of older posts; null where there are none. */
  readonly before: number | null;
  /** `after` of the page of newer posts; null where there are none yet. */
  readonly after: number | null;
}

/** Posts of a thread. Places are contiguous, so that what lies beyond a page is known. */
export async function readPosts(
  db: Db,
  { id, last_seq }: ThreadRow,
  { before, after, around, limit }: PostQuery,
): Promise<PostPage> {
  let first = last_seq - limit + 1;
  if (after !== undefined) first = after + 1;
  if (before !== undefined) first = Math.min(before, last_seq + 1) - limit;
  if (around !== undefined) first = Math.min(around - Math.floor((limit - 1) / 2), last_seq - limit + 1);
  const end = Math.min(first + limit - 1, last_seq);
  first = Math.max(first, 1);
  const rows = await db
    .selectFrom('forum_posts')
    .selectAll()
    .where('thread', '=', id)
    .where('seq', '>=', first)
    .where('seq', '<=', end)
    .orderBy('seq')
    .execute();
  return {
    posts: rows.map(postView),
    before: first > 1 && last_seq > 0 ? Math.min(first, last_seq + 1) : null,
    after: end < last_seq ? Math.max(end, 0) : null,
  };
}

/** The newest that happened in a thread, the oldest first. */
export async function recentActivity(db: Db, thread: ThreadRow, limit: number): Promise<readonly Activity[]> {
  const rows = await db
    .selectFrom('forum_posts')
    .selectAll()
    .where('thread', '=', thread.id)
    .where('deleted', '=', 0)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map((row) => activityView(thread, row));
}

/** What a post said before it was changed or deleted, the oldest first. */
export async function editsOf(db: Db, thread: string, seq: number) {
  const rows = await db
    .selectFrom('forum_post_edits')
    .selectAll()
    .where('thread', '=', thread)
    .where('seq', '=', seq)
    .orderBy('version')
    .execute();
  return rows.map(({ content, by, at }) => ({ content, by, timestamp: time(at) }));
}

/** What is shorter is found everywhere. */
const SHORTEST_QUERY = 2;

export interface SearchQuery {
  readonly q: string;
  readonly board?: string | undefined;
  /** `next` of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Posts that somebody may read and that have a text in them, the newest first. @throws TidingsError `bad_cursor`, `invalid_request` */
export async function searchPosts(
  db: Db,
  actor: Actor,
  { q, board, before, limit }: SearchQuery,
): Promise<{ readonly posts: readonly (Post & { readonly title: string })[]; readonly next: string | null }> {
  if (q.trim().length < SHORTEST_QUERY)
    throw new TidingsError('invalid_request', `Search for ${SHORTEST_QUERY} characters or more.`);
  let query = db
    .selectFrom('forum_posts')
    .innerJoin('forum_threads', 'forum_threads.id', 'forum_posts.thread')
    .innerJoin('forum_boards', 'forum_boards.id', 'forum_threads.board')
    .selectAll('forum_posts')
    .select('forum_threads.title')
    .where('forum_posts.deleted', '=', 0)
    .where(isReadableRow(actor))
    .where(sql<boolean>`forum_posts.search like ${likePattern(q)} escape '\\'`)
    .orderBy('forum_posts.at', 'desc')
    .orderBy('forum_posts.thread', 'desc')
    .orderBy('forum_posts.seq', 'desc')
    .limit(limit + 1);
  if (board !== undefined) query = query.where('forum_threads.board', '=', board);
  if (before !== undefined) {
    const [at, thread, seq] = readCursor(before);
    query = query.where((row) =>
      row(
        row.refTuple('forum_posts.at', 'forum_posts.thread', 'forum_posts.seq'),
        '<',
        row.tuple<number, string, number>(at, thread, seq),
      ),
    );
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    posts: page.map(({ title, ...row }) => ({ ...postView(row), title })),
    next: rows.length > limit && last ? writeCursor(last) : null,
  };
}

function writeCursor({ at, thread, seq }: PostRow): string {
  return Buffer.from(JSON.stringify([at, thread, seq])).toString('base64url');
}

/** @throws TidingsError `bad_cursor` */
function readCursor(text: string): readonly [number, string, number] {
  const [, at, thread, seq] =
    /^\[(\d{1,16}),"([\w.-]{1,64})",(\d{1,16})\]$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (thread === undefined) throw new TidingsError('bad_cursor', 'This is no "next" of a page of posts.');
  return [Number(at), thread, Number(seq)];
}
