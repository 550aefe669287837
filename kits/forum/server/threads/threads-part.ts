/**
 * Boards, their threads and posts.
 *
 * @module
 */
import type { RightsRequest } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { THREAD_EVENTS } from '../../events.ts';
import { isReadable, readableBoard, readableThread } from '../access.ts';
import { actorFrom } from '../callers.ts';
import { NOTIFICATIONS } from '../notifications.ts';
import type { ForumOptions } from '../options.ts';
import type { Forum, ForumTables } from '../tables.ts';
import { boardRoutes } from './board-routes.ts';
import { postRoutes } from './post-routes.ts';
import type { Posts } from './posts.ts';
import { THREAD_MIGRATIONS } from './tables.ts';
import { threadCommands } from './thread-commands.ts';
import { threadRoutes } from './thread-routes.ts';
import { Threads } from './threads.ts';

/** Events of a thread or a board that a client may resume from; older posts are read over HTTP. */
const HISTORY = { size: 1000, ttl: 30 * 24 * 60 * 60 * 1000 };

/** Boards, threads and posts, and the channels `board:ID` and `thread:ID`. */
export function threadsPart(posts: (forum: Forum) => Posts, options: ForumOptions): KitPart<ForumTables> {
  return {
    namespaces: ({ db }: Forum) => {
      const readable = ({ rest, identity }: RightsRequest) =>
        isReadable(readableThread(db, actorFrom(identity), rest));
      return {
        thread: {
          durable: true,
          history: HISTORY,
          presence: true,
          typing: true,
          rights: {
            subscribe: readable,
            publish: 'nobody',
            typing: async (request) => request.identity.user !== undefined && (await readable(request)),
          },
          events: THREAD_EVENTS,
        },
        board: {
          durable: true,
          history: HISTORY,
          rights: {
            subscribe: ({ rest, identity }) => isReadable(readableBoard(db, actorFrom(identity), rest)),
            publish: 'nobody',
          },
          events: THREAD_EVENTS,
        },
      };
    },
    commands: (forum) => threadCommands(forum, posts(forum), options),
    routes(app, forum) {
      const threads = new Threads(forum, posts(forum));
      boardRoutes(app, forum, { ...options, threads });
      threadRoutes(app, forum, { threads });
      postRoutes(app, forum, { ...options, posts: posts(forum) });
    },
    migrations: THREAD_MIGRATIONS,
    notifications: NOTIFICATIONS,
  };
}
