import type { Session } from '@tidings/server/kit';
import type { Forum } from './tables.ts';

/**
 * Has a connection follow channels of what it may read, and then reads it. When it may not read it any more it follows none of
 * them: who loses a right is told to leave what it follows, and so a moment ago was not.
 *
 * @param read refuses who may not
 * @throws whatever `read` throws.
 */
export async function followReadable<T>(
  forum: Forum,
  session: Session,
  channels: readonly string[],
  read: () => Promise<T>,
): Promise<T> {
  const fresh = channels.filter((channel) => !session.subscriptions.has(channel));
  await forum.follow(session, channels, { byRight: true });
  try {
    return await read();
  } catch (error) {
    forum.unfollow(session, fresh);
    throw error;
  }
}
