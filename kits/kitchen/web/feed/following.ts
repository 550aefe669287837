import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';

/** More than these are not asked for. */
const MOST = 1000;

/** Whom the visitor follows. */
export class Following {
  readonly state: Store<ReadonlySet<string>>;
  readonly #call: Call;
  readonly #user: string;
  readonly #set: (users: ReadonlySet<string>) => void;
  readonly #stops: readonly (() => void)[];

  constructor(client: Client, call: Call, user: string) {
    this.#call = call;
    this.#user = user;
    const store = createStore<ReadonlySet<string>>(new Set(), (error) => {
      throw error;
    });
    this.state = store;
    this.#set = store.set;
    const channel = client.channel(`user:${user}`);
    // Where this is not known, everybody can be followed, and following again changes nothing.
    const load = () => void this.#load().catch(() => {});
    this.#stops = [channel.subscribe(), whenLive(client, channel, load)];
  }

  /** Whether a user's posts belong in the visitor's own feed. */
  includes(user: string): boolean {
    return user === this.#user || this.state.getSnapshot().has(user);
  }

  /** Follows a user, or no more. @throws CallError */
  async follow(user: string, active: boolean): Promise<void> {
    const method = active ? 'PUT' : 'DELETE';
    await this.#call(`/kitchen/users/${encodeURIComponent(user)}/follow`, { method });
    const users = new Set(this.state.getSnapshot());
    if (active) users.add(user);
    else users.delete(user);
    this.#set(users);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    const path = `/kitchen/users/${encodeURIComponent(this.#user)}/following?limit=${MOST}`;
    const { users } = await this.#call<{ readonly users: readonly string[] }>(path);
    this.#set(new Set([...users, ...this.state.getSnapshot()]));
  }
}
