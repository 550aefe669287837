/**
 * The rooms kit: chat for web and mobile apps, on every transport.
 *
 * @module
 */
import { defineKit, type Kit } from '@tidings/server/kit';
import { ROOM_EVENTS } from '../events.ts';
import { roomCommands } from './commands.ts';
import { dialect } from './dialect.ts';
import { Invitations } from './invitations.ts';
import { JoinWebhook } from './join-webhook.ts';
import { Membership } from './membership.ts';
import { Messages } from './messages.ts';
import { notifications } from './notifications.ts';
import { completeOptions, type RoomsOptions, readOptions, type Settings } from './options.ts';
import { UnreadTeller } from './reading.ts';
import { isMember, userChannel } from './rooms.ts';
import { invitationRoutes } from './routes/invitation-routes.ts';
import { memberRoutes } from './routes/member-routes.ts';
import { roomRoutes } from './routes/room-routes.ts';
import { migrations, type Server, type Tables } from './tables.ts';

/** Where mobile clients find the raw WebSocket. */
const WEBSOCKET_PATH = '/api/v1/rooms/ws';

/** How long a client may resume what it missed; what is older is read over HTTP, milliseconds. */
const RESUME_WINDOW = 7 * 24 * 60 * 60 * 1000;

/** The parts of the kit on one server. */
function createParts(tidings: Server, settings: Settings) {
  const { joinWebhook } = settings;
  const webhook = joinWebhook && new JoinWebhook(tidings, joinWebhook);
  const unread = new UnreadTeller(tidings, {
    delay: settings.unreadDelay,
    members: settings.unreadMembers,
  });
  return {
    tidings,
    maxMessage: settings.maxMessage,
    membership: new Membership(tidings, { ...settings, webhook }),
    invitations: new Invitations(tidings),
    messages: new Messages(tidings, { maxAge: settings.maxAge, unread }),
  };
}

/** Makes the kit. @throws Error that says which option is wrong */
export function createRoomsKit(options: RoomsOptions = {}): Kit<Tables> {
  const settings = completeOptions(options);
  const made = new WeakMap<Server, ReturnType<typeof createParts>>();
  const partsOf = (tidings: Server) => {
    const parts = made.get(tidings) ?? createParts(tidings, settings);
    made.set(tidings, parts);
    return parts;
  };
  return defineKit<Tables>({
    name: 'rooms',
    namespaces: ({ db }) => ({
      room: {
        durable: true,
        history: { size: settings.history, ttl: RESUME_WINDOW },
        presence: true,
        typing: true,
        rights: { subscribe: ({ rest, identity }) => isMember(db, rest, identity.user), publish: 'nobody' },
        events: ROOM_EVENTS,
      },
    }),
    commands: (tidings) => roomCommands(partsOf(tidings)),
    routes(app, tidings) {
      const parts = partsOf(tidings);
      roomRoutes(app, parts);
      memberRoutes(app, parts);
      invitationRoutes(app, parts);
    },
    websockets: [
      {
        path: WEBSOCKET_PATH,
        dialect,
        async onOpen(session, tidings) {
          const { user } = session.identity;
          const channel = user === undefined ? undefined : userChannel(user);
          if (channel) await tidings.follow(session, [channel], { byRight: true });
        },
      },
    ],
    notifications,
    migrations,
  });
}

export default createRoomsKit(readOptions(process.env));
