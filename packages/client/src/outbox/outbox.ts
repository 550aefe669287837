/**
 * Publishes and commands, kept until the server has answered them: sent in order, each under its key, given up only when
 * that is told.
 *
 * @module
 */
import { onAbort } from '../abortable.ts';
import type { PendingStatus } from '../client.ts';
import { ClientError } from '../client-error.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Answer } from '../connection/calls.ts';
import { closedError } from '../connection/connection.ts';
import { mayPass } from '../may-pass.ts';
import { jsonOf } from '../outgoing.ts';
import { quiet } from '../quiet.ts';
import type { Settings } from '../settings.ts';
import { createStore, type WritableStore } from '../store.ts';
import type { ClientMessage } from '../wire.ts';
import type { OutboxEntry, OutboxMessage, OutboxStore } from './outbox-store.ts';

export interface OutboxParts {
  readonly store: OutboxStore;
  readonly limits: Settings['outbox'];
  readonly clock: Clock;
  readonly random: () => number;
  readonly live: () => boolean;
  /** The user of the session there is, or else of the last. */
  readonly user: () => string | undefined;
  readonly request: (message: ClientMessage) => Promise<Answer>;
  readonly need: () => void;
  readonly onError: (error: ClientError) => void;
  readonly onQueued: (entry: OutboxEntry) => void;
  readonly onDelivered: (entry: OutboxEntry, data: unknown) => void;
  readonly onUndelivered: (entry: OutboxEntry, error: ClientError) => void;
}

interface Item {
  readonly entry: OutboxEntry;
  /** When it will be too old, by the clock that never jumps. */
  readonly until: number;
  sent: boolean;
  attempts: number;
  readonly promise: Promise<unknown>;
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: ClientError) => void;
}

/** Entries under way at once while all goes well, and of one round while the server is careful with us. */
const WINDOW = 100;
const ROUND = 50;

/** Before the server is tried again that could not take an entry: the first limit, doubled up to the last, milliseconds. */
const FIRST_PAUSE = 500;
const LAST_PAUSE = 30_000;

