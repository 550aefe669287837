/**
 * A thread and its posts, kept up to date by events and read again where those have a hole.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type {
  Activity,
  File,
  FollowMode,
  ForumActivity,
  ForumRead,
  ForumUpdate,
  MyThread,
  Post,
  Posted,
} from '../../events.ts';

/** What is known of a thread. */
export interface ThreadLogState {
  readonly thread: MyThread | undefined;
  /** By place, without holes. */
  readonly posts: readonly Post[];
  /** One's own that wait for a moderator, the oldest first. */
  readonly held: readonly Post[];
  /** One's own that came by an event and whose answer has not: they may still stand in the outbox. */
  readonly arrived: readonly Post[];
  /** Ask for what is older with {@link ThreadLog.older}; `null` where the thread begins. */
  readonly next: number | null;
  readonly files: readonly File[];
  /** What has happened, the newest first. */
  readonly activity: readonly Activity[];
  readonly loaded: boolean;
  /** What is older is being read. */
  readonly loading: boolean;
  readonly error: unknown;
  /** Somebody has deleted the thread. */
  readonly gone: boolean;
}

interface Events {
  readonly forum_update: ForumUpdate;
  readonly forum_activity: ForumActivity;
}

type Change = (posts: readonly Post[]) => readonly Post[];

interface Page {
  readonly posts: readonly Post[];
  /** Ask for what is older with this. */
  readonly before: number | null;
}

const EMPTY: ThreadLogState = {
  thread: undefined,
  posts: [],
  held: [],
  arrived: [],
  next: null,
  files: [],
  activity: [],
  loaded: false,
  loading: false,
  error: undefined,
  gone: false,
};

const PAGE = 50;
/** Entries of the activity feed. */
const MAX_ACTIVITY = 20;

export interface ThreadLogOptions {
  readonly client: Client;
  readonly call: Call;
  readonly thread: string;
  readonly user: string;
  /** Told of each post as it comes. */
  readonly onPost: (post: Post) => void;
}

/** Follows a thread until it is closed. */
export class ThreadLog {
  readonly state: Store<ThreadLogState>;
  readonly #options: ThreadLogOptions;
  readonly #set: (change: Partial<ThreadLogState>) => void;
  readonly #stops: readonly (() => void)[];
  /** For each page that is being read what was changed meanwhile: it may be newer than the page. */
  readonly #meanwhile = new Set<Change[]>();
  readonly #closing = new AbortController();
  /** Only the answer to the newest question counts. */
  #asked = 0;
  /** What is read of the thread itself, and of its files. */
  readonly #thread = new SnapshotReader();
  readonly #files = new SnapshotReader();

  constructor(options: ThreadLogOptions) {
    const { client, thread, user } = options;
    this.#options = options;
    const store = createStore<ThreadLogState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<Events>(`thread:${thread}`);
    const own = client.channel<{ update: ForumRead | { readonly kind: 'other' } }>(`user:${user}`);
    this.#stops = [
      channel.on('forum_update', (update) => this.#take(update)),
      channel.on('forum_activity', ({ activity }) => this.#happened(activity)),
      channel.onGap(() => this.load()),
      own.on('update', (update) => {
        if (update.kind === 'forum_read' && update.thread_id === thread) this.#read(update);
      }),
      own.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
      client.on('delivered', ({ entry: { message }, data }) => {
        if (message.type === 'command' && message.name === 'forum_post') this.#posted((data as Posted).post);
      }),
    ];
  }

  /** Reads the thread and its newest posts anew; an error stands in the state. */
  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const { call } = this.#options;
    const { signal } = this.#closing;
    const path = this.#path();
    try {
      const [thread, page, files] = await Promise.all([
        this.#thread.read(() => call<MyThread>(path, { signal })),
        this.#page(PAGE),
        this.#files.read(() => call<{ readonly files: readonly File[] }>(`${path}/files`, { signal })),
      ]);
      if (asked !== this.#asked || !thread || !files) return;
      this.#set({ thread, files: files.files, ...page, loaded: true, loading: false, error: undefined });
    } catch (error) {
      if (asked === this.#asked) this.#set({ error });
    }
  }

  /** Loads the page before the oldest post. */
  async older(): Promise<void> {
    const { next, loading, loaded } = this.#now;
    if (next === null || loading || !loaded) return;
    const asked = this.#asked;
    this.#set({ loading: true });
    try {
      const page = await this.#page(PAGE, next);
      if (asked !== this.#asked) return;
      this.#set({ posts: [...page.posts, ...this.#now.posts], next: page.next, error: undefined });
    } catch (error) {
      if (asked === this.#asked) this.#set({ error });
    }
    if (asked === this.#asked) this.#set({ loading: false });
  }

  /** Loads older pages until a post is there. @returns whether it is */
  async find(seq: number): Promise<boolean> {
    for (;;) {
      const { posts, next } = this.#now;
      if (posts.some((post) => post.seq === seq)) return true;
      if (next === null || seq >= (posts[0]?.seq ?? 0)) return false;
      await this.older();
      if (this.#now.next === next) return false;
    }
  }

  /** How far the visitor has read, as the server has answered. */
  readTo(read: number, unread: number): void {
    const { thread } = this.#now;
    this.#thread.hear();
    if (thread && read >= thread.read_seq) this.#set({ thread: { ...thread, read_seq: read, unread } });
  }

  /** What the visitor hears of the thread, as the server has answered. */
  heeds(mode: FollowMode): void {
    const { thread } = this.#now;
    this.#thread.hear();
    if (thread) this.#set({ thread: { ...thread, mode } });
  }

  /** A post was changed, as the server has answered. */
  edited(post: Post): void {
    this.#apply((posts) => edit(posts, post));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#asked += 1;
    this.#closing.abort();
  }

  get #now(): ThreadLogState {
    return this.state.getSnapshot();
  }

  #path(): string {
    return `/forum/threads/${encodeURIComponent(this.#options.thread)}`;
  }

  #take(update: ForumUpdate): void {
    switch (update.type) {
      case 'new_post': {
        const { data: post } = update;
        this.#apply((posts) => put(posts, post));
        const { held, arrived } = this.#now;
        if (post.user_id === this.#options.user) {
          this.#set({
            // One that was held back and let through is told like a new one.
            held: held.filter((each) => each.content !== post.content || each.reply_to !== post.reply_to),
            arrived: [...arrived, post],
          });
        }
        this.#options.onPost(post);
        return;
      }
      case 'post_edited':
        this.edited(update.data);
        return;
      case 'post_deleted': {
        const { seq } = update.data;
        this.#apply((posts) =>
          posts.map((each) => (each.seq === seq ? { ...each, content: '', state: 'deleted' } : each)),
        );
        return;
      }
      case 'thread_changed': {
        this.#thread.hear();
        const { thread } = this.#now;
        if (thread) this.#set({ thread: { ...thread, ...update.data } });
        return;
      }
      case 'thread_deleted':
        this.#set({ gone: true });
        return;
      case 'file': {
        this.#files.hear();
        const others = this.#now.files.filter(({ id }) => id !== update.data.id);
        this.#set({ files: [...others, update.data] });
        return;
      }
      case 'file_deleted':
        this.#files.hear();
        this.#set({ files: this.#now.files.filter(({ id }) => id !== update.data.id) });
        return;
      default:
    }
  }

