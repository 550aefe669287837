/**
 * What a client hears of one channel: every event once, in order, gaps announced.
 *
 * @module
 */
import type { EventMessage } from '@tidings/protocol';
import type { ChannelStatus, EventHandler, Gap, GapHandler } from '../channel.ts';
import type { ClientError } from '../client-error.ts';
import { createStore, type WritableStore } from '../store.ts';
import type { ChannelAnswer } from '../wire.ts';
import { PositionTracker } from './position-tracker.ts';

/** Under this name handlers hear all events; it is the name of none. */
const ALL = '*';

export interface FeedOptions {
  readonly name: string;
  /** A handler threw, or its promise was rejected. */
  readonly onHandlerError: (error: unknown) => void;
  /** Everything up to this position has been heard by the handlers. */
  readonly onHandled: (position: string) => void;
}

type Item = { readonly event: EventMessage } | { readonly gap: Gap };

export class Feed {
  readonly name: string;
  /** The newest so many events to begin with. */
  last: number | undefined;
  readonly status: WritableStore<ChannelStatus>;
  /** Who wants it. The registry's. */
  holders = 0;
  /** What the server has been asked, and has answered, on the connection there is. The registry's. */
  server: 'none' | 'asked' | 'followed' = 'none';
  readonly #options: FeedOptions;
  readonly #tracker = new PositionTracker();
  readonly #handlers = new Map<string, Set<{ readonly call: EventHandler<unknown> }>>();
  readonly #gapHandlers = new Set<{ readonly call: GapHandler }>();
  /** What waits for a snapshot to be loaded. */
  #queue: Item[] = [];
  #busy = false;

  constructor(options: FeedOptions) {
    this.name = options.name;
    this.#options = options;
    this.status = createStore<ChannelStatus>(IDLE, options.onHandlerError);
  }

  get position(): string | undefined {
    return this.#tracker.position;
  }

  /** What to ask the server for. */
  get target(): { readonly channel: string; readonly since?: string; readonly last?: number } {
    const since = this.position;
    if (since !== undefined) return { channel: this.name, since };
    return this.last === undefined ? { channel: this.name } : { channel: this.name, last: this.last };
  }

  /** Hears events; all of them without a name. @returns stops hearing. */
  on(event: string | undefined, call: EventHandler<unknown>): () => void {
    const name = event ?? ALL;
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers);
    const handler = { call };
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
      if (handlers.size === 0 && this.#handlers.get(name) === handlers) this.#handlers.delete(name);
    };
  }

  onGap(call: GapHandler): () => void {
    const handler = { call };
    this.#gapHandlers.add(handler);
    return () => void this.#gapHandlers.delete(handler);
  }

  /** Begins at a place that was kept. */
  begin(position: string): void {
    this.#tracker.set(position);
  }

  /** Nobody wants it any more: what comes later begins anew. */
  reset(): void {
    this.#tracker.set(undefined);
    this.#queue = [];
    this.status.set(IDLE);
  }

  pending(): void {
    this.#say('pending', undefined);
  }

  failed(error: ClientError): void {
    this.#say('failed', error);
  }

  /** Takes the server's answer to `subscribe`. */
  answered({ position, recovered, events = [], overflow }: ChannelAnswer): void {
    const since = this.position;
    this.#tracker.jumps = overflow !== undefined;
    if (recovered !== true) this.#tracker.set(undefined);
    const gap = since !== undefined && recovered !== true;
    if (gap && position !== undefined) this.#push({ gap: { channel: this.name, since, position } });
    for (const event of events) if (this.#tracker.take(event) === 'deliver') this.#push({ event });
    if (recovered !== true) this.#tracker.set(position);
    this.#say('live', undefined, since === undefined ? undefined : !gap);
    // A place is kept even when nothing was ever heard after it.
    if (since === undefined && this.#queue.length === 0 && position !== undefined)
      this.#options.onHandled(position);
  }

  /** Takes an event. @returns false when something before it is missing. */
  take(event: EventMessage): boolean {
    const verdict = this.#tracker.take(event);
    if (verdict === 'deliver') this.#push({ event });
    return verdict !== 'hole';
  }

  #say(state: ChannelStatus['state'], error: ClientError | undefined, recovered?: boolean): void {
    const before = this.status.getSnapshot();
    this.status.set({
      state,
      position: this.position,
      recovered: recovered ?? (state === 'live' ? undefined : before.recovered),
      error,
    });
  }

  #push(item: Item): void {
    this.#queue.push(item);
    if (!this.#busy) this.#work();
  }

  /** Handles what is in line, until a snapshot has to be waited for. */
  #work(): void {
    this.#busy = true;
    for (let item = this.#queue.shift(); item; item = this.#queue.shift()) {
      if ('event' in item) {
        this.#deliver(item.event);
        continue;
      }
      const { gap } = item;
      const loading = this.#announce(gap);
      const done = () => this.#options.onHandled(gap.position);
      if (loading.length === 0) {
        done();
        continue;
      }
      void Promise.all(loading).then(() => {
        done();
        this.#work();
      });
      return;
    }
    this.#busy = false;
  }

  #deliver(event: EventMessage): void {
    const { data, ...rest } = event;
    const meta = { ...rest, user: event.user };
    for (const name of [event.event, ALL]) {
      for (const { call } of [...(this.#handlers.get(name) ?? [])]) {
        try {
          call(data, meta);
        } catch (error) {
          this.#options.onHandlerError(error);
        }
      }
    }
    this.#options.onHandled(`${event.epoch}:${event.offset}`);
  }

  /** Tells of a gap. @returns what must be waited for; it never rejects. */
  #announce(gap: Gap): Promise<unknown>[] {
    const loading: Promise<unknown>[] = [];
    for (const { call } of [...this.#gapHandlers]) {
      try {
        const result = call(gap);
        if (result instanceof Promise) loading.push(result.catch(this.#options.onHandlerError));
      } catch (error) {
        this.#options.onHandlerError(error);
      }
    }
    return loading;
  }
}

const IDLE: ChannelStatus = { state: 'idle', position: undefined, recovered: undefined, error: undefined };
