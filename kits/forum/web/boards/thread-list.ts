/**
 * The threads of a board, kept up to date by events.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { ForumActivity, ForumRead, ForumUpdate, MyThread, Thread } from '../../events.ts';

/** What is known of the threads of a board. */
export interface ThreadListState {
  /** Pinned ones first, then the newest activity. */
  readonly threads: readonly MyThread[];
  /** Ids of those that something has happened in while the page was open. */
  readonly fresh: ReadonlySet<string>;
  /** Ask for more with {@link ThreadList.more}. */
  readonly next: string | null;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Page {
  readonly threads: readonly MyThread[];
  readonly next: string | null;
}

type Change = (threads: readonly MyThread[]) => readonly MyThread[];

const EMPTY: ThreadListState = { threads: [], fresh: new Set(), next: null, loaded: false, error: undefined };

export interface ThreadListOptions {
  readonly client: Client;
  readonly call: Call;
  readonly board: string;
  readonly user: string;
  /** Only those whose title has these words; empty is all. */
  readonly search: string;
}

/** Follows the threads of a board until it is closed. */
export class ThreadList {
  readonly state: Store<ThreadListState>;
  readonly #options: ThreadListOptions;
  readonly #set: (change: Partial<ThreadListState>) => void;
  readonly #stops: readonly (() => void)[];
  /** What was changed while a page is on its way, which may have been read before; it is changed there too. */
  #meanwhile: Change[] | undefined;
  /** Only the answer to the newest question counts. */
  #asked = 0;

  constructor(options: ThreadListOptions) {
    const { client, board, user } = options;
    this.#options = options;
    const store = createStore<ThreadListState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ forum_update: ForumUpdate; forum_activity: ForumActivity }>(
      `board:${board}`,
    );
    const own = client.channel<{ update: ForumRead | { readonly kind: 'other' } }>(`user:${user}`);
    this.#stops = [
      channel.on('forum_update', (update) => this.#take(update)),
      channel.on('forum_activity', ({ activity }) => {
        for (const each of activity) this.#happened(each);
      }),
      channel.onGap(() => this.load()),
      own.on('update', (update) => {
        if (update.kind !== 'forum_read') return;
        const { thread_id, read_seq, unread, mode } = update;
        this.#change(thread_id, (thread) =>
          read_seq < thread.read_seq ? thread : { ...thread, read_seq, unread, mode },
        );
      }),
      own.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
    ];
  }

  /** Reads the first page anew; an error stands in the state. */
  load(): Promise<void> {
    return this.#load();
  }

  /** Loads the page after the last. */
  async more(): Promise<void> {
    const { next } = this.#now;
    if (next !== null) await this.#load(next);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#asked += 1;
  }

  get #now(): ThreadListState {
    return this.state.getSnapshot();
  }

  async #load(after?: string): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const meanwhile: Change[] = [];
    this.#meanwhile = meanwhile;
    const { call, board, search } = this.#options;
    const query = new URLSearchParams();
    if (after !== undefined) query.set('after', after);
    if (search !== '') query.set('search', search);
    try {
      const page = await call<Page>(`/forum/boards/${encodeURIComponent(board)}/threads?${query}`);
      if (asked !== this.#asked) return;
      const before = after === undefined ? [] : this.#now.threads;
      const known = new Set(page.threads.map(({ id }) => id));
      const all = [...before.filter(({ id }) => !known.has(id)), ...page.threads];
      const threads = meanwhile.reduce<readonly MyThread[]>((list, change) => change(list), all);
      this.#set({ threads: sorted(threads), next: page.next, loaded: true, error: undefined });
    } catch (error) {
      if (asked === this.#asked) this.#set({ error });
    } finally {
      if (this.#meanwhile === meanwhile) this.#meanwhile = undefined;
    }
  }

  #take(update: ForumUpdate): void {
    switch (update.type) {
      case 'new_thread':
        this.#arrive(update.data);
        return;
      case 'thread_changed': {
        const { data } = update;
        if (data.board_id === this.#options.board)
          this.#change(data.id, (thread) => ({ ...thread, ...data }));
        else this.#drop(data.id);
        return;
      }
      case 'thread_deleted':
        this.#drop(update.data.id);
        return;
      default:
    }
  }

  #arrive(data: Thread): void {
    const { user, search } = this.#options;
    if (search !== '' && !data.title.toLowerCase().includes(search.toLowerCase())) return;
    const own = data.user_id === user;
    const thread: MyThread = {
      ...data,
      read_seq: own ? data.last_seq : 0,
      unread: own ? 0 : data.posts,
      mode: own ? 'follow' : 'none',
    };
    this.#apply((threads) => (threads.some(({ id }) => id === data.id) ? threads : [thread, ...threads]));
    this.#freshen(data.id);
  }

  #happened({ type, thread_id, user_id, username, seq, timestamp }: ForumActivity['activity'][number]): void {
    if (type !== 'post') return;
    const own = user_id === this.#options.user;
    this.#change(thread_id, (thread) =>
      seq <= thread.last_seq
        ? thread
        : {
            ...thread,
            last_seq: seq,
            active: timestamp,
            last_user_id: user_id,
            last_username: username,
            posts: thread.posts + 1,
            unread: own || seq <= thread.read_seq ? thread.unread : thread.unread + 1,
          },
    );
    this.#freshen(thread_id);
  }

  #freshen(id: string): void {
    this.#set({ fresh: new Set(this.#now.fresh).add(id) });
  }

  #drop(id: string): void {
    this.#apply((threads) => threads.filter((thread) => thread.id !== id));
  }

  #change(id: string, of: (thread: MyThread) => MyThread): void {
    this.#apply((threads) => threads.map((thread) => (thread.id === id ? of(thread) : thread)));
  }

  #apply(change: Change): void {
    this.#meanwhile?.push(change);
    this.#set({ threads: sorted(change(this.#now.threads)) });
  }
}

function sorted(threads: readonly MyThread[]): readonly MyThread[] {
  return threads.toSorted(
    (a, b) => Number(b.pinned) - Number(a.pinned) || Date.parse(b.active) - Date.parse(a.active),
  );
}
