/**
 * Files of threads.
 *
 * A file comes in pieces that are written as they come, so that no server ever holds a whole one, and is there for others in
 * one transaction, once all of it is.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type Call, type KitTransaction, TidingsError } from '@tidings/server/kit';
import type { File } from '../../events.ts';
import { readableThread } from '../access.ts';
import type { Actor, User } from '../callers.ts';
import { threadChannel } from '../channels.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { lockThread } from '../threads/lock-thread.ts';
import { receive } from './receive.ts';

type Transaction = KitTransaction<ForumTables>;
export type FileRow = ForumTables['forum_files'];

/** Options of files. */
export interface FileOptions {
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Files of one thread. */
  readonly filesPerThread: number;
  /** Files that one user may send within an hour. */
  readonly filesPerHour: number;
  /** Media types that are taken; `image/*` is all images. */
  readonly fileTypes: readonly string[];
}

/** A file that is sent. */
export interface NewFile {
  readonly thread: string;
  /** A post of the sender's that it belongs to. */
  readonly seq?: number | undefined;
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
}

const HOUR = 60 * 60_000;

/** What has not come completely within this is given up, milliseconds. */
const UNFINISHED = HOUR;

const MAX_NAME = 200;

/**
 * Takes a file, and tells the thread once all of it is there.
 *
 * @param callFor what it answers; a repeat under the same key gives the first one's file.
 * @throws TidingsError `not_found`, `forbidden`, `invalid_request`, `unsupported_media_type`, `message_too_large`,
 * `limit_reached`, `rate_limited`, `key_conflict`
 */
export async function addFile(
  forum: Forum,
  user: User,
  { thread, seq, name: given, content }: NewFile,
  options: FileOptions,
  callFor: (asked: unknown) => Call,
): Promise<File> {
  const { db, clock } = forum;
  const name = nameOf(given);
  await requireWritable(db, user, thread, seq);
  const whose = { user: user.user, thread };
  // Of a repeat the file may be among them, which is known once all of it has come.
  const spare = callFor(undefined).key === undefined ? 0 : 1;
  await refuseTooMany(db, clock.now(), whose, {
    filesPerThread: options.filesPerThread + spare,
    filesPerHour: options.filesPerHour + spare,
  });
  const row: FileRow = {
    ...{ id: randomUUID(), thread, seq: seq ?? null, name, type: '', size: 0 },
    ...{ user: user.user, user_name: user.name, at: clock.now(), ready: 0 },
  };
  await db.insertInto('forum_files').values(row).execute();
  let file: File | undefined;
  try {
    const { type, size, hash } = await receive(db, row.id, content, options);
    file = await forum.transaction(
      async (transaction) => {
        // Much may have happened while it came.
        await lockThread(transaction.db, thread);
        await requireWritable(transaction.db, user, thread, seq);
        await refuseTooMany(transaction.db, clock.now(), whose, options, { ready: true });
        const ready = { ...row, type, size, at: clock.now(), ready: 1 };
        await transaction.db.updateTable('forum_files').set(ready).where('id', '=', row.id).execute();
        await tell(transaction, thread, { type: 'file', data: fileView(ready) });
        return fileView(ready);
      },
      { answers: callFor([thread, seq ?? null, name, size, hash]) },
    );
    return file;
  } finally {
    // It failed, or was here before.
    if (file?.id !== row.id) await db.deleteFrom('forum_files').where('id', '=', row.id).execute();
  }
}

/** The files of a thread, the oldest first. */
export async function listFiles(db: Db, thread: string): Promise<readonly File[]> {
  const rows = await db
    .selectFrom('forum_files')
    .selectAll()
    .where('thread', '=', thread)
    .where('ready', '=', 1)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(fileView);
}

/** A file that somebody may read. @throws TidingsError `not_found` */
export async function readableFile(db: Db, actor: Actor, id: string): Promise<FileRow> {
  const row = await db
    .selectFrom('forum_files')
    .selectAll()
    .where('id', '=', id)
    .where('ready', '=', 1)
    .executeTakeFirst();
  if (!row) throw noSuchFile();
  await readableThread(db, actor, row.thread).catch((error: unknown) => {
    throw error instanceof TidingsError && error.code === 'not_found' ? noSuchFile() : error;
  });
  return row;
}

