import type { HubObserver } from '../../core/hub-observer.ts';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';

export interface OrphanedMarksOptions {
  readonly clock: Clock;
  /** Whether an event was published on this node. */
  readonly isOwn: (event: ChannelEvent) => boolean;
  /** How long a mark stands whose start is not told again, milliseconds. */
  readonly ttl: number;
  /** Tells that a mark has ended; every node does, under the same key. */
  readonly tell: (stop: {
    readonly channel: string;
    readonly user: string;
    readonly key: string;
  }) => Promise<unknown>;
  /** The end of a mark could not be told. */
  readonly onError: (error: unknown) => void;
}

const PREFIX = 'typing:';

/** Ends the marks of nodes that died before they could. */
export class OrphanedMarks implements HubObserver {
  readonly #options: OrphanedMarksOptions;
  /** By channel and user. */
  readonly #timers = new Map<string, Timer>();

  constructor(options: OrphanedMarksOptions) {
    this.#options = options;
  }

  published(event: ChannelEvent): void {
    if (!event.channel.startsWith(PREFIX)) return;
    const { clock, isOwn, ttl, tell, onError } = this.#options;
    const { user } = event.data as { readonly user: string };
    const channel = event.channel.slice(PREFIX.length);
    const mark = JSON.stringify([channel, user]);
    this.#timers.get(mark)?.cancel();
    this.#timers.delete(mark);
    if (event.event !== 'start' || isOwn(event)) return;
    const end = () => {
      this.#timers.delete(mark);
      tell({ channel, user, key: `stop ${event.id}` }).catch(onError);
    };
    this.#timers.set(mark, clock.after(ttl, end));
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
