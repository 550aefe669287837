import type { PresenceMember } from '@tidings/protocol';
import type { PresenceEntry, PresenceKey, PresenceStore } from '../../core/ports/presence-store.ts';

interface Member {
  readonly since: number;
  info: unknown;
  /** Sessions by node. */
  readonly nodes: Map<string, number>;
}

/** Who is on which channel, in this process. */
export class MemoryPresenceStore implements PresenceStore {
  readonly #channels = new Map<string, Map<string, Member>>();
  /** When each node's lease ends. */
  readonly #leases = new Map<string, number>();

  async touch(entry: PresenceEntry, until: number): Promise<boolean> {
    const { channel, user, node, sessions, info, at } = entry;
    this.#leases.set(node, until);
    let members = this.#channels.get(channel);
    if (!members) {
      members = new Map();
      this.#channels.set(channel, members);
    }
    const member = members.get(user);
    if (!member) {
      members.set(user, { since: at, info, nodes: new Map([[node, sessions]]) });
      return true;
    }
    member.info = info;
    member.nodes.set(node, sessions);
    return false;
  }

  async leave({ channel, user, node }: PresenceKey, expiredBy?: number): Promise<boolean> {
    if (expiredBy !== undefined && (this.#leases.get(node) ?? 0) > expiredBy) return false;
    const members = this.#channels.get(channel);
    const member = members?.get(user);
    if (!members || !member?.nodes.delete(node) || member.nodes.size > 0) return false;
    members.delete(user);
    if (members.size === 0) this.#channels.delete(channel);
    return true;
  }

  async find(channel: string, user: string): Promise<PresenceMember | undefined> {
    const member = this.#channels.get(channel)?.get(user);
    return member && toPresenceMember(user, member);
  }

  async list(channel: string): Promise<readonly PresenceMember[]> {
    return [...(this.#channels.get(channel) ?? [])].map(([user, member]) => toPresenceMember(user, member));
  }

  async renew(node: string, until: number, now: number): Promise<boolean> {
    const before = this.#leases.get(node) ?? now;
    this.#leases.set(node, until);
    return before > now;
  }

  async expired(now: number): Promise<readonly PresenceKey[]> {
    const gone = new Set([...this.#leases].filter(([, until]) => until <= now).map(([node]) => node));
    if (gone.size === 0) return [];
    const keys: PresenceKey[] = [];
    for (const [channel, members] of this.#channels)
      for (const [user, { nodes }] of members)
        for (const node of nodes.keys()) if (gone.has(node)) keys.push({ channel, user, node });
    // A node of which nothing is left is forgotten, so that those that come and go leave no trace.
    for (const node of gone) if (!keys.some((key) => key.node === node)) this.#leases.delete(node);
    return keys;
  }
}

function toPresenceMember(user: string, { since, info, nodes }: Member): PresenceMember {
  let sessions = 0;
  for (const count of nodes.values()) sessions += count;
  return { user, sessions: Math.max(1, sessions), since, ...(info === undefined ? {} : { info }) };
}