/** Deletes a file: one's own, or for moderators any. @throws TidingsError `not_found`, `forbidden` */
export async function deleteFile(forum: Forum, actor: Actor, id: string): Promise<void> {
  await forum.transaction(async (transaction) => {
    const { user, thread } = await readableFile(transaction.db, actor, id);
    if (!actor.moderator && user !== actor.user)
      throw new TidingsError('forbidden', 'Only who has sent a file, or a moderator, deletes it.');
    await remove(transaction, thread, [id]);
  });
}

/** Deletes the files of a post, with the post. */
export async function deleteFilesOf(transaction: Transaction, thread: string, seq: number): Promise<void> {
  const rows = await transaction.db
    .selectFrom('forum_files')
    .select('id')
    .where('thread', '=', thread)
    .where('seq', '=', seq)
    .execute();
  await remove(
    transaction,
    thread,
    rows.map(({ id }) => id),
  );
}

/** Deletes what never came completely. */
export async function forgetUnfinished({ db, clock }: Forum): Promise<void> {
  await db
    .deleteFrom('forum_files')
    .where('ready', '=', 0)
    .where('at', '<', clock.now() - UNFINISHED)
    .execute();
}

async function remove(transaction: Transaction, thread: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await transaction.db.deleteFrom('forum_files').where('id', '=', id).execute();
    await tell(transaction, thread, { type: 'file_deleted', data: { id } });
  }
}

function tell(
  { publish }: Transaction,
  thread: string,
  { type, data }: { readonly type: string; readonly data: unknown },
): Promise<void> {
  const update = { type, thread_id: thread, data };
  return publish({ channel: threadChannel(thread), event: 'forum_update', data: update });
}

async function requireWritable(db: Db, actor: User, thread: string, seq: number | undefined): Promise<void> {
  const { locked } = await readableThread(db, actor, thread);
  if (locked === 1 && !actor.moderator) throw new TidingsError('forbidden', 'The thread is locked.');
  if (seq === undefined) return;
  const post = await db
    .selectFrom('forum_posts')
    .select('user')
    .where('thread', '=', thread)
    .where('seq', '=', seq)
    .where('deleted', '=', 0)
    .executeTakeFirst();
  if (post?.user !== actor.user)
    throw new TidingsError('forbidden', 'A file is added to a post of one’s own alone.');
}

/** @param which `ready`: only files of which all is there @default also those that come */
async function refuseTooMany(
  db: Db,
  now: number,
  { user, thread }: { readonly user: string; readonly thread: string },
  { filesPerThread, filesPerHour }: Pick<FileOptions, 'filesPerThread' | 'filesPerHour'>,
  { ready = false }: { readonly ready?: boolean } = {},
): Promise<void> {
  const from = ready ? db.selectFrom('forum_files').where('ready', '=', 1) : db.selectFrom('forum_files');
  const { count } = await from
    .select(({ fn }) => fn.countAll().as('count'))
    .where('thread', '=', thread)
    .executeTakeFirstOrThrow();
  if (Number(count) >= filesPerThread)
    throw new TidingsError('limit_reached', `A thread has ${filesPerThread} files at most.`);
  const lately = await from
    .select('at')
    .where('user', '=', user)
    .where('at', '>', now - HOUR)
    .orderBy('at', 'desc')
    .limit(filesPerHour)
    .execute();
  const oldest = lately[filesPerHour - 1];
  if (oldest)
    throw new TidingsError('rate_limited', `One sends ${filesPerHour} files in an hour at most.`, {
      retryAfter: oldest.at + HOUR - now,
    });
}

/** A file's name without whatever leads to it. @throws TidingsError `invalid_request` when nothing is left */
function nameOf(given: string): string {
  const name = given
    .toWellFormed()
    .replaceAll(/\p{C}/gu, '')
    .replace(/^.*[/\\]/, '')
    .trim();
  const cut = [...name].slice(0, MAX_NAME).join('');
  if (/^\.*$/.test(cut)) throw new TidingsError('invalid_request', 'The file needs a name.');
  return cut;
}

function noSuchFile(): TidingsError {
  return new TidingsError('not_found', 'There is no such file.');
}

function fileView({ id, thread, seq, name, type, size, user, user_name, at }: FileRow): File {
  return {
    id,
    thread_id: thread,
    seq,
    name,
    type,
    size,
    user_id: user,
    username: user_name,
    timestamp: new Date(at).toISOString(),
    url: `/api/v1/forum/files/${id}`,
  };
}
