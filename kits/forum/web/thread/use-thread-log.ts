import { useMade } from '../../../shared/web/use-made.ts';
import type { Post } from '../../events.ts';
import type { Forum } from '../forum.ts';
import { ThreadLog } from './thread-log.ts';

/** The log of a thread while it is open. @param news told of each post as it comes */
export function useThreadLog(
  { page: { client, user }, call }: Forum,
  thread: string,
  news: { readonly current: (post: Post) => void },
): ThreadLog | undefined {
  return useMade(
    () => new ThreadLog({ client, call, thread, user, onPost: (post) => news.current(post) }),
    [client, call, thread, user],
  );
}
