/**
 * A presence store knows who is on which channel, over all nodes.
 *
 * A member is a user. Each node says how many sessions of the user it has on the channel; the member is there as long as
 * any node says so, be the number 0 (a node says 0 while it waits whether the user comes back). What a node said holds
 * while the node renews its lease. What every implementation holds, and `runPresenceStoreSuite` checks:
 *
 * - One moment. Each call is atomic, and calls of one node take effect in the order in which they were made.
 * - Told once. Of all calls, over all nodes, the one that makes a user a member, and the one that ends it, return true.
 * - Never behind. Who reads after such a call was fulfilled reads what it did.
 */
import type { PresenceMember } from '@tidings/protocol';

/** What one node knows of one member. */
export interface PresenceEntry {
  readonly channel: string;
  readonly user: string;
  /** The node that says so. */
  readonly node: string;
  /** How many sessions of the user the node has on the channel. */
  readonly sessions: number;
  /** What others are told of the user; the newest said holds. */
  readonly info: unknown;
  /** When it is said, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/** Names what one node said of one member. */
export type PresenceKey = Pick<PresenceEntry, 'channel' | 'user' | 'node'>;

export interface PresenceStore {
  /**
   * Says how many sessions a node has of a user, and renews the node's lease until `until`.
   *
   * @returns whether the user was no member before.
   */
  touch(entry: PresenceEntry, until: number): Promise<boolean>;

  /**
   * Takes back what a node said of a user.
   *
   * @param expiredBy only if the node's lease has run out by then: it may have come back since it was found so.
   * @returns whether the user was a member before and is none any more.
   */
  leave(key: PresenceKey, expiredBy?: number): Promise<boolean>;

  /** One member of a channel, if the user is one. */
  find(channel: string, user: string): Promise<PresenceMember | undefined>;

  /** The members of a channel, in the order in which they came. */
  list(channel: string): Promise<readonly PresenceMember[]>;

  /**
   * Renews a node's lease until `until`.
   *
   * @returns false when it had run out by `now`: others may have taken back what the node said, so it must say all again.
   */
  renew(node: string, until: number, now: number): Promise<boolean>;

  /** What nodes said whose lease has run out by `now`: to be taken back, one by one, with `leave`. */
  expired(now: number): Promise<readonly PresenceKey[]>;

  /** Calls back when the store is there again after it was gone, so that leases may run out that nobody gave up. */
  onBack?(listener: () => void): void;
}
