/**
 * Groups, and the channels `group:ID`.
 *
 * @module
 */
import { GROUP_EVENTS } from '../../events.ts';
import type { KitPart } from '../compose-kit.ts';
import type { KitchenTables } from '../tables.ts';
import { groupRoutes } from './group-routes.ts';
import { forgetInvitations, isMember } from './groups.ts';
import { GROUP_MIGRATIONS } from './tables.ts';

/** Households, which join by invitation. */
export function groupsPart(): KitPart<KitchenTables> {
  return {
    namespaces: ({ db }) => ({
      group: {
        durable: true,
        presence: true,
        rights: {
          subscribe: async ({ rest, identity: { user } }) => user !== undefined && isMember(db, rest, user),
          publish: 'nobody',
        },
        events: GROUP_EVENTS,
      },
    }),
    migrations: GROUP_MIGRATIONS,
    routes: groupRoutes,
    jobs: [{ name: 'forget old invitations', schedule: '17 3 * * *', run: forgetInvitations }],
  };
}
