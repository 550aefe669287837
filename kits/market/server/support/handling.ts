/**
 * What is done with a ticket: it is opened, taken, read and closed.
 *
 * @module
 */
import { type Call, TidingsError } from '@tidings/server/kit';
import type { ChatRead, Ticket } from '../../events.ts';
import type { CallingUser } from '../callers.ts';
import { ticketChannel } from '../channels.ts';
import { holdUser } from '../hold-user.ts';
import type { Database, Market, Transaction } from '../market-part.ts';
import { noSuchOrder } from '../orders/orders.ts';
import { plainLine, plainText } from '../plain-text.ts';
import { addMessage } from './messages.ts';
import { findTicket, lockTicket, type TicketRow, tellTicket, ticketView } from './tickets.ts';

/** What a user opens a ticket with. */
export interface NewTicket {
  readonly subject: string;
  readonly order_id?: number | undefined;
  readonly text?: string | undefined;
}

/** @throws TidingsError `invalid_request`, `not_found` for an order of somebody else, `limit_reached`, `key_conflict`. */
export function openTicket(
  market: Market,
  { user, name }: CallingUser,
  { subject, order_id: order, text }: NewTicket,
  { maxTickets, answers }: { readonly maxTickets: number; readonly answers: Call },
): Promise<Ticket> {
  const line = plainLine(subject, 'subject');
  const first = text === undefined ? undefined : plainText(text, 'text');
  const at = market.clock.now();
  const work = async (transaction: Transaction) => {
    const { db } = transaction;
    await holdUser(db, user);
    if ((await countOpen(db, user)) >= maxTickets)
      throw new TidingsError(
        'limit_reached',
        `A user has at most ${maxTickets} tickets that are not closed.`,
      );
    if (order !== undefined) await requireOrder(db, user, order);
    const ticket = (await db
      .insertInto('market_tickets')
      .values({
        user,
        user_name: name,
        subject: line,
        order: order ?? null,
        status: 'open',
        agent: null,
        agent_name: null,
        last_seq: 0,
        user_unread: 0,
        agent_unread: 0,
        user_read: 0,
        agent_read: 0,
        created: at,
        updated: at,
      })
      .returningAll()
      .executeTakeFirstOrThrow()) as TicketRow;
    if (first === undefined) await tellTicket(transaction, ticket, at, 'queue');
    else
      await addMessage(transaction, ticket, { from: 'user', user, name, text: first, client_id: null, at });
    return ticketView((await findTicket(db, ticket.id)) ?? ticket, 'user');
  };
  return market.transaction(work, { answers });
}

/**
 * Has an agent answer for a ticket. Of two who take it at once one comes second.
 *
 * @throws TidingsError `not_found`, `forbidden` to who is no agent, `conflict` when it is closed, or another agent's.
 */
export function takeTicket(market: Market, caller: CallingUser, id: number): Promise<Ticket> {
  const at = market.clock.now();
  return market.transaction(async (transaction) => {
    const { ticket, side } = await lockTicket(transaction.db, id, caller);
    if (side !== 'agent') throw new TidingsError('forbidden', 'Nobody answers a ticket of their own.');
    if (ticket.status === 'closed') throw new TidingsError('conflict', 'The ticket is closed.');
    if (ticket.agent === caller.user) return ticketView(ticket, side);
    if (ticket.agent !== null)
      throw new TidingsError('conflict', `The ticket was taken by ${ticket.agent_name}.`);
    const changes = { status: 'taken', agent: caller.user, agent_name: caller.name, updated: at } as const;
    await transaction.db.updateTable('market_tickets').set(changes).where('id', '=', id).execute();
    const taken = { ...ticket, ...changes };
    await tellTicket(transaction, taken, at, 'everywhere');
    return ticketView(taken, side);
  });
}

/** Ends a ticket, by either side; one that is closed stays so. @throws TidingsError `not_found`. */
export function closeTicket(market: Market, caller: CallingUser, id: number): Promise<Ticket> {
  const at = market.clock.now();
  return market.transaction(async (transaction) => {
    const { ticket, side } = await lockTicket(transaction.db, id, caller);
    if (ticket.status === 'closed') return ticketView(ticket, side);
    const changes = { status: 'closed', updated: at } as const;
    await transaction.db.updateTable('market_tickets').set(changes).where('id', '=', id).execute();
    const closed = { ...ticket, ...changes };
    await tellTicket(transaction, closed, at, 'everywhere');
    return ticketView(closed, side);
  });
}

/**
 * Marks a ticket as read up to a place, or all of it, for the side of who reads. A place behind what is read already changes
 * nothing, so that devices may tell it in any order.
 *
 * @throws TidingsError `not_found`.
 */
export function markRead(
  market: Market,
  caller: CallingUser,
  { ticket_id: id, seq }: { readonly ticket_id: number; readonly seq?: number | undefined },
): Promise<Ticket> {
  const at = market.clock.now();
  return market.transaction(async (transaction) => {
    const { db, publish } = transaction;
    const { ticket, side } = await lockTicket(db, id, caller);
    const read = Math.min(seq ?? ticket.last_seq, ticket.last_seq);
    if (read <= (side === 'user' ? ticket.user_read : ticket.agent_read)) return ticketView(ticket, side);
    const { count } = await db
      .selectFrom('market_messages')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('ticket', '=', id)
      .where('from', '!=', side)
      .where('seq', '>', read)
      .executeTakeFirstOrThrow();
    const unread = Number(count);
    const changes =
      side === 'user' ? { user_read: read, user_unread: unread } : { agent_read: read, agent_unread: unread };
    await db.updateTable('market_tickets').set(changes).where('id', '=', id).execute();
    const data: ChatRead = { ticket_id: id, by: side, seq: read, at };
    await publish({ channel: ticketChannel(id), event: 'CHAT_READ', data });
    const after = { ...ticket, ...changes };
    // The other agents see that it waits no more.
    if (side === 'agent') await tellTicket(transaction, after, at, 'queue');
    return ticketView(after, side);
  });
}

async function countOpen(db: Database, user: string): Promise<number> {
  const { count } = await db
    .selectFrom('market_tickets')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('user', '=', user)
    .where('status', '!=', 'closed')
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function requireOrder(db: Database, user: string, id: number): Promise<void> {
  const row = await db
    .selectFrom('market_orders')
    .select('id')
    .where('id', '=', id)
    .where(({ eb, or }) => or([eb('buyer', '=', user), eb('seller', '=', user)]))
    .executeTakeFirst();
  if (!row) throw noSuchOrder();
}
