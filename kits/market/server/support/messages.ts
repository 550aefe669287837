/**
 * What is said in a ticket: each message is written once, however often it is sent, and heard if and only if it is written.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { TidingsError } from '@tidings/server/kit';
import type { ChatMessage } from '../../events.ts';
import type { CallingUser } from '../callers.ts';
import { ticketChannel, userChannel } from '../channels.ts';
import { excerpt } from '../excerpt.ts';
import type { Database, Market, Transaction } from '../market-part.ts';
import { plainText } from '../plain-text.ts';
import { lockTicket, type MessageRow, readTicket, type Side, type TicketRow, tellTicket } from './tickets.ts';

/** Which part of a ticket's history. */
export interface MessageQuery {
  /** What is older than this place; the newest, when neither is given. */
  readonly before?: number | undefined;
  /** What is newer than this place. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** A message to write. */
export interface Draft {
  readonly ticket_id: number;
  readonly text: string;
  /** The writer's own: a resend under it has one effect. */
  readonly id?: string | number | undefined;
}

/** Characters of a message that a notification shows. */
const EXCERPT = 200;

/** Characters of a subject, and of a name, for which its title has room. */
const SHORT_SUBJECT = 60;
const SHORT_NAME = 30;

/**
 * Writes a message; a repeat under the same `id` (or else `key`) has no effect and the same answer. An agent who answers what
 * nobody has taken takes it.
 *
 * @throws TidingsError `invalid_request`, `not_found`, `conflict` when the ticket is closed, `key_conflict` for another text
 * under the id.
 */
export function writeMessage(
  market: Market,
  caller: CallingUser,
  { ticket_id, text, id }: Draft,
  key?: string,
): Promise<ChatMessage> {
  const message = plainText(text, 'text');
  const clientId = plainText(String(id ?? key ?? randomUUID()), 'id');
  return market.transaction(async (transaction) => {
    const { ticket, side } = await lockTicket(transaction.db, ticket_id, caller);
    const before = await transaction.db
      .selectFrom('market_messages')
      .selectAll()
      .where('ticket', '=', ticket.id)
      .where('user', '=', caller.user)
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    if (before) {
      if (before.text === message) return messageView(before);
      throw new TidingsError('key_conflict', 'Another message was sent under this id.');
    }
    if (ticket.status === 'closed')
      throw new TidingsError('conflict', 'The ticket is closed; open another one.');
    return addMessage(transaction, ticket, {
      from: side,
      user: caller.user,
      name: caller.name,
      text: message,
      client_id: clientId,
      at: market.clock.now(),
    });
  });
}

/** Puts a message into a ticket that is locked, and tells of it. */
export async function addMessage(
  transaction: Transaction,
  before: TicketRow,
  draft: Omit<MessageRow, 'ticket' | 'seq' | 'from'> & { readonly from: Side },
): Promise<ChatMessage> {
  const { from, user, name, at } = draft;
  const takes = from === 'agent' && before.agent === null;
  const ticket: TicketRow = {
    ...before,
    last_seq: before.last_seq + 1,
    updated: at,
    ...(from === 'agent'
      ? { user_unread: before.user_unread + 1 }
      : { agent_unread: before.agent_unread + 1 }),
    ...(takes ? { status: 'taken', agent: user, agent_name: name } : {}),
  };
  const { id, last_seq, updated, user_unread, agent_unread, status, agent, agent_name } = ticket;
  await transaction.db
    .updateTable('market_tickets')
    .set({ last_seq, updated, user_unread, agent_unread, status, agent, agent_name })
    .where('id', '=', id)
    .execute();
  const row: MessageRow = { ...draft, ticket: id, seq: last_seq };
  await transaction.db.insertInto('market_messages').values(row).execute();
  const message = messageView(row);
  await transaction.publish({ channel: ticketChannel(id), event: 'CHAT_MESSAGE', data: message });
  await tellTicket(transaction, ticket, at, takes ? 'everywhere' : 'queue');
  await tellOther(transaction, ticket, message);
  return message;
}

/** Tells the other side also where the ticket is not open; by a notification only of the first that it has not read. */
async function tellOther(
  { publish, notify }: Transaction,
  ticket: TicketRow,
  message: ChatMessage,
): Promise<void> {
  const { from, name, text, seq } = message;
  const toUser = from === 'agent';
  const reader = toUser ? ticket.user : ticket.agent;
  const channel = reader === null ? undefined : userChannel(reader);
  if (reader === null || !channel) return;
  if (toUser) await publish({ channel, event: 'CHAT_MESSAGE', data: message });
  if ((toUser ? ticket.user_unread : ticket.agent_unread) !== 1) return;
  await notify(reader, {
    key: `market-support:${ticket.id}:${seq}`,
    template: toUser ? 'support-answer' : 'support-question',
    values: {
      name: excerpt(name, SHORT_NAME),
      subject: excerpt(ticket.subject, SHORT_SUBJECT),
      text: excerpt(text, EXCERPT),
    },
    url: `/market?ticket=${ticket.id}`,
    data: { event: 'CHAT_MESSAGE', ticket_id: ticket.id, seq },
  });
}

/** The past of a ticket. @throws TidingsError `not_found`. */
export async function listMessages(
  db: Database,
  caller: CallingUser,
  id: number,
  { before, after, limit }: MessageQuery,
): Promise<{ readonly messages: readonly ChatMessage[]; readonly next?: number }> {
  await readTicket(db, caller, id);
  const forwards = after !== undefined;
  let query = db
    .selectFrom('market_messages')
    .selectAll()
    .where('ticket', '=', id)
    .limit(limit + 1);
  if (before !== undefined) query = query.where('seq', '<', before);
  query = forwards ? query.where('seq', '>', after).orderBy('seq') : query.orderBy('seq', 'desc');
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    messages: (forwards ? page : page.reverse()).map(messageView),
    ...(rows.length > limit && last ? { next: last.seq } : {}),
  };
}

function messageView({ ticket, seq, from, user, name, text, client_id, at }: MessageRow): ChatMessage {
  return {
    ticket_id: ticket,
    seq,
    from: from as Side,
    user_id: user,
    name,
    text,
    client_id,
    timestamp: new Date(at).toISOString(),
    at,
  };
}
