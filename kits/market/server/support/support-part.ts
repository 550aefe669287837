/**
 * Support: users ask, agents answer, live.
 *
 * @module
 */
import { type CommandDefinition, defineCommand } from '@tidings/server/kit';
import { OfTicket, OpenTicket, ReadTicket, SUPPORT_EVENTS, WriteChatMessage } from '../../events.ts';
import { callingUser } from '../callers.ts';
import { SUPPORT_QUEUE } from '../channels.ts';
import { readId } from '../ids.ts';
import type { Market, MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { closeTicket, markRead, openTicket, takeTicket } from './handling.ts';
import { writeMessage } from './messages.ts';
import { supportRoutes } from './support-routes.ts';
import { SUPPORT_MIGRATIONS } from './tables.ts';
import { SUPPORT_NOTIFICATIONS } from './texts.ts';
import { findTicket, isAgent, sideIn } from './tickets.ts';

type Options = Pick<MarketOptions, 'maxTickets'>;

/** How long a client may resume what it missed; what is older is read over HTTP, milliseconds. */
const RESUME_WINDOW = 7 * 24 * 60 * 60 * 1000;
const HISTORY = 500;

/** The support. */
export function supportPart(options: Options): MarketPart {
  return {
    migrations: SUPPORT_MIGRATIONS,
    notifications: SUPPORT_NOTIFICATIONS,
    namespaces: ({ db }) => ({
      support: {
        durable: true,
        history: { size: HISTORY, ttl: RESUME_WINDOW },
        presence: true,
        typing: true,
        rights: {
          async subscribe({ channel, rest, identity }) {
            if (channel === SUPPORT_QUEUE) return identity.user !== undefined && isAgent(identity);
            const id = readId(rest);
            const ticket = id === undefined ? undefined : await findTicket(db, id);
            return ticket !== undefined && sideIn(ticket, identity) !== undefined;
          },
          publish: 'nobody',
        },
        events: SUPPORT_EVENTS,
      },
    }),
    commands: (market) => supportCommands(market, options),
    routes: (app, market) => supportRoutes(app, market, options),
  };
}

function supportCommands(market: Market, options: Options): readonly CommandDefinition[] {
  const commands = [
    defineCommand({
      name: 'open_ticket',
      summary: 'Ask the support.',
      data: OpenTicket,
      authenticated: true,
      handle: (data, context) =>
        openTicket(market, callingUser(context.identity), data, { ...options, answers: context }),
    }),
    defineCommand({
      name: 'chat_message',
      summary: 'Write in a ticket; a repeat under the same id or key has one effect and the same answer.',
      data: WriteChatMessage,
      authenticated: true,
      // The message's own id says what is a repeat.
      idempotent: true,
      handle: (data, { identity, key }) => writeMessage(market, callingUser(identity), data, key),
    }),
    defineCommand({
      name: 'take_ticket',
      summary: 'Answer for a ticket, as an agent.',
      data: OfTicket,
      authenticated: true,
      idempotent: true,
      handle: ({ ticket_id: id }, { identity }) => takeTicket(market, callingUser(identity), id),
    }),
    defineCommand({
      name: 'close_ticket',
      summary: 'Close a ticket, as either side.',
      data: OfTicket,
      authenticated: true,
      idempotent: true,
      handle: ({ ticket_id: id }, { identity }) => closeTicket(market, callingUser(identity), id),
    }),
    defineCommand({
      name: 'read_ticket',
      summary: 'Say how far one has read, for all of one’s devices.',
      data: ReadTicket,
      authenticated: true,
      idempotent: true,
      handle: (data, { identity }) => markRead(market, callingUser(identity), data),
    }),
  ];
  return commands as readonly CommandDefinition[];
}
