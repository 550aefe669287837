/**
 * The shared document of each thread: updates of Yjs, which merge in whatever order they come.
 *
 * An update is written as a row of its own; now and then they are merged into the state, so that opening a document reads
 * little. Updates of one document are written one after the other.
 *
 * @module
 */
import { type Call, type KitTransaction, TidingsError } from '@tidings/server/kit';
import type { DocOpened } from '../../events.ts';
import { readableThread } from '../access.ts';
import type { Actor, User } from '../callers.ts';
import { cursorsChannel, docChannel } from '../channels.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { keepVersion } from './versions.ts';
import { checkUpdate, EMPTY_STATE, mergeStates, missingFrom, vectorOf } from './yjs.ts';

type Transaction = KitTransaction<ForumTables>;
type DocumentRow = ForumTables['forum_documents'];

/** Options of documents. */
export interface DocumentOptions {
  /** Bytes of one document. */
  readonly documentBytes: number;
  /** Milliseconds of editing after which a version is kept. */
  readonly versionInterval: number;
  /** Versions of one document that are kept. */
  readonly versions: number;
}

/** After so many updates they are merged into the state. */
const UPDATES_BETWEEN_STATES = 100;

/**
 * What is in the document of a thread.
 *
 * @param vector the state vector of what the caller has, base64
 * @throws TidingsError `not_found`, `invalid_request`
 */
export async function openDocument(
  forum: Forum,
  actor: Actor,
  thread: string,
  vector?: string,
): Promise<DocOpened> {
  const { locked } = await readableThread(forum.db, actor, thread);
  const channel = docChannel(thread);
  // Before the state, which so has everything that was told up to there.
  const position = await forum.positionOf(channel);
  const state = await readState(forum.db, thread);
  const missing = vector === undefined ? state : missingFrom(state, fromBase64(vector, 'vector'));
  return {
    thread_id: thread,
    channel,
    cursors: cursorsChannel(thread),
    state: toBase64(missing),
    vector: toBase64(vectorOf(state)),
    position,
    writable: mayWrite(actor, locked),
  };
}

/** Everything that is in a document. */
export async function readState(db: Db, thread: string): Promise<Uint8Array> {
  // The updates first: what is merged into the state between the two is in both, and counts once.
  const updates = await db
    .selectFrom('forum_document_updates')
    .select('content')
    .where('thread', '=', thread)
    .orderBy('seq')
    .execute();
  const row = await db
    .selectFrom('forum_documents')
    .select('state')
    .where('thread', '=', thread)
    .executeTakeFirst();
  if (updates.length === 0) return row?.state ?? EMPTY_STATE;
  return mergeStates([row?.state ?? EMPTY_STATE, ...updates.map(({ content }) => content)]);
}

/**
 * Takes an update into a document, and tells it. One that says nothing is taken and not told.
 *
 * @throws TidingsError `not_found`, `forbidden` where the thread is locked, `invalid_request`, `limit_reached`
 */
export async function updateDocument(
  forum: Forum,
  user: User,
  { thread, update: text }: { readonly thread: string; readonly update: string },
  options: DocumentOptions,
  answers?: Call,
): Promise<Record<string, never>> {
  const update = fromBase64(text, 'update');
  const says = checkUpdate(update);
  return forum.transaction(
    async (transaction) => {
      requireWritable(user, await readableThread(transaction.db, user, thread));
      if (says) await write(forum, transaction, { thread, user, update }, options);
      return {};
    },
    { answers },
  );
}

/** Writes an update. @throws TidingsError `limit_reached`, `message_too_large` */
export async function write(
  { clock }: Pick<Forum, 'clock'>,
  transaction: Transaction,
  { thread, user, update }: { readonly thread: string; readonly user: Actor; readonly update: Uint8Array },
  { documentBytes, versionInterval, versions }: DocumentOptions,
): Promise<void> {
  const { db, publish } = transaction;
  const at = clock.now();
  const before = await lockDocument(db, thread, at);
  if (before.seq > 0 && at - before.version_at >= versionInterval) {
    await keepVersion(db, { ...before, state: await readState(db, thread) }, versions);
    before.version_at = at;
  }
  const seq = before.seq + 1;
  await db.insertInto('forum_document_updates').values({ thread, seq, content: update }).execute();
  const merged = await mergeWhenLarge(db, before, {
    seq,
    size: before.size + update.length,
    limit: documentBytes,
  });
  const row = { ...merged, seq, at, user: user.user ?? '', name: user.name, version_at: before.version_at };
  await db.updateTable('forum_documents').set(row).where('thread', '=', thread).execute();
  await publish({
    channel: docChannel(thread),
    event: 'doc_update',
    data: { thread_id: thread, update: toBase64(update), user_id: user.user ?? '' },
    ...(user.user !== undefined && { user: user.user }),
  });
}

/** Merges the updates into the state when they are many, or the document would be too large. @returns what is so now */
async function mergeWhenLarge(
  db: Db,
  { thread, state_seq }: DocumentRow,
  { seq, size, limit }: { readonly seq: number; readonly size: number; readonly limit: number },
): Promise<Partial<DocumentRow>> {
  if (seq - state_seq < UPDATES_BETWEEN_STATES && size <= limit) return { size };
  const state = await readState(db, thread);
  if (state.length > limit)
    throw new TidingsError('limit_reached', `The document is as long as it may be: ${limit} bytes.`);
  await db.deleteFrom('forum_document_updates').where('thread', '=', thread).execute();
  return { state, state_seq: seq, size: state.length };
}

/** Has a document to itself until the end of the transaction; makes it, when there is none. */
export async function lockDocument(db: Db, thread: string, at: number): Promise<DocumentRow> {
  return db
    .insertInto('forum_documents')
    .values({
      thread,
      state: EMPTY_STATE,
      state_seq: 0,
      seq: 0,
      size: 0,
      user: '',
      name: '',
      at,
      version_at: at,
    })
    .onConflict((conflict) => conflict.column('thread').doUpdateSet({ thread }))
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws TidingsError `forbidden` where the thread is locked. */
export function requireWritable(actor: Actor, { locked }: { readonly locked: number }): void {
  if (!mayWrite(actor, locked)) throw new TidingsError('forbidden', 'The thread is locked.');
}

function mayWrite({ user, server, moderator }: Actor, locked: number): boolean {
  return (user !== undefined || server) && (locked === 0 || moderator);
}
