/**
 * What a client follows: each channel once, however many want it, asked for in one message a tick and again after every
 * reconnect.
 *
 * @module
 */
import type { EventMessage } from '@tidings/protocol';
import { type ClientError, errorFrom } from '../client-error.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Answer } from '../connection/calls.ts';
import { mayPass, RETRY } from '../may-pass.ts';
import type { ChannelAnswer, ClientMessage } from '../wire.ts';
import type { Feed } from './feed.ts';

export interface SubscriptionsOptions {
  readonly clock: Clock;
  readonly live: () => boolean;
  readonly request: (message: ClientMessage) => Promise<Answer>;
  /** Something is wanted: a connection is needed. */
  readonly need: () => void;
  /** Where a channel was before a reload. */
  readonly kept: (channel: string) => string | undefined;
}

/** Channels of one message, so that it stays within what a server takes. */
const CHUNK = 200;

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  /** Those that are wanted, or that the server still has to be told are not. */
  readonly #feeds = new Map<string, Feed>();
  #soon = false;
  #retry: Timer | undefined;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Wants a channel. @returns wants it no more. */
  hold(feed: Feed): () => void {
    feed.holders += 1;
    if (feed.holders === 1) {
      if (!this.#feeds.has(feed.name)) {
        this.#feeds.set(feed.name, feed);
        const kept = this.#options.kept(feed.name);
        if (kept !== undefined) feed.begin(kept);
      }
      if (feed.server === 'none') feed.pending();
      this.#flushSoon();
    } else if (feed.status.getSnapshot().state === 'failed') {
      this.retry();
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      feed.holders -= 1;
      if (feed.holders === 0) this.#flushSoon();
    };
  }

  /** The session has begun. */
  opened(): void {
    this.#flush();
  }

  /** The session is gone. */
  lost(): void {
    this.#retry?.cancel();
    for (const feed of this.#feeds.values()) {
      feed.server = 'none';
      if (feed.holders > 0) feed.pending();
    }
  }

  /** Asks again for what the server has refused. */
  retry(): void {
    for (const feed of this.#feeds.values())
      if (feed.status.getSnapshot().state === 'failed') {
        feed.server = 'none';
        feed.pending();
      }
    this.#flushSoon();
  }

  /** Takes an event. */
  event(event: EventMessage): void {
    const feed = this.#feeds.get(event.channel);
    // Until the answer is here, it is not known what the event follows; the answer brings it.
    if (feed?.server !== 'followed') return;
    if (feed.take(event)) return;
    feed.server = 'none';
    this.#flush();
  }

  /** The server has ended a subscription. */
  unsubscribed(channel: string, error: unknown): void {
    const feed = this.#feeds.get(channel);
    if (!feed) return;
    feed.server = 'none';
    this.#refuse(feed, errorFrom(error));
  }

  /** Takes what the server says of channels; a transport may say it unasked. */
  answered(answers: readonly ChannelAnswer[]): void {
    for (const answer of answers) {
      const feed = this.#feeds.get(answer.channel);
      if (!feed) continue;
      if (answer.error !== undefined) {
        feed.server = 'none';
        this.#refuse(feed, errorFrom(answer.error));
      } else {
        feed.server = 'followed';
        if (feed.holders > 0) feed.answered(answer);
      }
    }
    // Some may have been left meanwhile.
    this.#flushSoon();
  }

  close(): void {
    this.#retry?.cancel();
    for (const feed of this.#feeds.values()) feed.reset();
    this.#feeds.clear();
  }

  #flushSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => {
      this.#soon = false;
      this.#flush();
    });
  }

  /** Tells the server what is wanted now. */
  #flush(): void {
    const wanted: Feed[] = [];
    const left: string[] = [];
    for (const feed of this.#feeds.values()) {
      if (feed.holders > 0) {
        if (feed.server === 'none' && feed.status.getSnapshot().state !== 'failed') wanted.push(feed);
        continue;
      }
      // What is left and wanted again before the answer would be asked for twice, and heard twice.
      if (feed.server === 'asked') continue;
      if (feed.server === 'followed') left.push(feed.name);
      feed.server = 'none';
      feed.reset();
      this.#feeds.delete(feed.name);
    }
    if (!this.#options.live()) {
      if (wanted.length > 0) this.#options.need();
      return;
    }
    // A server that is gone has forgotten them anyway.
    for (const channels of chunks(left))
      this.#options.request({ type: 'unsubscribe', channels }).catch(() => {});
    for (const feeds of chunks(wanted)) void this.#subscribe(feeds);
  }

  async #subscribe(feeds: readonly Feed[]): Promise<void> {
    for (const feed of feeds) feed.server = 'asked';
    try {
      // What is answered comes by `answered`.
      await this.#options.request({ type: 'subscribe', channels: feeds.map(({ target }) => target) });
    } catch (error) {
      const { code } = error as ClientError;
      // With the next connection all is asked for anew.
      if (code === 'connection_lost' || code === 'not_connected') return;
      for (const feed of feeds) {
        if (feed.server !== 'asked') continue;
        feed.server = 'none';
        this.#refuse(feed, error as ClientError);
      }
      this.#flushSoon();
    }
  }

  #refuse(feed: Feed, error: ClientError): void {
    feed.failed(error);
    if (!mayPass(error.code)) return;
    this.#retry?.cancel();
    this.#retry = this.#options.clock.after(error.retryAfter ?? RETRY, () => this.retry());
  }
}

function* chunks<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < all.length; from += CHUNK) yield all.slice(from, from + CHUNK);
}
