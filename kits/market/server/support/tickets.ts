/**
 * Tickets: what one is, who is who in it, and how they are found.
 *
 * @module
 */
import { type Identity, TidingsError } from '@tidings/server/kit';
import type { ChatMessage, Ticket, TicketUpdated } from '../../events.ts';
import type { CallingUser } from '../callers.ts';
import { SUPPORT_QUEUE, ticketChannel, userChannel } from '../channels.ts';
import type { Database, Transaction } from '../market-part.ts';
import type { Row } from '../tables.ts';

export type TicketRow = Row<'market_tickets'> & { readonly status: Ticket['status'] };
export type MessageRow = Row<'market_messages'>;

/** Who somebody is in a ticket. */
export type Side = ChatMessage['from'];

/** Which tickets are listed. */
export interface TicketQuery {
  /** Those of all users, for agents: without a status, those that are not closed. */
  readonly queue: boolean;
  readonly status?: Ticket['status'] | undefined;
  /** Tickets older than this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Whether somebody answers for the support: the claim `roles` of their token has `support` in it. */
export function isAgent({ claims: { roles } }: Identity): boolean {
  return Array.isArray(roles) && roles.includes('support');
}

/** The same for a ticket that is not there and for one that is none of the caller's business. */
function noSuchTicket(): TidingsError {
  return new TidingsError('not_found', 'There is no such ticket.');
}

/** Who somebody is in a ticket; `undefined` for nobody. An agent's own ticket is one like any user's. */
export function sideIn(
  { user: owner }: Pick<TicketRow, 'user'>,
  identity: Pick<Identity, 'user' | 'claims'>,
): Side | undefined {
  if (identity.user === owner) return 'user';
  return identity.user !== undefined && isAgent(identity as Identity) ? 'agent' : undefined;
}

export async function findTicket(db: Database, id: number): Promise<TicketRow | undefined> {
  const row = await db.selectFrom('market_tickets').selectAll().where('id', '=', id).executeTakeFirst();
  return row as TicketRow | undefined;
}

/**
 * Reads a ticket and holds it until the transaction ends, so that what is done in it is done one after the other.
 *
 * @throws TidingsError `not_found` for who is nobody in it.
 */
export async function lockTicket(
  db: Database,
  id: number,
  { identity }: CallingUser,
): Promise<{ readonly ticket: TicketRow; readonly side: Side }> {
  // Writing a row locks it on PostgreSQL; SQLite has one writer anyhow.
  const ticket = (await db
    .updateTable('market_tickets')
    .set(({ ref }) => ({ last_seq: ref('last_seq') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()) as TicketRow | undefined;
  const side = ticket && sideIn(ticket, identity);
  if (!ticket || !side) throw noSuchTicket();
  return { ticket, side };
}

/** One ticket. @throws TidingsError `not_found`. */
export async function readTicket(db: Database, { identity }: CallingUser, id: number): Promise<Ticket> {
  const ticket = await findTicket(db, id);
  const side = ticket && sideIn(ticket, identity);
  if (!ticket || !side) throw noSuchTicket();
  return ticketView(ticket, side);
}

/** Tickets, the newest first. @throws TidingsError `forbidden` when who is no agent asks for the queue. */
export async function listTickets(
  db: Database,
  { user, identity }: CallingUser,
  { queue, status, before, limit }: TicketQuery,
): Promise<{ readonly tickets: readonly Ticket[]; readonly next?: number }> {
  if (queue && !isAgent(identity))
    throw new TidingsError('forbidden', 'The queue is for those who answer for the support.');
  let query = db
    .selectFrom('market_tickets')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (!queue) query = query.where('user', '=', user);
  if (status !== undefined) query = query.where('status', '=', status);
  else if (queue) query = query.where('status', 'in', ['open', 'taken']);
  if (before !== undefined) query = query.where('id', '<', before);
  const rows = (await query.execute()) as TicketRow[];
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    tickets: page.map((row) => ticketView(row, row.user === user ? 'user' : 'agent')),
    ...(rows.length > limit && last ? { next: last.id } : {}),
  };
}

/** A ticket as one of its sides sees it. */
export function ticketView(row: TicketRow, side: Side): Ticket {
  return { ...ticketOf(row), unread: side === 'user' ? row.user_unread : row.agent_unread };
}

/** Tells that a ticket is another than before: agents, and if it is told to them, too, who is in the ticket and its user, wherever they are. */
export async function tellTicket(
  { publish }: Transaction,
  row: TicketRow,
  at: number,
  where: 'everywhere' | 'queue',
): Promise<void> {
  const event = { event: 'TICKET_UPDATED', data: { ticket: ticketOf(row), at } satisfies TicketUpdated };
  await publish({ channel: SUPPORT_QUEUE, ...event });
  if (where === 'queue') return;
  await publish({ channel: ticketChannel(row.id), ...event });
  const channel = userChannel(row.user);
  if (channel) await publish({ channel, ...event });
}

function ticketOf(row: TicketRow): Omit<Ticket, 'unread'> {
  const { id, user, user_name, subject, order, status, agent, agent_name, last_seq, created, updated } = row;
  return {
    ticket_id: id,
    user_id: user,
    user_name,
    subject,
    order_id: order,
    status,
    agent_id: agent,
    agent_name,
    last_seq,
    channel: ticketChannel(id),
    created,
    updated,
  };
}
