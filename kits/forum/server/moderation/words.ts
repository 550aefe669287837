/**
 * The word list.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Word, WordAction } from '../../events.ts';
import type { Db, Forum } from '../tables.ts';
import { searchText } from '../threads/text.ts';

/** Words of the list. */
const MAX_WORDS = 2000;

export async function listWords(db: Db): Promise<readonly Word[]> {
  const rows = await db.selectFrom('forum_words').selectAll().orderBy('word').execute();
  return rows.map(({ word, action }) => ({ word, action: action as WordAction }));
}

/** Puts a word on the list, or changes what becomes of posts that have it. @throws TidingsError `limit_reached`, `invalid_request` */
export function putWord(forum: Forum, text: string, action: WordAction): Promise<Word> {
  return forum.transaction(async ({ db }) => {
    const word = searchText(text).trim();
    if (word === '') throw new TidingsError('invalid_request', 'The word is empty.');
    const words = await listWords(db);
    if (words.length >= MAX_WORDS && !words.some((known) => known.word === word))
      throw new TidingsError('limit_reached', `There may be ${MAX_WORDS} words.`);
    await db
      .insertInto('forum_words')
      .values({ word, action })
      .onConflict((conflict) => conflict.column('word').doUpdateSet({ action }))
      .execute();
    return { word, action };
  });
}

/** @returns whether it was on the list. */
export async function deleteWord({ db }: Forum, text: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('forum_words')
    .where('word', '=', searchText(text).trim())
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
