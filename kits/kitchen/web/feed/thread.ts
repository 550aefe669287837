/**
 * The comments of a post, kept up to date by its channel.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Static } from 'typebox';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { POST_EVENTS } from '../../events.ts';
import type { Comment } from './post.ts';

type Added = Static<(typeof POST_EVENTS)['CommentAdded']>;
type Deleted = Static<(typeof POST_EVENTS)['CommentDeleted']>;

/** What is shown of a post's comments. */
export interface ThreadState {
  /** The oldest first. */
  readonly comments: readonly Comment[];
  /** Where older ones begin. */
  readonly next: string | null;
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: ThreadState = { comments: [], next: null, loaded: false, error: undefined };

/** The comments of one post. */
export class Thread {
  readonly state: Store<ThreadState>;
  readonly #call: Call;
  readonly #path: string;
  readonly #set: (change: Partial<ThreadState>) => void;
  readonly #stops: readonly (() => void)[];
  readonly #deleted = new Set<string>();

  constructor(client: Client, call: Call, post: string) {
    this.#call = call;
    this.#path = `/kitchen/posts/${encodeURIComponent(post)}/comments`;
    const store = createStore<ThreadState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ CommentAdded: Added; CommentDeleted: Deleted }>(`post:${post}`);
    this.#stops = [
      channel.on('CommentAdded', ({ comment_id: id, ...told }) => this.#put([{ id, ...told }])),
      channel.on('CommentDeleted', ({ comment_id }) => this.#drop(comment_id)),
      channel.onGap(() => this.#load()),
      whenLive(client, channel, () => void this.#load()),
    ];
  }

  /** Loads older ones. */
  async older(): Promise<void> {
    await this.#load(this.#now.next ?? undefined);
  }

  /** Writes a comment. @param key the same when it is tried again. @throws CallError */
  async write(content: string, key: string): Promise<void> {
    this.#put([await this.#call<Comment>(this.#path, { body: { content, key } })]);
  }

  /** Deletes a comment. @throws CallError */
  async remove(id: string): Promise<void> {
    await this.#call(`${this.#path}/${encodeURIComponent(id)}`, { method: 'DELETE' });
    this.#drop(id);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  get #now(): ThreadState {
    return this.state.getSnapshot();
  }

  async #load(before?: string): Promise<void> {
    const query = before === undefined ? '' : `?${new URLSearchParams({ before })}`;
    try {
      const { comments, next } = await this.#call<{ comments: readonly Comment[]; next: string | null }>(
        `${this.#path}${query}`,
      );
      if (before === undefined) this.#keepAfter(comments[0]);
      this.#put(comments);
      this.#set({ next, loaded: true, error: undefined });
    } catch (error) {
      this.#set({ error, loaded: true });
    }
  }

  /** Keeps only what came while the newest page was read: what lies before it is read again. */
  #keepAfter(newest: Comment | undefined): void {
    const last = Number(newest?.id ?? 0);
    this.#set({ comments: this.#now.comments.filter(({ id }) => Number(id) > last) });
  }

  #put(given: readonly Comment[]): void {
    const comments = new Map(this.#now.comments.map((comment) => [comment.id, comment]));
    for (const comment of given) if (!this.#deleted.has(comment.id)) comments.set(comment.id, comment);
    this.#set({ comments: [...comments.values()].toSorted((a, b) => Number(a.id) - Number(b.id)) });
  }

  #drop(id: string): void {
    this.#deleted.add(id);
    this.#set({ comments: this.#now.comments.filter((comment) => comment.id !== id) });
  }
}
