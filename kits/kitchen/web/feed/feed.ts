/**
 * Posts that the page shows, kept up to date by events and read again where those have a hole.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Static } from 'typebox';
import { type Call, CallError } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { COMMUNITY_EVENTS, POST_EVENTS } from '../../events.ts';
import type { Following } from './following.ts';
import type { Post } from './post.ts';

type Told = Static<(typeof COMMUNITY_EVENTS)['NewCommunityPost']>;
type Counts = Static<(typeof POST_EVENTS)['PostUpdated']>;

/** Which posts: of all, of those one follows, of one author, or one alone. */
export type Which =
  | { readonly of: 'all' | 'followed' }
  | { readonly of: 'author'; readonly author: string }
  | { readonly of: 'post'; readonly post: string };

/** What the page shows. */
export interface FeedState {
  /** The newest first. */
  readonly posts: readonly Post[];
  /** Ids of those that came while the page was open. */
  readonly fresh: ReadonlySet<string>;
  readonly next: string | null;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Page {
  readonly posts: readonly Post[];
  readonly next: string | null;
}

const EMPTY: FeedState = { posts: [], fresh: new Set(), next: null, loaded: false, error: undefined };

/** The posts of a feed, the newest first. */
export class Feed {
  readonly state: Store<FeedState>;
  readonly #call: Call;
  readonly #which: Which;
  readonly #following: Following;
  readonly #set: (change: Partial<FeedState>) => void;
  readonly #stops: readonly (() => void)[];
  /** How many events each post's counts have come from. */
  readonly #heard = new Map<string, number>();
  readonly #deleted = new Set<string>();
  /** What was last asked of each post's like. */
  readonly #liking = new Map<string, Promise<void>>();
  /** Only the answer to the newest question counts. */
  #asked = 0;

  constructor(client: Client, call: Call, which: Which, following: Following) {
    this.#call = call;
    this.#which = which;
    this.#following = following;
    const store = createStore<FeedState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ NewCommunityPost: Told; PostDeleted: { post_id: string } }>(
      'kitchen:community',
    );
    this.#stops = [
      channel.on('NewCommunityPost', (told, { at }) => this.#arrive(told, at)),
      channel.on('PostDeleted', ({ post_id }) => this.drop(post_id)),
      channel.onGap(() => {
        // What came before the hole may be gone by now.
        this.#set({ fresh: new Set() });
        return this.#load();
      }),
      whenLive(client, channel, () => void this.#load()),
    ];
  }

  /** Loads the page after the last. */
  async more(): Promise<void> {
    await this.#load(this.#now.next ?? undefined);
  }

  /** Writes a post. @param key the same when it is tried again. @throws CallError */
  async write(content: string, key: string): Promise<void> {
    this.#add(await this.#call<Post>('/kitchen/posts', { body: { content, key } }));
  }

  /** Likes a post, or no more; shown at once, and taken back if it fails. @throws CallError */
  async like(id: string, liked: boolean): Promise<void> {
    this.#patch(id, { liked });
    // One after the other: requests may arrive in another order than they were made in.
    const before = this.#liking.get(id)?.catch(() => {});
    const mine = Promise.resolve(before).then(() => this.#sendLike(id, liked));
    this.#liking.set(id, mine);
    try {
      await mine;
    } catch (error) {
      if (this.#liking.get(id) === mine) this.#patch(id, { liked: !liked });
      throw error;
    }
  }

  /** Deletes one's own post. @throws CallError */
  async remove(id: string): Promise<void> {
    await this.#call(pathOf(id), { method: 'DELETE' });
    this.drop(id);
  }

  /** Takes what is counted at a post. */
  apply({ post_id: id, likes, comments }: Counts): void {
    this.#heard.set(id, (this.#heard.get(id) ?? 0) + 1);
    this.#patch(id, { likes, comments });
  }

  /** Reads a post again: something was missed. */
  async reload(id: string): Promise<void> {
    try {
      this.#patch(id, await this.#call<Post>(pathOf(id)));
    } catch (error) {
      if (error instanceof CallError && error.code === 'not_found') this.drop(id);
    }
  }

  /** Shows a post no more. */
  drop(id: string): void {
    this.#deleted.add(id);
    this.#set({ posts: this.#now.posts.filter((post) => post.id !== id) });
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#asked += 1;
  }

  get #now(): FeedState {
    return this.state.getSnapshot();
  }

  async #sendLike(id: string, liked: boolean): Promise<void> {
    const heard = this.#heard.get(id);
    const method = liked ? 'PUT' : 'DELETE';
    const { likes, comments } = await this.#call<Post>(`${pathOf(id)}/like`, { method });
    // An event that came meanwhile may know of more than this answer.
    if (this.#heard.get(id) === heard) this.#patch(id, { likes, comments });
  }

  async #load(before?: string): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const heard = new Map(this.#heard);
    const { fresh } = this.#now;
    try {
      const { posts, next } = await this.#read(before);
      if (asked !== this.#asked) return;
      const read = new Set(posts.map(({ id }) => id));
      const known =
        before === undefined ? this.#since(fresh).filter(({ id }) => !read.has(id)) : this.#now.posts;
      const ids = new Set(known.map(({ id }) => id));
      const more = posts.filter(({ id }) => !ids.has(id) && !this.#deleted.has(id));
      // Of what events have told of meanwhile they know more than this answer.
      const shown = new Map(this.#now.posts.map((post) => [post.id, post]));
      const newest = more.map((post) =>
        this.#heard.get(post.id) === heard.get(post.id) ? post : (shown.get(post.id) ?? post),
      );
      this.#set({ posts: [...known, ...newest], next, loaded: true, error: undefined });
    } catch (error) {
      if (asked === this.#asked) this.#set({ error, loaded: true });
    }
  }

  /** What has come while the first page was read. @param known what had come before */
  #since(known: ReadonlySet<string>): readonly Post[] {
    const { posts, fresh } = this.#now;
    return posts.filter(({ id }) => fresh.has(id) && !known.has(id));
  }

  async #read(before: string | undefined): Promise<Page> {
    const which = this.#which;
    if (which.of === 'post') return { posts: [await this.#call<Post>(pathOf(which.post))], next: null };
    const query = new URLSearchParams(which.of === 'author' ? { author: which.author } : { feed: which.of });
    if (before !== undefined) query.set('before', before);
    return this.#call<Page>(`/kitchen/posts?${query}`);
  }

  #arrive({ post_id: id, author_id = '', author_name, content, created_at }: Told, at: number): void {
    const which = this.#which;
    const wanted =
      which.of === 'all' ||
      (which.of === 'author' && which.author === author_id) ||
      (which.of === 'followed' && this.#following.includes(author_id));
    if (!wanted) return;
    const time = created_at ?? new Date(at).toISOString();
    this.#add({ id, author_id, author_name, content, created_at: time, likes: 0, comments: 0, liked: false });
  }

  #add(post: Post): void {
    const { posts, fresh } = this.#now;
    if (this.#deleted.has(post.id) || posts.some(({ id }) => id === post.id)) return;
    this.#set({ posts: [post, ...posts], fresh: new Set(fresh).add(post.id) });
  }

  #patch(id: string, change: Partial<Post>): void {
    this.#set({ posts: this.#now.posts.map((post) => (post.id === id ? { ...post, ...change } : post)) });
  }
}

function pathOf(post: string): string {
  return `/kitchen/posts/${encodeURIComponent(post)}`;
}
