/**
 * The boards that the visitor may read, and what is unread in them.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { Board, ForumRead, MyThread } from '../../events.ts';

/** What is known of the boards. */
export interface BoardsState {
  readonly boards: readonly Board[];
  /** Threads that the visitor takes part in and has not read, the newest first. */
  readonly unread: readonly MyThread[];
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: BoardsState = { boards: [], unread: [], loaded: false, error: undefined };

/** Keeps the boards until it is closed. */
export class Boards {
  readonly state: Store<BoardsState>;
  readonly #call: Call;
  readonly #set: (change: Partial<BoardsState>) => void;
  readonly #stops: readonly (() => void)[];
  readonly #reader = new SnapshotReader();

  constructor(client: Client, call: Call, user: string) {
    this.#call = call;
    const store = createStore<BoardsState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const own = client.channel<{ update: ForumRead | { readonly kind: 'other' } }>(`user:${user}`);
    this.#stops = [
      own.on('update', (update) => {
        if (update.kind === 'forum_read') void this.load();
      }),
      own.onGap(() => this.load()),
      whenLive(client, own, () => void this.load()),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    try {
      const read = await this.#reader.read(() =>
        Promise.all([
          this.#call<{ readonly boards: readonly Board[] }>('/forum/boards'),
          this.#call<{ readonly threads: readonly MyThread[] }>('/forum/unread'),
        ]),
      );
      if (read)
        this.#set({ boards: read[0].boards, unread: read[1].threads, loaded: true, error: undefined });
    } catch (error) {
      this.#set({ error });
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }
}
