/**
 * Moderation: words, reports, the queue of moderators, bans.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import type { Forum, ForumTables } from '../tables.ts';
import type { Posts } from '../threads/posts.ts';
import { endBans } from './bans.ts';
import { moderationRoutes } from './moderation-routes.ts';
import { MODERATION_MIGRATIONS } from './tables.ts';

/** @param posts of each server */
export function moderationPart(posts: (forum: Forum) => Posts): KitPart<ForumTables> {
  return {
    routes: (app, forum) => moderationRoutes(app, forum, posts(forum)),
    migrations: MODERATION_MIGRATIONS,
    jobs: [{ name: 'end bans', schedule: '* * * * *', run: endBans }],
  };
}
