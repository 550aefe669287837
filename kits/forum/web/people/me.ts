/**
 * Who the visitor is to the forum.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { ForumRead, Me, Status } from '../../events.ts';

/** Knows the visitor until it is closed. */
export class Myself {
  /** `undefined` until it is known. */
  readonly state: Store<Me | undefined>;
  readonly #client: Client;
  readonly #call: Call;
  readonly #set: (me: Me | undefined) => void;
  readonly #stop: () => void;
  /** Only the answer to the newest question counts. */
  #asked = 0;

  constructor(client: Client, call: Call, user: string) {
    this.#client = client;
    this.#call = call;
    const store = createStore<Me | undefined>(undefined, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = store.set;
    const own = client.channel<{ update: ForumRead }>(`user:${user}`);
    const [leave, stop] = [own.subscribe(), whenLive(client, own, () => void this.#load())];
    this.#stop = () => {
      leave();
      stop();
    };
  }

  /** Says how the visitor wants to be seen. @throws ClientError */
  async setStatus(status: Status, text: string): Promise<void> {
    this.#asked += 1;
    await this.#client.command('set_status', { status, text }, { offline: false });
    const me = this.state.getSnapshot();
    if (me) this.#set({ ...me, status, text });
  }

  close(): void {
    this.#asked += 1;
    this.#stop();
  }

  async #load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const me = await this.#call<Me>('/forum/me');
      if (asked === this.#asked) this.#set(me);
    } catch {
      // What a visitor may not do, the server refuses anyway.
    }
  }
}
