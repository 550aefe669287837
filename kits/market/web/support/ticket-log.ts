/**
 * The messages of one ticket, and what the visitor has written that is still on its way.
 *
 * @module
 */
import type { Client, OutboxEntry, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { ChatMessage, ChatRead, TicketUpdated } from '../../events.ts';
import { LiveState } from '../live-state.ts';

/** A message that is on its way, or was refused. */
export interface Unsent {
  /** The message's id by this client: the key of the command. */
  readonly key: string;
  readonly text: string;
  /** Why it was refused; `undefined` while it waits. */
  readonly error: unknown;
}

/** What is known of a conversation. */
export interface TicketLogState {
  /** By place, the oldest first. */
  readonly messages: readonly ChatMessage[];
  /** Older ones than these are not read yet. */
  readonly older: boolean;
  /** How far each side has read. */
  readonly read: Readonly<Record<'user' | 'agent', number>>;
  readonly unsent: readonly Unsent[];
  readonly loaded: boolean;
  readonly error: unknown;
}

interface SupportEvents {
  readonly CHAT_MESSAGE: ChatMessage;
  readonly CHAT_READ: ChatRead;
  readonly TICKET_UPDATED: TicketUpdated;
}

interface WriteMessage {
  readonly ticket_id: number;
  readonly text: string;
  readonly id: string;
}

const PAGE = 50;
/** Places of messages are counted from here. */
const FIRST = 1;

const EMPTY: TicketLogState = {
  messages: [],
  older: false,
  read: { user: 0, agent: 0 },
  unsent: [],
  loaded: false,
  error: undefined,
};

export interface TicketLogOptions {
  readonly client: Client;
  readonly call: Call;
  /** The ticket. */
  readonly id: number;
  /** Told when the ticket itself is another than before. */
  readonly onTicket: (update: TicketUpdated) => void;
}

/** Follows a ticket until it is closed. */
export class TicketLog {
  readonly state: Store<TicketLogState>;
  readonly #live = new LiveState<TicketLogState>(EMPTY);
  readonly #options: TicketLogOptions;
  readonly #stops: readonly (() => void)[];
  #failed: readonly Unsent[] = [];

  constructor(options: TicketLogOptions) {
    const { client, id, onTicket } = options;
    this.#options = options;
    this.state = this.#live.store;
    const channel = client.channel<SupportEvents>(`support:${id}`);
    this.#stops = [
      channel.on('CHAT_MESSAGE', (message) => this.#live.change((state) => withMessages(state, [message]))),
      channel.on('CHAT_READ', ({ by, seq }) =>
        this.#live.change((state) => ({
          ...state,
          read: { ...state.read, [by]: Math.max(state.read[by], seq) },
        })),
      ),
      channel.on('TICKET_UPDATED', onTicket),
      channel.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
      client.pending.subscribe(() => this.#tell()),
      client.on('delivered', ({ entry, data }) => {
        // The event may come later than the answer; what the visitor wrote never disappears in between.
        if (this.#isOurs(entry)) this.#live.change((state) => withMessages(state, [data as ChatMessage]));
      }),
      client.on('undelivered', ({ entry, error }) => {
        if (!this.#isOurs(entry) || error.code === 'closed') return;
        this.#failed = [...this.#failed, { ...unsentOf(entry), error }];
        this.#tell();
      }),
    ];
    this.#tell();
  }

  /** Reads the newest messages anew; an error stands in the state. */
  async load(): Promise<void> {
    await this.#loadPage('');
  }

  /** Loads the page before the oldest message. */
  async older(): Promise<void> {
    const { messages, older } = this.#live.now;
    const [first] = messages;
    if (older && first) await this.#loadPage(`&before=${first.seq}`);
  }

  /** Writes: at once, or as soon as there is a connection. */
  send(text: string, key: string = crypto.randomUUID()): void {
    const { client, id } = this.#options;
    const data: WriteMessage = { ticket_id: id, text, id: key };
    // What becomes of it is told by the state, also for what an earlier life of the page has written.
    client.command('chat_message', data, { key }).catch(() => {});
  }

  /** Sends what was refused again, as the same message. */
  retry({ key, text }: Unsent): void {
    this.discard(key);
    this.send(text, key);
  }

  /** Forgets what was refused. */
  discard(key: string): void {
    this.#failed = this.#failed.filter((unsent) => unsent.key !== key);
    this.#tell();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#live.forget();
  }

  async #loadPage(rest: string): Promise<void> {
    const { call, id } = this.#options;
    try {
      await this.#live.read(
        'page',
        () =>
          call<{ readonly messages: readonly ChatMessage[] }>(
            `/market/tickets/${id}/messages?limit=${PAGE}${rest}`,
          ),
        (state, { messages }) => ({ ...withMessages(state, messages), loaded: true, error: undefined }),
      );
    } catch (error) {
      this.#live.change((state) => ({ ...state, error, loaded: true }));
    }
  }

  #isOurs({ message }: OutboxEntry): boolean {
    if (message.type !== 'command' || message.name !== 'chat_message') return false;
    return (message.data as WriteMessage).ticket_id === this.#options.id;
  }

  #tell(): void {
    const { entries } = this.#options.client.pending.getSnapshot();
    const waiting = entries.filter((entry) => this.#isOurs(entry)).map(unsentOf);
    this.#live.change((state) => ({ ...state, unsent: [...this.#failed, ...waiting] }));
  }
}

function unsentOf({ key, message }: OutboxEntry): Unsent {
  const { text } = (message as { readonly data: WriteMessage }).data;
  return { key, text, error: undefined };
}

/**
 * Puts messages into their places. What is far newer than all that is known leaves a hole, which is not shown: what is
 * before it is read again by scrolling back.
 */
function withMessages(state: TicketLogState, messages: readonly ChatMessage[]): TicketLogState {
  const all = new Map([...state.messages, ...messages].map((message) => [message.seq, message]));
  const sorted = [...all.values()].toSorted((a, b) => a.seq - b.seq);
  const hole = sorted.findLastIndex(({ seq }, index) => index > 0 && sorted[index - 1]?.seq !== seq - 1);
  const shown = sorted.slice(Math.max(0, hole));
  return { ...state, messages: shown, older: (shown[0]?.seq ?? FIRST) > FIRST };
}
