import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { PresenceStore } from '../../core/ports/presence-store.ts';

/** A member of this node. */
interface Local {
  sessions: number;
  info: unknown;
  /** Runs while the user may come back unnoticed. */
  grace: Timer | undefined;
}

/** That a user came or went, on one channel. */
export interface PresenceChange {
  readonly channel: string;
  readonly event: 'join' | 'leave';
  readonly user: string;
  readonly info: unknown;
}

export interface RosterOptions {
  readonly store: PresenceStore;
  readonly clock: Clock;
  /** Names this node among all. */
  readonly node: string;
  /** How long what this node said holds without being renewed, milliseconds. */
  readonly ttl: number;
  /** How long a user may be away unnoticed, milliseconds. */
  readonly grace: number;
  /** Tells a change; the next change of the channel waits until it is told. */
  readonly tell: (change: PresenceChange) => Promise<unknown>;
  /** The store or the telling failed. */
  readonly onError: (error: unknown) => void;
}

/** A lease is renewed so many times in its life, so that two renewals may fail. */
const RENEWALS = 3;

/** The members this node has, kept in step with the store of all nodes; comings and goings are told. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #channels = new Map<string, Map<string, Local>>();
  /** The newest work of each channel that has work under way. */
  readonly #work = new Map<string, Promise<unknown>>();
  readonly #renewal: Timer;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#renewal = options.clock.every(options.ttl / RENEWALS, () => this.#renew());
    // Before others take this node for dead, which they look for less soon.
    options.store.onBack?.(() => void this.#renewLease().catch(options.onError));
  }

  /** A session of the user came. */
  arrive(channel: string, user: string, info: unknown): void {
    let members = this.#channels.get(channel);
    if (!members) {
      members = new Map();
      this.#channels.set(channel, members);
    }
    const local = members.get(user) ?? { sessions: 0, info, grace: undefined };
    members.set(user, local);
    local.sessions += 1;
    local.info = info;
    local.grace?.cancel();
    local.grace = undefined;
    this.#sync(channel, user);
  }

  /** A session of the user went. @param grace how long the user may be away unnoticed, milliseconds. */
  depart(channel: string, user: string, grace = this.#options.grace): void {
    const local = this.#channels.get(channel)?.get(user);
    if (!local) return;
    local.sessions -= 1;
    if (local.sessions === 0 && grace === 0) this.#forget(channel, user);
    else if (local.sessions === 0)
      local.grace = this.#options.clock.after(grace, () => this.#forget(channel, user));
    this.#sync(channel, user);
  }

  /** What is told of the user has changed. */
  update(channel: string, user: string, info: unknown): void {
    const local = this.#channels.get(channel)?.get(user);
    if (!local) return;
    local.info = info;
    this.#sync(channel, user);
  }

  /** Runs work on a channel after all that was begun there, and before all that comes. */
  inOrder<T>(channel: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#work.get(channel) ?? Promise.resolve()).then(work);
    const done = result
      .catch(() => {})
      .then(() => {
        if (this.#work.get(channel) === done) this.#work.delete(channel);
      });
    this.#work.set(channel, done);
    return result;
  }

  /** Lets go of the timers. What this node said runs out by itself, which is a longer grace for those who come back to another node. */
  close(): void {
    this.#renewal.cancel();
    for (const members of this.#channels.values()) for (const { grace } of members.values()) grace?.cancel();
    this.#channels.clear();
  }

  #forget(channel: string, user: string): void {
    const members = this.#channels.get(channel);
    members?.delete(user);
    if (members?.size === 0) this.#channels.delete(channel);
    this.#sync(channel, user);
  }

  /** Brings the store to what is so when its turn comes, so that changes which cancel each other out are no change. */
  #sync(channel: string, user: string): void {
    const { store, clock, node, ttl, onError } = this.#options;
    this.inOrder(channel, async () => {
      const local = this.#channels.get(channel)?.get(user);
      const at = clock.now();
      if (local) {
        const { sessions, info } = local;
        if (await store.touch({ channel, user, node, sessions, info, at }, at + ttl))
          await this.#tell({ channel, event: 'join', user, info });
      } else if (await store.leave({ channel, user, node })) {
        await this.#tell({ channel, event: 'leave', user, info: undefined });
      }
    }).catch(onError);
  }

  /**
   * Tells a change, and again what is so when the store says otherwise by now: another node, to which the user came or of
   * which they went meanwhile, may have told that before, and what is told last must be so.
   */
  async #tell(change: PresenceChange): Promise<void> {
    const { store, tell } = this.#options;
    const { channel, user } = change;
    for (let told = change; ; ) {
      await tell(told);
      const member = await store.find(channel, user);
      const event = member ? 'join' : 'leave';
      if (event === told.event) return;
      told = { channel, event, user, info: member?.info };
    }
  }

  /** Renews the lease, and says all again when it had run out. */
  async #renewLease(): Promise<void> {
    const { store, clock, node, ttl } = this.#options;
    const now = clock.now();
    if (await store.renew(node, now + ttl, now)) return;
    for (const [channel, members] of this.#channels)
      for (const user of members.keys()) this.#sync(channel, user);
  }

  /** Renews the lease, and takes back what dead nodes said. */
  async #renew(): Promise<void> {
    const { store, clock, onError } = this.#options;
    try {
      await this.#renewLease();
      for (const key of await store.expired(clock.now())) {
        const { channel, user } = key;
        this.inOrder(channel, async () => {
          if (await store.leave(key, clock.now()))
            await this.#tell({ channel, event: 'leave', user, info: undefined });
        }).catch(onError);
      }
    } catch (error) {
      onError(error);
    }
  }
}
