/**
 * One pane: a link, its log, and the coming back.
 *
 * @module
 */
import { createStore, type Store } from '../store.ts';
import type { Problem } from './event.ts';
import { EMPTY_LOG, FeedLog, type LogState } from './feed-log.ts';
import type { CreateLink, Ended, Link, Target } from './link.ts';
import { retryDelay } from './retry-delay.ts';

/**
 * - `connecting`: on the way to the first or the next connection
 * - `live`: events come as they happen
 * - `waiting`: the connection was lost; the feed comes back by itself
 * - `cut`: ended by the visitor, until `restore`
 * - `refused`: the server said no; coming back unchanged would not help
 */
export type FeedStatus = 'connecting' | 'live' | 'waiting' | 'cut' | 'refused';

/** Everything a pane shows. */
export interface FeedState extends LogState {
  readonly status: FeedStatus;
  /** What the server said when it last refused or ended the connection. */
  readonly problem: Problem | undefined;
}

export class Feed {
  readonly store: Store<FeedState>;
  readonly #createLink: CreateLink;
  #log = new FeedLog();
  #link: Link | undefined;
  #status: FeedStatus = 'connecting';
  #problem: Problem | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(createLink: CreateLink) {
    this.#createLink = createLink;
    this.store = createStore<FeedState>({ ...EMPTY_LOG, status: 'connecting', problem: undefined });
  }

  /** Follows a channel from scratch; what was followed before is left and forgotten. */
  follow(target: Target): void {
    this.stop();
    this.#log = new FeedLog();
    this.#attempt = 0;
    const log = this.#log;
    this.#link = this.#createLink(target, {
      joined: (joined) => {
        log.joined(joined, Date.now());
        this.#attempt = 0;
        this.#show('live');
      },
      event: (event) => {
        log.event(event, performance.now());
        this.#show(this.#status);
      },
      settled: () => {
        log.settle();
        this.#show(this.#status);
      },
      ended: (ended) => this.#ended(ended),
    });
    this.#open();
  }

  /** Ends the connection and stays away until `restore`. */
  cut(): void {
    if (this.#status === 'cut') return;
    this.#leave();
    this.#log.mark('cut', Date.now());
    this.#show('cut');
  }

  /** Comes back now, after `cut` or `refused`. */
  restore(): void {
    if (this.#status === 'live') return;
    this.#leave();
    this.#attempt = 0;
    this.#open();
  }

  /** Ends the connection for good; `follow` begins anew. */
  stop(): void {
    this.#leave();
    this.#link = undefined;
  }

  #open(): void {
    this.#show('connecting');
    this.#link?.open(this.#log.state.position);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#link?.abort();
  }

  #ended({ problem, reconnect, retryAfter, byItself }: Ended): void {
    if (this.#status === 'live') this.#log.mark('lost', Date.now());
    if (!reconnect) {
      this.#show('refused', problem);
      return;
    }
    this.#show('waiting', problem);
    if (byItself) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), retryDelay(this.#attempt++, retryAfter));
  }

  /** While a connection is retried, what was said last stays to be read. */
  #show(status: FeedStatus, problem = status === 'connecting' ? this.#problem : undefined): void {
    this.#status = status;
    this.#problem = problem;
    this.store.set({ ...this.#log.state, status, problem });
  }
}
