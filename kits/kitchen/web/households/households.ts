/**
 * The visitor's households.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Static } from 'typebox';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { MembershipChanged } from '../../events.ts';

/** A household as the server answers it. */
export interface Household {
  readonly id: string;
  readonly name: string;
  readonly members: readonly { readonly user_id: string; readonly name: string; readonly owner: boolean }[];
}

/** What is known of the households. */
export interface HouseholdsState {
  /** The oldest first. */
  readonly households: readonly Household[];
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: HouseholdsState = { households: [], loaded: false, error: undefined };

/** The households that the visitor is in; who comes and goes is heard of. */
export class Households {
  readonly state: Store<HouseholdsState>;
  readonly #client: Client;
  readonly #call: Call;
  readonly #set: (change: Partial<HouseholdsState>) => void;
  readonly #stops = new Map<string, () => void>();
  readonly #stop: () => void;
  readonly #reader = new SnapshotReader();
  #soon = false;
  #closed = false;

  constructor(client: Client, call: Call, user: string) {
    this.#client = client;
    this.#call = call;
    const store = createStore<HouseholdsState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    // What this user does on another device, or an owner with them.
    const own = client.channel<{ MembershipChanged: Static<typeof MembershipChanged> }>(`user:${user}`);
    const stops = [
      own.on('MembershipChanged', () => void this.load()),
      own.onGap(() => this.load()),
      whenLive(client, own, () => void this.load()),
    ];
    this.#stop = () => {
      for (const stop of stops) stop();
    };
  }

  /** Reads them again. */
  async load(): Promise<void> {
    try {
      const read = await this.#reader.read(() =>
        this.#call<{ readonly groups: readonly Household[] }>('/kitchen/groups'),
      );
      if (!read || this.#closed) return;
      const { groups } = read;
      this.#set({ households: groups, loaded: true, error: undefined });
      this.#hear(groups.map(({ id }) => id));
    } catch (error) {
      this.#set({ error, loaded: true });
    }
  }

  /** Makes a household. @throws CallError */
  create(name: string): Promise<Household> {
    return this.#enter('/kitchen/groups', { name });
  }

  /** Joins by an invitation's code. @throws CallError */
  join(code: string): Promise<Household> {
    return this.#enter('/kitchen/groups/join', { code });
  }

  /** Invites a user, who is told, or with `undefined` whoever has the code. @returns the code @throws CallError */
  async invite(id: string, user: string | undefined): Promise<string> {
    const body = user === undefined ? {} : { user_id: user };
    const path = `/kitchen/groups/${encodeURIComponent(id)}/invitations`;
    return (await this.#call<{ readonly code: string }>(path, { body })).code;
  }

  /** Takes a member out, or leaves. @throws CallError */
  async takeOut(id: string, user: string): Promise<void> {
    const path = `/kitchen/groups/${encodeURIComponent(id)}/members/${encodeURIComponent(user)}`;
    await this.#call(path, { method: 'DELETE' });
    await this.load();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#hear([]);
  }

  async #enter(path: string, body: object): Promise<Household> {
    const household = await this.#call<Household>(path, { body });
    await this.load();
    return household;
  }

  /** Reads them once, however many ask for it at the same moment. */
  #loadSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => {
      this.#soon = false;
      if (!this.#closed) void this.load();
    });
  }

  /** Follows these households and no others. */
  #hear(ids: readonly string[]): void {
    for (const [id, stop] of this.#stops)
      if (!ids.includes(id)) {
        stop();
        this.#stops.delete(id);
      }
    for (const id of ids) {
      if (this.#stops.has(id)) continue;
      const channel = this.#client.channel(`group:${id}`);
      const again = () => void this.load();
      const stops = [
        channel.on('GroupMemberJoined', again),
        channel.on('GroupMemberLeft', again),
        channel.onGap(again),
        // Who came between the list and this is heard of nowhere else.
        whenLive(this.#client, channel, () => this.#loadSoon()),
      ];
      this.#stops.set(id, () => {
        for (const stop of stops) stop();
      });
    }
  }
}
