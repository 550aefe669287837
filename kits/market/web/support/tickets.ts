/**
 * Conversations with the support: the visitor's own, and for an agent those of everybody.
 *
 * @module
 */
import type { Client, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { ChatMessage, Ticket, TicketUpdated } from '../../events.ts';
import { LiveState } from '../live-state.ts';

/** The tickets that the visitor sees. */
export interface TicketsState {
  /** The one with the newest change first. */
  readonly tickets: readonly Ticket[];
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: TicketsState = { tickets: [], loaded: false, error: undefined };

/** The newest so many are listed. */
const PAGE = 100;

export interface TicketsOptions {
  readonly client: Client;
  readonly call: Call;
  readonly user: string;
  /** Whether the visitor answers those of others. */
  readonly agent: boolean;
}

/** Follows tickets until it is closed. */
export class Tickets {
  readonly state: Store<TicketsState>;
  readonly #live = new LiveState<TicketsState>(EMPTY);
  readonly #call: Call;
  readonly #user: string;
  readonly #agent: boolean;
  readonly #stops: readonly (() => void)[];

  constructor({ client, call, user, agent }: TicketsOptions) {
    this.#call = call;
    this.#user = user;
    this.#agent = agent;
    this.state = this.#live.store;
    const own = client.channel<{ CHAT_MESSAGE: ChatMessage; TICKET_UPDATED: TicketUpdated }>(`user:${user}`);
    const queue = client.channel<{ TICKET_UPDATED: TicketUpdated }>('support:queue');
    const load = () => this.load();
    // An event does not say what is unread, nor does the queue's answer have what is closed.
    const hear = (update: TicketUpdated) => {
      this.heard(update);
      void load();
    };
    this.#stops = [
      own.on('CHAT_MESSAGE', load),
      own.on('TICKET_UPDATED', (update) => this.heard(update)),
      own.onGap(load),
      whenLive(client, own, load),
      ...(agent ? [queue.on('TICKET_UPDATED', hear), queue.onGap(load), whenLive(client, queue, load)] : []),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    await Promise.all([
      this.#loadList('', withTickets),
      this.#agent ? this.#loadList('queue=1', (...all) => this.#withQueue(...all)) : undefined,
    ]);
  }

  /** Opens a ticket. @param key a repeat under it has one effect @throws CallError */
  async open(
    ticket: { readonly subject: string; readonly text: string; readonly order_id?: number },
    key: string,
  ): Promise<Ticket> {
    return this.#taken(await this.#call<Ticket>('/market/tickets', { body: ticket, key }));
  }

  /** Takes a ticket from the queue, or closes one. @throws CallError */
  async act(id: number, what: 'take' | 'close'): Promise<Ticket> {
    return this.#taken(await this.#call<Ticket>(`/market/tickets/${id}/${what}`, { method: 'POST' }));
  }

  /** Everything of a ticket up to a message was read. */
  async read(id: number, seq: number): Promise<void> {
    const ticket = await this.#call<Ticket>(`/market/tickets/${id}/read`, { method: 'PUT', body: { seq } });
    this.#taken(ticket);
  }

  /** Takes what was heard of a ticket. */
  heard({ ticket }: TicketUpdated): void {
    this.#live.change((state) => {
      const unread = state.tickets.find(({ ticket_id: id }) => id === ticket.ticket_id)?.unread ?? 0;
      return withTickets(state, [{ ...ticket, unread }]);
    });
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#live.forget();
  }

  async #loadList(
    which: string,
    take: (state: TicketsState, tickets: readonly Ticket[]) => TicketsState,
  ): Promise<void> {
    try {
      await this.#live.read(
        `list ${which}`,
        () => this.#call<{ readonly tickets: readonly Ticket[] }>(`/market/tickets?limit=${PAGE}&${which}`),
        (state, { tickets }) => ({ ...take(state, tickets), loaded: true, error: undefined }),
      );
    } catch (error) {
      this.#live.change((state) => ({ ...state, error, loaded: true }));
    }
  }

  /** Takes the queue as it is: what is there no more was closed, also where that was not heard. */
  #withQueue(state: TicketsState, queue: readonly Ticket[]): TicketsState {
    const there = new Set(queue.map(({ ticket_id: id }) => id));
    const tickets = state.tickets.filter(
      ({ ticket_id: id, user_id: user, status }) =>
        user === this.#user || status === 'closed' || queue.length === PAGE || there.has(id),
    );
    return withTickets({ ...state, tickets }, queue);
  }

  #taken(ticket: Ticket): Ticket {
    this.#live.change((state) => withTickets(state, [ticket]));
    return ticket;
  }
}

/** Of each ticket the one that was changed last. */
function withTickets(state: TicketsState, tickets: readonly Ticket[]): TicketsState {
  const all = new Map(state.tickets.map((ticket) => [ticket.ticket_id, ticket]));
  for (const ticket of tickets) {
    const known = all.get(ticket.ticket_id);
    if (!known || known.updated <= ticket.updated) all.set(ticket.ticket_id, ticket);
  }
  return { ...state, tickets: [...all.values()].toSorted((a, b) => b.updated - a.updated) };
}
