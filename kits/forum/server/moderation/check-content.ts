/**
 * What is written is looked at before it is a post: words of the list, and links of users who are new.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Actor } from '../callers.ts';
import type { ForumOptions } from '../options.ts';
import type { Db } from '../tables.ts';
import { linksIn, searchText } from '../threads/text.ts';

/** Why a post waits for a moderator. */
export type Held = 'word' | 'links';

/**
 * Whether a post has to wait for a moderator; one of a moderator never does.
 *
 * @param posts that its writer has written before
 * @throws TidingsError `content_refused`
 */
export async function checkPost(
  db: Db,
  actor: Actor,
  content: string,
  posts: number,
  options: ForumOptions,
): Promise<Held | undefined> {
  if (actor.moderator) return undefined;
  if (await hasHeldWord(db, content, options)) return 'word';
  return linksIn(content) > linksOf(posts, options) ? 'links' : undefined;
}

/**
 * Looks at what a post is to say from now on, which cannot wait for a moderator.
 *
 * @param before what it says
 * @param posts that its writer has written
 * @throws TidingsError `content_refused` for every word of the list, and for more links than who is new may write
 */
export async function checkEdit(
  db: Db,
  actor: Actor,
  { before, content, posts }: { readonly before: string; readonly content: string; readonly posts: number },
  options: ForumOptions,
): Promise<void> {
  await checkText(db, actor, content, options);
  // Those that it has were looked at.
  const most = Math.max(linksOf(posts, options), linksIn(before));
  if (!actor.moderator && linksIn(content) > most)
    throw new TidingsError('content_refused', 'Who is new here may not add so many links.');
}

/** How many links a post may have whose writer has written so many before. */
function linksOf(posts: number, { newUserPosts, newUserLinks }: ForumOptions): number {
  return posts < newUserPosts ? newUserLinks : Number.POSITIVE_INFINITY;
}

/** What cannot wait for a moderator, such as a title, is refused for every word. @throws TidingsError `content_refused` */
export async function checkText(db: Db, actor: Actor, text: string, options: Words): Promise<void> {
  if (!actor.moderator && (await hasHeldWord(db, text, options))) throw refused();
}

type Words = Pick<ForumOptions, 'refuseWords' | 'holdWords'>;

async function hasHeldWord(db: Db, text: string, { refuseWords, holdWords }: Words): Promise<boolean> {
  const words = [
    ...(await db.selectFrom('forum_words').selectAll().execute()),
    ...refuseWords.map((word) => ({ word: searchText(word), action: 'refuse' })),
    ...holdWords.map((word) => ({ word: searchText(word), action: 'hold' })),
  ];
  const searched = searchText(text);
  const found = words.filter(({ word }) => hasWord(searched, word));
  if (found.some(({ action }) => action === 'refuse')) throw refused();
  return found.length > 0;
}

function refused(): TidingsError {
  return new TidingsError('content_refused', 'There is a word in it that is not used in this forum.');
}

const OF_A_WORD = /^[\p{L}\p{N}\p{M}]/u;

/** Whether a text has a word as a whole word. Both as {@link searchText} makes them. */
export function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    // What stands around it, one character each, which may be two units long.
    const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
    const end = at + word.length;
    const [after = ''] = text.slice(end, end + 2);
    if (!OF_A_WORD.test(before) && !OF_A_WORD.test(after)) return true;
  }
  return false;
}
