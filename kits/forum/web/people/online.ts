/**
 * Who is there, and how they want to be seen.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { OnlineUsers, Person, UserStatusChange } from '../../events.ts';

/** What is known of who is there. */
export interface OnlineState {
  /** By name. */
  readonly people: readonly Person[];
  /** How many there are in all, also those that are not listed. */
  readonly count: number;
  readonly loaded: boolean;
}

/** Follows who is there until it is closed. */
export class Online {
  readonly state: Store<OnlineState>;
  readonly #client: Client;
  readonly #set: (state: OnlineState) => void;
  readonly #stops: readonly (() => void)[];
  readonly #reader = new SnapshotReader();

  constructor(client: Client) {
    this.#client = client;
    const store = createStore<OnlineState>({ people: [], count: 0, loaded: false }, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = store.set;
    const channel = client.channel<{ user_status_change: UserStatusChange }>('panel:online');
    this.#stops = [
      channel.on('user_status_change', (change) => this.#take(change)),
      channel.onGap(() => this.#load()),
      whenLive(client, channel, () => void this.#load()),
    ];
  }

  /** How a user is seen. */
  find(user: string): Person | undefined {
    return this.state.getSnapshot().people.find(({ user_id }) => user_id === user);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    try {
      const list = await this.#reader.read(() =>
        this.#client.command<OnlineUsers>('get_online_users', {}, { offline: false }),
      );
      if (list) this.#set({ people: byName(list.users), count: list.count, loaded: true });
    } catch {
      // It is beside the point; the next change tells.
    }
  }

  #take({ user_id, username, online, status, text }: UserStatusChange): void {
    this.#reader.hear();
    const { people, count, loaded } = this.state.getSnapshot();
    const others = people.filter((each) => each.user_id !== user_id);
    const known = others.length < people.length ? 1 : 0;
    const there = online && status !== 'offline';
    const now = there ? byName([...others, { user_id, username, status, text }]) : others;
    this.#set({ people: now, count: Math.max(now.length, count - known + (there ? 1 : 0)), loaded });
  }
}

function byName(people: readonly Person[]): readonly Person[] {
  return people.toSorted((a, b) => a.username.localeCompare(b.username));
}
