/**
 * `/market/tickets`.
 *
 * @module
 */
import { type Static, Type } from '@tidings/server/kit';
import {
  ChatMessage,
  Id,
  OpenTicket,
  ReadTicket,
  TICKET_STATUSES,
  Ticket,
  WriteChatMessage,
} from '../../events.ts';
import { userOf } from '../callers.ts';
import { callOf, KeyHeader } from '../keys.ts';
import type { Market, MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { closeTicket, markRead, openTicket, takeTicket } from './handling.ts';
import { listMessages, writeMessage } from './messages.ts';
import { listTickets, readTicket } from './tickets.ts';

type App = Parameters<NonNullable<MarketPart['routes']>>[0];

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE }));
const Params = Type.Object({ ticket: Id });
const TicketQuery = Type.Object({
  queue: Type.Optional(
    Type.Enum(['1', '0'], {
      description: 'For agents: those of all users; without a status, what is not closed.',
    }),
  ),
  status: Type.Optional(Type.Enum([...TICKET_STATUSES])),
  before: Type.Optional(Id),
  limit: Limit,
});
const MessageQuery = Type.Object({ before: Type.Optional(Id), after: Type.Optional(Id), limit: Limit });
const Next = Type.Optional(Type.Integer({ description: 'Where the next page begins; absent on the last.' }));
const TicketPage = Type.Object({ tickets: Type.Array(Ticket), next: Next });
const MessagePage = Type.Object({ messages: Type.Array(ChatMessage), next: Next });
const Message = Type.Omit(WriteChatMessage, ['ticket_id']);
const Read = Type.Omit(ReadTicket, ['ticket_id']);

interface OfTicket {
  Params: Static<typeof Params>;
}
interface Keyed {
  Headers: Static<typeof KeyHeader>;
}

const security = [{ userToken: [] }];

/** Adds the routes. */
export function supportRoutes(app: App, market: Market, options: Pick<MarketOptions, 'maxTickets'>): void {
  const { db } = market;

  app.post<Keyed & { Body: Static<typeof OpenTicket> }>(
    '/market/tickets',
    {
      schema: {
        security,
        summary: 'Ask the support',
        headers: KeyHeader,
        body: OpenTicket,
        response: { 201: Ticket },
      },
    },
    async (request, reply) => {
      const caller = await userOf(market, request);
      const answers = callOf(
        caller,
        'POST /market/tickets',
        request.headers['idempotency-key'],
        request.body,
      );
      return reply.code(201).send(await openTicket(market, caller, request.body, { ...options, answers }));
    },
  );

  app.get<{ Querystring: Static<typeof TicketQuery> }>(
    '/market/tickets',
    {
      schema: {
        security,
        summary: 'One’s tickets, the newest first; for agents everybody’s',
        querystring: TicketQuery,
        response: { 200: TicketPage },
      },
    },
    async (request) => {
      const { queue, limit = DEFAULT_PAGE, ...query } = request.query;
      return listTickets(db, await userOf(market, request), { ...query, queue: queue === '1', limit });
    },
  );

  app.get<OfTicket>(
    '/market/tickets/:ticket',
    { schema: { security, summary: 'One ticket', params: Params, response: { 200: Ticket } } },
    async (request) => readTicket(db, await userOf(market, request), request.params.ticket),
  );

  app.get<OfTicket & { Querystring: Static<typeof MessageQuery> }>(
    '/market/tickets/:ticket/messages',
    {
      schema: {
        security,
        summary: 'What was said in a ticket, the oldest first; the newest, unless another page is asked for',
        params: Params,
        querystring: MessageQuery,
        response: { 200: MessagePage },
      },
    },
    async (request) => {
      const { limit = DEFAULT_PAGE, ...query } = request.query;
      return listMessages(db, await userOf(market, request), request.params.ticket, { ...query, limit });
    },
  );

  app.post<OfTicket & Keyed & { Body: Static<typeof Message> }>(
    '/market/tickets/:ticket/messages',
    {
      schema: {
        security,
        summary: 'Write in a ticket; a repeat under the same id or key has one effect and the same answer',
        params: Params,
        headers: KeyHeader,
        body: Message,
        response: { 201: ChatMessage },
      },
    },
    async (request, reply) => {
      const caller = await userOf(market, request);
      const draft = { ...request.body, ticket_id: request.params.ticket };
      const key = request.headers['idempotency-key'];
      return reply.code(201).send(await writeMessage(market, caller, draft, key));
    },
  );

  for (const [what, summary, act] of [
    ['take', 'Answer for a ticket, as an agent', takeTicket],
    ['close', 'Close a ticket, as either side', closeTicket],
  ] as const)
    app.post<OfTicket>(
      `/market/tickets/:ticket/${what}`,
      { schema: { security, summary, params: Params, response: { 200: Ticket } } },
      async (request) => act(market, await userOf(market, request), request.params.ticket),
    );

  app.put<OfTicket & { Body: Static<typeof Read> }>(
    '/market/tickets/:ticket/read',
    {
      schema: {
        security,
        summary: 'Say how far one has read',
        params: Params,
        body: Read,
        response: { 200: Ticket },
      },
    },
    async (request) =>
      markRead(market, await userOf(market, request), { ...request.body, ticket_id: request.params.ticket }),
  );
}
