/**
 * Versions of documents: what they were, before somebody changed them after a while.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { DocVersion } from '../../events.ts';
import type { Db, ForumTables } from '../tables.ts';
import { textOf } from './yjs.ts';

type VersionRow = ForumTables['forum_document_versions'];

/** What a document is, and who has made it so. */
type Kept = Pick<VersionRow, 'thread' | 'state' | 'user' | 'name' | 'at'>;

/** Keeps a version; of too many the oldest goes. */
export async function keepVersion(
  db: Db,
  { thread, state, user, name, at }: Kept,
  most: number,
): Promise<void> {
  const characters = textOf(state).length;
  await db
    .insertInto('forum_document_versions')
    .values({ thread, state, user, name, at, characters })
    .execute();
  const last = await db
    .selectFrom('forum_document_versions')
    .select('id')
    .where('thread', '=', thread)
    .orderBy('id', 'desc')
    .offset(most)
    .limit(1)
    .executeTakeFirst();
  if (last)
    await db
      .deleteFrom('forum_document_versions')
      .where('thread', '=', thread)
      .where('id', '<=', last.id)
      .execute();
}

/** The versions of a document, the newest first. */
export async function listVersions(db: Db, thread: string): Promise<readonly DocVersion[]> {
  const rows = await db
    .selectFrom('forum_document_versions')
    .select(['id', 'user', 'name', 'at', 'characters'])
    .where('thread', '=', thread)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(versionView);
}

/** What a version says. @throws TidingsError `not_found` */
export async function readVersion(
  db: Db,
  thread: string,
  id: number,
): Promise<DocVersion & { readonly text: string }> {
  const row = await db
    .selectFrom('forum_document_versions')
    .selectAll()
    .where('thread', '=', thread)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new TidingsError('not_found', 'There is no such version.');
  return { ...versionView(row), text: textOf(row.state) };
}

function versionView({
  id,
  user,
  name,
  at,
  characters,
}: Omit<VersionRow, 'id' | 'thread' | 'state'> & { readonly id: unknown }): DocVersion {
  return {
    id: Number(id),
    user_id: user,
    username: name,
    timestamp: new Date(at).toISOString(),
    characters,
  };
}
