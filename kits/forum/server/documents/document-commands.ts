import { type CommandDefinition, defineCommand, type Session, TidingsError } from '@tidings/server/kit';
import { DocAwareness, DocOpen, DocUpdate, InThread } from '../../events.ts';
import { callerOf } from '../callers.ts';
import { cursorsChannel, docChannel } from '../channels.ts';
import { followReadable } from '../follow-readable.ts';
import type { Forum } from '../tables.ts';
import { fromBase64 } from './base64.ts';
import { type Cursors, readCursor } from './cursors.ts';
import { type DocumentOptions, openDocument, updateDocument } from './documents.ts';
import { endCursors } from './end-cursors.ts';

/** The commands of the documents. */
export function documentCommands(
  forum: Forum,
  options: DocumentOptions,
  cursors: Cursors,
): readonly CommandDefinition[] {
  const open = defineCommand({
    name: 'doc_open',
    summary: 'Read the shared document of a thread; a live connection hears of its changes from then on.',
    data: DocOpen,
    authenticated: true,
    idempotent: true,
    exclusive: true,
    async handle({ thread_id, vector, user_id }, { identity, session }) {
      const user = callerOf(identity, user_id);
      const thread = String(thread_id);
      const open = () => openDocument(forum, user, thread, vector);
      const opened = await open();
      // Read once more: what changed before it followed, it has not heard.
      return session ? followReadable(forum, session, [opened.channel, opened.cursors], open) : opened;
    },
  });

  const close = defineCommand({
    name: 'doc_close',
    summary: 'Hear of a document no more.',
    data: InThread,
    live: true,
    authenticated: true,
    idempotent: true,
    exclusive: true,
    async handle({ thread_id, user_id }, { identity, session }) {
      callerOf(identity, user_id);
      const thread = String(thread_id);
      if (session) {
        forum.unfollow(session, [docChannel(thread), cursorsChannel(thread)]);
        await endCursors(forum, cursors, session, thread);
      }
      return {};
    },
  });

  const update = defineCommand({
    name: 'doc_update',
    summary: 'Change the shared document of a thread, by an update of Yjs.',
    data: DocUpdate,
    authenticated: true,
    // An update that comes twice changes nothing the second time, and need not be told again.
    handle({ thread_id, update, user_id }, context) {
      const user = callerOf(context.identity, user_id);
      return updateDocument(forum, user, { thread: String(thread_id), update }, options, context);
    },
  });

  const point = defineCommand({
    name: 'doc_awareness',
    summary: 'Tell where one is in a document, by an awareness update of y-protocols.',
    data: DocAwareness,
    live: true,
    authenticated: true,
    idempotent: true,
    async handle({ thread_id, update, user_id }, { identity, session }) {
      const { user } = callerOf(identity, user_id);
      const thread = String(thread_id);
      const channel = cursorsChannel(thread);
      // Dispatch has refused who has no connection.
      const { subscriptions } = session as Session;
      const cursor = readCursor(fromBase64(update, 'update'));
      const { client, gone } = cursor;
      // Who has closed the document may still take back the cursor that it had there.
      if (!subscriptions.has(channel) && !(gone && cursors.has(session as Session, thread)))
        throw new TidingsError('not_subscribed', 'Open the document first, by doc_open.');
      cursors.take(session as Session, thread, cursor);
      await forum.publish({
        channel,
        event: 'doc_awareness',
        data: { thread_id: thread, update, user_id: user },
        user,
        conflate: String(client),
      });
      return {};
    },
  });

  return [open, close, update, point] as readonly CommandDefinition[];
}
