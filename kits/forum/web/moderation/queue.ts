/**
 * What waits for a moderator.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { Ban, QueueItem, Word, WordAction } from '../../events.ts';

/** What a moderator sees. */
export interface QueueState {
  /** The oldest first. */
  readonly items: readonly QueueItem[];
  readonly words: readonly Word[];
  readonly bans: readonly Ban[];
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: QueueState = { items: [], words: [], bans: [], loaded: false, error: undefined };

/** Follows what waits until it is closed. */
export class Queue {
  readonly state: Store<QueueState>;
  readonly #call: Call;
  readonly #set: (change: Partial<QueueState>) => void;
  readonly #reader = new SnapshotReader();
  readonly #stops: readonly (() => void)[];

  constructor(client: Client, call: Call) {
    this.#call = call;
    const store = createStore<QueueState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ queue_changed: object }>('panel:moderation');
    this.#stops = [
      channel.on('queue_changed', () => {
        this.#reader.hear();
        void this.load();
      }),
      channel.onGap(() => void this.load()),
      whenLive(client, channel, () => void this.load()),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    try {
      const read = await this.#reader.read(() =>
        Promise.all([
          this.#call<{ readonly items: readonly QueueItem[] }>('/forum/moderation/queue'),
          this.#call<{ readonly words: readonly Word[] }>('/forum/moderation/words'),
          this.#call<{ readonly bans: readonly Ban[] }>('/forum/moderation/bans'),
        ]),
      );
      if (!read) return;
      const [{ items }, { words }, { bans }] = read;
      this.#set({ items, words, bans, loaded: true, error: undefined });
    } catch (error) {
      this.#set({ error });
    }
  }

  /** Decides on what waits. @throws CallError */
  decide(item: string, action: 'approve' | 'remove'): Promise<void> {
    return this.#do(`/forum/moderation/queue/${encodeURIComponent(item)}`, 'POST', { action });
  }

  /** Puts a word on the list. @throws CallError */
  addWord(word: string, action: WordAction): Promise<void> {
    return this.#do(`/forum/moderation/words/${encodeURIComponent(word)}`, 'PUT', { action });
  }

  /** Takes a word off the list. @throws CallError */
  removeWord(word: string): Promise<void> {
    return this.#do(`/forum/moderation/words/${encodeURIComponent(word)}`, 'DELETE');
  }

  /** Keeps somebody from writing. @throws CallError */
  ban(user: string, reason: string): Promise<void> {
    return this.#do(`/forum/moderation/bans/${encodeURIComponent(user)}`, 'PUT', { reason });
  }

  /** Lets somebody write again. @throws CallError */
  unban(user: string): Promise<void> {
    return this.#do(`/forum/moderation/bans/${encodeURIComponent(user)}`, 'DELETE');
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #do(path: string, method: 'POST' | 'PUT' | 'DELETE', body?: object): Promise<void> {
    await this.#reader.act(() => this.#call(path, { method, ...(body ? { body } : {}) }));
    await this.load();
  }
}
