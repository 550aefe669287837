/**
 * Groups, and the channels `group:ID`.
 *
 * @module
 */

import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { GROUP_EVENTS } from '../../events.ts';
import { groupChannel } from '../channels.ts';
import type { KitchenTables } from '../tables.ts';
import { groupRoutes } from './group-routes.ts';
import { forgetInvitations, isMember } from './groups.ts';
import { hearGroup, leaveGroup } from './hear-group.ts';
import { GROUP_MIGRATIONS } from './tables.ts';

const GROUP = groupChannel('');

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
    // The server that a member calls does this at once; those where the member's other clients are do it now.
    onPublished(published, tidings) {
      const { channel, event } = published;
      if (!channel.startsWith(GROUP) || (event !== 'GroupMemberLeft' && event !== 'GroupMemberJoined'))
        return;
      const group = channel.slice(GROUP.length);
      const { user_id: user } = published.data as { user_id: string };
      if (event === 'GroupMemberLeft') queueMicrotask(() => leaveGroup(tidings, group, user));
      else
        hearGroup(tidings, group, user).catch((error: unknown) =>
          tidings.log.error({ err: error }, 'a new member could not hear the group'),
        );
    },
    routes: groupRoutes,
    jobs: [{ name: 'forget old invitations', schedule: '17 3 * * *', run: forgetInvitations }],
  };
}
