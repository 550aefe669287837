/**
 * The community: posts, likes, comments, followers.
 *
 * @module
 */

import { TidingsError } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { POST_EVENTS } from '../../events.ts';
import { KITCHEN_NOTIFICATIONS } from '../notifications.ts';
import type { KitchenTables } from '../tables.ts';
import { followRoutes } from './follow-routes.ts';
import { postRoutes } from './post-routes.ts';
import { postExists } from './posts.ts';
import { COMMUNITY_MIGRATIONS } from './tables.ts';

/** The community, and the channels `post:ID`. */
export function communityPart(): KitPart<KitchenTables> {
  return {
    namespaces: ({ db }) => {
      /** Everybody may read what stands in the community. */
      const exists = async ({ rest }: { readonly rest: string }) => {
        if (!(await postExists(db, rest))) throw new TidingsError('not_found', 'There is no such post.');
        return true;
      };
      return {
        post: {
          typing: true,
          rights: {
            subscribe: exists,
            publish: 'nobody',
            typing: async (request) => (await exists(request)) && request.identity.user !== undefined,
          },
          events: POST_EVENTS,
        },
      };
    },
    migrations: COMMUNITY_MIGRATIONS,
    notifications: KITCHEN_NOTIFICATIONS,
    routes(app, tidings) {
      postRoutes(app, tidings);
      followRoutes(app, tidings);
    },
  };
}