export class Outbox {
  readonly status: WritableStore<PendingStatus>;
  readonly #parts: OutboxParts;
  /** By key, in the order of sending. */
  #items = new Map<string, Item>();
  #inFlight = 0;
  /** The server has asked for patience, or a backlog is to be sent: one round after the other, so that the order holds. */
  #careful = false;
  /** Entries of the next round: one after a refusal, and then more and more. */
  #round = ROUND;
  #pauses = 0;
  #pause: Timer | undefined;
  #ageing: Timer | undefined;
  /** The store's work, one thing after the other. */
  #storing: Promise<unknown> = Promise.resolve();
  #storeFailed = false;
  #closed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.status = createStore<PendingStatus>({ entries: [] }, (cause) =>
      parts.onError(new ClientError('handler_failed', 'A listener of a store threw.', { cause })),
    );
  }

  /** Takes over what an earlier life, or a client that is gone, has left. */
  adopt(): Promise<void> {
    return this.#store(async (store) => {
      if (this.#closed) return;
      const entries = await store.adopt();
      if (entries.length === 0 || this.#closed) return;
      const adopted = entries.filter(({ key }) => !this.#items.has(key)).map((entry) => this.#item(entry));
      for (const { promise } of adopted) quiet(promise);
      // What is older goes first.
      this.#items = new Map([...adopted.map((item) => [item.entry.key, item] as const), ...this.#items]);
      this.#careful = true;
      this.#changed();
      this.#parts.need();
      this.pump();
    });
  }

  /**
   * Sends a message, sooner or later.
   *
   * @throws ClientError what the server answered; `aborted`, `closed`, `invalid_request`, `outbox_full`, `key_conflict`,
   * `retries_exhausted`, `too_old`.
   */
  send(given: OutboxMessage, signal?: AbortSignal): Promise<unknown> {
    const { key } = given;
    let message: OutboxMessage;
    try {
      // What was said, whatever becomes of its objects until it is sent: under one key it is always the same.
      message = JSON.parse(jsonOf(given));
    } catch (error) {
      return fail(error);
    }
    const before = this.#items.get(key);
    if (before) {
      const same = JSON.stringify(before.entry.message) === JSON.stringify(message);
      return same
        ? before.promise
        : fail(new ClientError('key_conflict', 'The key is under way with other content.'));
    }
    if (this.#closed) return fail(closedError());
    if (this.#items.size >= this.#parts.limits.maxSize)
      return fail(new ClientError('outbox_full', `The outbox holds ${this.#items.size} entries.`));
    let aborted: ClientError | undefined;
    const off = onAbort(signal, (error) => {
      aborted = error;
      const item = this.#items.get(key);
      if (item) this.#settle(item, error);
    });
    if (aborted) return fail(aborted);
    const item = this.#item({ key, message, created: this.#parts.clock.wall(), user: this.#parts.user() });
    this.#items.set(key, item);
    void this.#store(async (store) => {
      if (!this.#items.has(key)) return;
      await store.add(item.entry);
      this.#parts.onQueued(item.entry);
    });
    this.#changed();
    if (!this.#parts.live()) this.#parts.need();
    this.pump();
    return quiet(item.promise.finally(off));
  }

  /** The session has begun. */
  opened(): void {
    this.#resume();
    if (this.#items.size > 0) this.#careful = true;
    this.pump();
  }

  /** Rejects what waits; a durable store keeps it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pause?.cancel();
    this.#ageing?.cancel();
    const items = [...this.#items.values()];
    this.#items.clear();
    for (const { reject } of items) reject(closedError());
    this.#changed();
    await this.#storing;
    await this.#parts.store.close().catch((cause: unknown) => this.#storeError(cause));
  }

  #item(entry: OutboxEntry): Item {
    const { clock, limits } = this.#parts;
    // Of an entry that has just been made, whatever the clock is set to meanwhile.
    const age = Math.max(0, clock.wall() - entry.created);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const until = clock.monotonic() + limits.maxAge - age;
    return { entry, until, sent: false, attempts: 0, promise: quiet(promise), resolve, reject };
  }

  /** Sends what may be sent now. */
  pump(): void {
    this.#expire();
    if (this.#closed || this.#pause || !this.#parts.live()) return;
    if (this.#careful && this.#inFlight > 0) return;
    const room = this.#careful ? this.#round : WINDOW - this.#inFlight;
    const user = this.#parts.user();
    let count = 0;
    for (const item of this.#items.values()) {
      if (count >= room) return;
      // Somebody else has signed in since.
      const foreign = item.entry.user !== undefined && item.entry.user !== user;
      if (item.sent || foreign) continue;
      count += 1;
      this.#send(item);
    }
  }

  #send(item: Item): void {
    item.sent = true;
    this.#inFlight += 1;
    this.#parts.request({ ...item.entry.message }).then(
      ({ data }) => this.#answered(item, undefined, data),
      (error: ClientError) => this.#answered(item, error, undefined),
    );
  }

  #answered(item: Item, error: ClientError | undefined, data: unknown): void {
    this.#inFlight -= 1;
    item.sent = false;
    if (!error) {
      this.#pauses = 0;
      if (this.#inFlight === 0) this.#round = Math.min(ROUND, this.#round * 2);
      this.#settle(item, undefined, data);
    } else if (error.code === 'connection_lost' || error.code === 'not_connected') {
      this.#careful = true;
    } else if (mayPass(error.code)) {
      this.#later(item, error);
    } else {
      this.#settle(item, error);
    }
    if (this.#items.size === 0) this.#careful = false;
    this.pump();
  }

  /** The server could not take it at the moment. */
  #later(item: Item, error: ClientError): void {
    if (error.code !== 'rate_limited') item.attempts += 1;
    if (item.attempts >= this.#parts.limits.maxAttempts) {
      const message = `Given up after ${item.attempts} attempts: ${error.message}`;
      this.#settle(item, new ClientError('retries_exhausted', message, { cause: error }));
      return;
    }
    this.#careful = true;
    this.#round = 1;
    if (this.#pause) return;
    const limit = Math.min(LAST_PAUSE, FIRST_PAUSE * 2 ** this.#pauses++);
    const pause = error.retryAfter ?? FIRST_PAUSE / 2 + (this.#parts.random() * limit) / 2;
    this.#pause = this.#parts.clock.after(pause, () => {
      this.#resume();
      this.pump();
    });
  }

  #resume(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
  }

  /** It is over: it was taken, or never will be. */
  #settle(item: Item, error: ClientError | undefined, data?: unknown): void {
    const { entry } = item;
    if (this.#items.get(entry.key) !== item) return;
    this.#items.delete(entry.key);
    void this.#store((store) => store.remove([entry.key]));
    if (error) {
      item.reject(error);
      this.#parts.onUndelivered(entry, error);
    } else {
      item.resolve(data);
      this.#parts.onDelivered(entry, data);
    }
    this.#changed();
  }

  #expire(): void {
    const { clock, limits } = this.#parts;
    const now = clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const item of [...this.#items.values()]) {
      if (item.until > now) next = Math.min(next, item.until);
      else if (!item.sent)
        this.#settle(item, new ClientError('too_old', `It was not taken within ${limits.maxAge} ms.`));
    }
    this.#ageing?.cancel();
    this.#ageing = undefined;
    if (next < Number.POSITIVE_INFINITY) this.#ageing = clock.after(next - now, () => this.pump());
  }

  #changed(): void {
    this.status.set({ entries: [...this.#items.values()].map(({ entry }) => entry) });
  }

  #store(work: (store: OutboxStore) => Promise<void>): Promise<void> {
    const done = this.#storing
      .then(() => work(this.#parts.store))
      .then(() => {
        this.#storeFailed = false;
      })
      .catch((cause: unknown) => this.#storeError(cause));
    this.#storing = done;
    return done;
  }

  #storeError(cause: unknown): void {
    if (this.#storeFailed) return;
    this.#storeFailed = true;
    this.#parts.onError(
      new ClientError('outbox_unavailable', 'The outbox cannot be kept; it holds in memory alone.', {
        cause,
      }),
    );
  }
}

function fail(error: unknown): Promise<never> {
  return quiet(Promise.reject(error));
}
