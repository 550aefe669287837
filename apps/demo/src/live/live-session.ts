/**
 * The whole of the live page without its looks: three panes on one channel, and a publisher.
 *
 * @module
 */
import { createStore, type Store } from '../store.ts';
import { later, type Position, type Problem } from './event.ts';
import { Feed } from './feed.ts';
import type { CreateLink } from './link.ts';
import { CommandError } from './native-socket.ts';
import { Publisher, type Receipt } from './publisher.ts';
import { createSocketIoLink } from './socketio-feed.ts';
import { createSseLink } from './sse-feed.ts';
import { createWebSocketLink } from './websocket-feed.ts';

/** The three ways, in the order in which they are shown. */
export const TRANSPORTS = ['websocket', 'socketio', 'sse'] as const;

/** One of the three ways. */
export type Transport = (typeof TRANSPORTS)[number];

/** How the last publish went. */
type Published =
  | { readonly state: 'none' }
  | { readonly state: 'sending'; readonly count: number }
  | { readonly state: 'done'; readonly receipts: readonly Receipt[] }
  | { readonly state: 'failed'; readonly problem: Problem };

/** What the panes have in common. */
export interface LiveState {
  readonly channel: string;
  readonly token: string | undefined;
  readonly published: Published;
  /** The newest place anybody here knows of. */
  readonly head: Position | undefined;
  /** When an event's publish was sent, by the event's id, on the clock of `performance.now()`. */
  readonly sentAt: ReadonlyMap<string, number>;
}

/** Past events that a pane begins with. */
const BEGIN_WITH = 10;
/** Publishes whose time is kept. */
const TIMES_KEPT = 400;

const LINKS: Readonly<Record<Transport, CreateLink>> = {
  websocket: createWebSocketLink,
  socketio: createSocketIoLink,
  sse: createSseLink,
};

export class LiveSession {
  readonly store: Store<LiveState>;
  readonly feeds: Readonly<Record<Transport, Feed>>;
  readonly #publisher = new Publisher();

  constructor(channel: string) {
    this.store = createStore<LiveState>({ ...this.#fresh(channel), token: undefined });
    const feed = (transport: Transport) => {
      const created = new Feed(LINKS[transport]);
      created.store.subscribe(() => this.#learn(created.store.get().position));
      return created;
    };
    this.feeds = { websocket: feed('websocket'), socketio: feed('socketio'), sse: feed('sse') };
  }

  /** Connects all panes. @returns A function that ends everything. */
  start(): () => void {
    this.#followAll();
    return () => {
      for (const transport of TRANSPORTS) this.feeds[transport].stop();
      this.#publisher.close();
    };
  }

  /** Moves all panes to another channel. */
  follow(channel: string): void {
    if (channel === this.store.get().channel) return;
    this.#set(this.#fresh(channel));
    this.#followAll();
  }

  /** Starts all over as the user of a token, or anonymously. */
  authenticate(token: string | undefined): void {
    this.#publisher.authenticate(token);
    this.#set({ ...this.#fresh(this.store.get().channel), token });
    this.#followAll();
  }

  /** Publishes events on the channel, all at once, in their order. */
  async publish(event: string, data: readonly unknown[]): Promise<void> {
    const { channel } = this.store.get();
    const sending: Published = { state: 'sending', count: data.length };
    // How it went is told while nothing was published since, nor another channel followed.
    const tell = (published: Published) => {
      if (this.store.get().published === sending) this.#set({ published });
    };
    this.#set({ published: sending });
    try {
      const receipts = await Promise.all(data.map((each) => this.#publishOne(channel, event, each)));
      tell({ state: 'done', receipts });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      tell({ state: 'failed', problem: error.problem });
    }
  }

  async #publishOne(channel: string, event: string, data: unknown): Promise<Receipt> {
    const at = performance.now();
    const receipt = await this.#publisher.publish({ channel, event, data });
    if (channel === this.store.get().channel) {
      const times = [...this.store.get().sentAt, [receipt.id, at] as const];
      this.#set({ sentAt: new Map(times.slice(-TIMES_KEPT)) });
      this.#learn(receipt);
    }
    return receipt;
  }

  #learn(position: Position | undefined): void {
    const { head } = this.store.get();
    const newest = later(head, position);
    if (newest && (newest.epoch !== head?.epoch || newest.offset !== head.offset))
      this.#set({ head: newest });
  }

  #followAll(): void {
    const { channel, token } = this.store.get();
    for (const transport of TRANSPORTS) this.feeds[transport].follow({ channel, token, last: BEGIN_WITH });
  }

  #fresh(channel: string): Omit<LiveState, 'token'> {
    return { channel, published: { state: 'none' }, head: undefined, sentAt: new Map() };
  }

  #set(change: Partial<LiveState>): void {
    this.store.set({ ...this.store.get(), ...change });
  }
}
