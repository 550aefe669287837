/**
 * The raw WebSocket, and what every client hears without asking.
 *
 * @module
 */
import type { Session, Tidings } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { COMMUNITY_EVENTS } from '../../events.ts';
import { COMMUNITY, groupChannel, userChannel } from '../channels.ts';
import { groupsOf } from '../groups/groups.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { dialect } from './dialect.ts';
import { subscribingCommands } from './subscribing.ts';

/** Where the raw WebSocket is. */
const PATH = '/api/v1/realtime/ws';

/** A household is in few groups; a user in more hears the first of them without asking. */
const MAX_GROUPS = 20;

const HEARTBEAT = 'Heartbeat';

/** What goes with a heartbeat. */
const NOTHING = {};

/** The raw WebSocket, and the channel `kitchen:community`. */
export function realtimePart({ heartbeat }: Pick<KitchenOptions, 'heartbeat'>): KitPart<KitchenTables> {
  return {
    namespaces: {
      kitchen: {
        durable: true,
        history: { size: 1000 },
        rights: { subscribe: ({ channel }) => channel === COMMUNITY, publish: 'nobody' },
        events: COMMUNITY_EVENTS,
      },
    },
    commands: subscribingCommands,
    websockets: [
      {
        path: PATH,
        dialect,
        heartbeat: {
          event: HEARTBEAT,
          data: NOTHING,
          ...(heartbeat === undefined ? {} : { interval: heartbeat }),
        },
        onOpen: welcome,
      },
    ],
  };
}

/**
 * Lets a client hear what is for it, since clients exist that ask for nothing: they send `Subscribe` before the connection
 * is open, where it is lost, or not at all. The first heartbeat says that it is done.
 */
async function welcome(session: Session, tidings: Tidings<KitchenTables>): Promise<void> {
  if (session.provisional) {
    tidings.disconnect(session, 'unauthenticated');
    return;
  }
  const { user } = session.identity;
  const channels = [COMMUNITY];
  if (user !== undefined) {
    const personal = userChannel(user);
    if (personal) channels.push(personal);
    const groups = await groupsOf(tidings.db, user);
    channels.push(...groups.slice(0, MAX_GROUPS).map(groupChannel));
  }
  await tidings.follow(session, channels);
  tidings.send(session, HEARTBEAT, NOTHING);
}
