/**
 * The messages and members of one room, kept up to date by events and read again where those have a hole.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../shared/web/call.ts';
import { whenLive } from '../../shared/web/when-live.ts';
import type { Member, Message, RoomChanged, Sent, UserJoined, UserLeft } from '../events.ts';

/** What is known of a room. */
export interface RoomLogState {
  /** By place, without holes. */
  readonly messages: readonly Message[];
  /** Ask for what is older with {@link RoomLog.older}; `null` where the room begins. */
  readonly next: number | null;
  readonly members: readonly Member[];
  readonly loaded: boolean;
  /** What is older is being read. */
  readonly loading: boolean;
  readonly error: unknown;
}

interface Events {
  readonly message: Message;
  readonly message_edited: Pick<Message, 'seq' | 'message'> & { readonly editedAt: string };
  readonly message_deleted: Pick<Message, 'seq'>;
  readonly user_joined: UserJoined;
  readonly user_left: UserLeft;
  readonly room_changed: RoomChanged;
}

type Change = (messages: readonly Message[]) => readonly Message[];

interface Page {
  readonly messages: readonly Message[];
  readonly next: number | null;
}

export interface RoomLogOptions {
  readonly client: Client;
  readonly call: Call;
  readonly roomId: string;
  /** Whose room it is, and how others see them. */
  readonly self: { readonly user: string; readonly name: string };
  /** Messages to begin with: at least those that are unread. */
  readonly first: number;
  /** Told of each message as it comes, one's own too. */
  readonly onMessage: (message: Message) => void;
}

const PAGE = 50;
const MAX_PAGE = 200;

const EMPTY: RoomLogState = {
  messages: [],
  next: null,
  members: [],
  loaded: false,
  loading: false,
  error: undefined,
};

/** Follows a room until it is closed. */
export class RoomLog {
  readonly state: Store<RoomLogState>;
  readonly #options: RoomLogOptions;
  readonly #set: (change: Partial<RoomLogState>) => void;
  readonly #stops: readonly (() => void)[];
  /** For each page that is being read what was changed meanwhile: it may be newer than the page. */
  readonly #meanwhile = new Set<Change[]>();
  readonly #closing = new AbortController();
  #readingMembers: AbortController | undefined;
  /** Only the answer to the newest question counts. */
  #asked = 0;

  constructor(options: RoomLogOptions) {
    const { client, roomId, onMessage } = options;
    this.#options = options;
    const store = createStore<RoomLogState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<Events>(`room:${roomId}`);
    const members = () => void this.#loadMembers();
    this.#stops = [
      channel.on('message', (message) => {
        this.#apply((messages) => put(messages, message));
        onMessage(message);
      }),
      channel.on('message_edited', ({ seq, message, editedAt }) =>
        this.#apply((messages) => edit(messages, seq, message, editedAt)),
      ),
      channel.on('message_deleted', ({ seq }) =>
        this.#apply((messages) =>
          messages.map((each) => (each.seq === seq ? { ...each, message: '', deleted: true } : each)),
        ),
      ),
      channel.on('user_joined', members),
      channel.on('user_left', members),
      channel.on('room_changed', members),
      channel.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
      client.on('delivered', ({ entry: { key, message }, data }) => {
        if (message.type !== 'command' || message.name !== 'send_message') return;
        const sent = data as Sent;
        if (sent.roomId !== roomId) return;
        // The event may come later than the answer; what the visitor wrote never disappears in between.
        const { message: text } = message.data as { readonly message: string };
        const taken = { ...sent, ...options.self, message: text, clientId: key };
        this.#apply((messages) =>
          messages.some(({ seq }) => seq === sent.seq) ? messages : put(messages, taken),
        );
      }),
    ];
  }

  /** Reads the newest messages anew; an error stands in the state. */
  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    void this.#loadMembers();
    try {
      const size = Math.min(MAX_PAGE, Math.max(PAGE, this.#options.first));
      const { messages, next } = await this.#page(size);
      if (asked !== this.#asked) return;
      this.#set({ messages, next, loaded: true, loading: false, error: undefined });
    } catch (error) {
      if (asked === this.#asked) this.#set({ error });
    }
  }

  /** Loads the page before the oldest message. */
  async older(): Promise<void> {
    const { next, loading, loaded } = this.#now;
    if (next === null || loading || !loaded) return;
    const asked = this.#asked;
    this.#set({ loading: true });
    try {
      const page = await this.#page(PAGE, next);
      if (asked !== this.#asked) return;
      this.#set({ messages: [...page.messages, ...this.#now.messages], next: page.next, error: undefined });
    } catch (error) {
      if (asked === this.#asked) this.#set({ error });
    }
    this.#set({ loading: false });
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#asked += 1;
    this.#closing.abort();
    this.#readingMembers?.abort();
  }

  get #now(): RoomLogState {
    return this.state.getSnapshot();
  }

  async #loadMembers(): Promise<void> {
    // An answer that is asked for later is newer.
    this.#readingMembers?.abort();
    this.#readingMembers = new AbortController();
    const { signal } = this.#readingMembers;
    try {
      const { members } = await this.#options.call<{ readonly members: readonly Member[] }>(
        `/rooms/${this.#options.roomId}/members`,
        { signal },
      );
      this.#set({ members });
    } catch {
      // It is beside the point; the messages say what is wrong.
    }
  }

  /** Reads a page; what is changed while it is on its way is changed in it too. */
  async #page(limit: number, before = Number.POSITIVE_INFINITY): Promise<Page> {
    const { call, roomId } = this.#options;
    const query = new URLSearchParams({ limit: String(limit) });
    if (Number.isFinite(before)) query.set('before', String(before));
    const meanwhile: Change[] = [];
    this.#meanwhile.add(meanwhile);
    try {
      const { signal } = this.#closing;
      const { messages, next } = await call<Page>(`/rooms/${roomId}/messages?${query}`, { signal });
      const now = meanwhile.reduce((all, change) => change(all), messages);
      // New messages are no part of an older page.
      return { messages: now.filter(({ seq }) => seq < before), next };
    } finally {
      this.#meanwhile.delete(meanwhile);
    }
  }

  #apply(change: Change): void {
    for (const meanwhile of this.#meanwhile) meanwhile.push(change);
    this.#set({ messages: change(this.#now.messages) });
  }
}

/** Puts a message into its place; one that is there is taken as the newer word only when it is unchanged. */
function put(messages: readonly Message[], message: Message): readonly Message[] {
  const before = messages.find(({ seq }) => seq === message.seq);
  if (before?.editedAt !== undefined || before?.deleted) return messages;
  const others = messages.filter(({ seq }) => seq !== message.seq);
  return [...others, message].toSorted((a, b) => a.seq - b.seq);
}

function edit(
  messages: readonly Message[],
  seq: number,
  message: string,
  editedAt: string,
): readonly Message[] {
  return messages.map((each) =>
    each.seq === seq && !each.deleted && (each.editedAt ?? '') < editedAt
      ? { ...each, message, editedAt }
      : each,
  );
}
