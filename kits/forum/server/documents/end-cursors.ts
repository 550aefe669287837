import type { Session } from '@tidings/server/kit';
import { cursorsChannel } from '../channels.ts';
import type { Forum } from '../tables.ts';
import { toBase64 } from './base64.ts';
import type { Cursors } from './cursors.ts';

/** Tells the others that a connection's cursors are no more. @param thread only of this one @default of all */
export async function endCursors(
  forum: Forum,
  cursors: Cursors,
  session: Session,
  thread?: string,
): Promise<void> {
  for (const { thread: thread_id, client, update } of cursors.end(session, thread))
    await forum.publish({
      channel: cursorsChannel(thread_id),
      event: 'doc_awareness',
      data: { thread_id, update: toBase64(update), user_id: session.identity.user ?? '' },
      conflate: String(client),
    });
}
