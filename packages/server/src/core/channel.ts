import type { Namespace } from './namespace.ts';
import type { Wire } from './ports/connection.ts';
import type { Session, Subscription } from './session.ts';

/** A channel that someone on this node follows: its subscribers, grouped by the form their bytes take. */
export class Channel {
  readonly name: string;
  readonly namespace: Namespace;
  /** Subscribers that hear events as they come. */
  readonly live = new Map<Wire, Set<Subscription>>();
  /** Subscribers whose past is still being read; what comes meanwhile waits with them. */
  readonly joining = new Set<Subscription>();

  constructor(name: string, namespace: Namespace) {
    this.name = name;
    this.namespace = namespace;
  }

  get size(): number {
    let size = this.joining.size;
    for (const subscriptions of this.live.values()) size += subscriptions.size;
    return size;
  }

  /** Of all its subscribers. */
  get sessions(): readonly Session[] {
    const live = [...this.live.values()].flatMap((group) => [...group]);
    return [...live, ...this.joining].map(({ session }) => session);
  }

  get empty(): boolean {
    return this.live.size === 0 && this.joining.size === 0;
  }

  add(subscription: Subscription): void {
    const { wire } = subscription.session;
    let group = this.live.get(wire);
    if (!group) {
      group = new Set();
      this.live.set(wire, group);
    }
    group.add(subscription);
  }

  delete(subscription: Subscription): void {
    this.joining.delete(subscription);
    const { wire } = subscription.session;
    const group = this.live.get(wire);
    if (group?.delete(subscription) && group.size === 0) this.live.delete(wire);
  }
}