  #happened(news: readonly Activity[]): void {
    const nameOf = ({ type, thread_id, seq }: Activity) => `${type} ${thread_id} ${seq}`;
    const told = new Set(news.map(nameOf));
    const before = this.#now.activity.filter((each) => !told.has(nameOf(each)));
    this.#set({ activity: [...news.toReversed(), ...before].slice(0, MAX_ACTIVITY) });
  }

  #read({ read_seq, unread, mode }: ForumRead): void {
    this.#thread.hear();
    const { thread } = this.#now;
    if (thread && read_seq >= thread.read_seq) this.#set({ thread: { ...thread, read_seq, unread, mode } });
  }

  /** The server has taken a post of this visitor; the event may come later, and what was written never disappears in between. */
  #posted(post: Post): void {
    if (post.thread_id !== this.#options.thread) return;
    const { held, arrived } = this.#now;
    if (post.seq === null) {
      this.#set({ held: [...held.filter(({ id }) => id !== post.id), post] });
      return;
    }
    const { seq } = post;
    this.#apply((posts) => (posts.some((each) => each.seq === seq) ? posts : put(posts, post)));
    this.#set({ arrived: arrived.filter(({ id }) => id !== post.id) });
  }

  /** Reads a page; what is changed while it is on its way is changed in it too. */
  async #page(
    limit: number,
    before = Number.POSITIVE_INFINITY,
  ): Promise<Pick<ThreadLogState, 'posts' | 'next'>> {
    const query = new URLSearchParams({ limit: String(limit) });
    if (Number.isFinite(before)) query.set('before', String(before));
    const meanwhile: Change[] = [];
    this.#meanwhile.add(meanwhile);
    try {
      const { signal } = this.#closing;
      const page = await this.#options.call<Page>(`${this.#path()}/posts?${query}`, { signal });
      const now = meanwhile.reduce((all, change) => change(all), page.posts);
      // New posts are no part of an older page.
      return { posts: now.filter(({ seq }) => seq !== null && seq < before), next: page.before };
    } finally {
      this.#meanwhile.delete(meanwhile);
    }
  }

  #apply(change: Change): void {
    for (const meanwhile of this.#meanwhile) meanwhile.push(change);
    this.#set({ posts: change(this.#now.posts) });
  }
}

/** Puts a post into its place; one that is there is taken as the newer word only when it is unchanged. */
function put(posts: readonly Post[], post: Post): readonly Post[] {
  const before = posts.find(({ seq }) => seq === post.seq);
  if (before && (before.edited !== null || before.state === 'deleted')) return posts;
  const others = posts.filter(({ seq }) => seq !== post.seq);
  return [...others, post].toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}

function edit(posts: readonly Post[], post: Post): readonly Post[] {
  return posts.map((each) =>
    each.seq === post.seq && each.state !== 'deleted' && (each.edited ?? '') < (post.edited ?? '')
      ? post
      : each,
  );
}
