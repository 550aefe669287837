/**
 * One connection for all tabs of an origin.
 *
 * The tab that holds a Web Lock leads: it has the connection, and the others speak through it by a BroadcastChannel. They
 * wait for the same lock, so they know at once when it is gone; each then comes back as after any lost connection, and the
 * first of them leads. Tabs of different users share nothing.
 *
 * @module
 */
import { ClientError } from '../client-error.ts';
import type { TransportSharing } from '../options.ts';
import type { Outgoing } from '../outgoing.ts';
import { tokenUser } from '../transports/token-claims.ts';
import type {
  OpenTransport,
  Transport,
  TransportEnd,
  TransportListener,
  TransportParts,
} from '../transports/transport.ts';
import type { ServerMessage } from '../wire.ts';
import { type Numbered, SessionHub } from './session-hub.ts';

/** How long a tab waits for the one that leads to answer, milliseconds. */
const PATIENCE = 5000;

/** What tabs say to each other. */
type Word =
  | { readonly to: 'leader'; readonly from: string; readonly say: 'hello' }
  | {
      readonly to: 'leader';
      readonly from: string;
      readonly say: 'send';
      readonly messages: readonly Numbered[];
    }
  | { readonly to: string; readonly say: 'alive' }
  | { readonly to: string; readonly say: 'message'; readonly message: ServerMessage }
  | { readonly to: string; readonly say: 'fault'; readonly error: Said }
  | {
      readonly to: string;
      readonly say: 'closed';
      readonly end: Omit<TransportEnd, 'error'> & { readonly error: Said };
    };

/** An error on its way between tabs, which know no classes. */
type Said = Pick<ClientError, 'code' | 'message' | 'retryAfter'>;

/**
 * Lets the tabs of an origin share one connection for each server and user. Does nothing where there are no Web Locks or
 * no BroadcastChannel.
 */
export function shareTabs(): TransportSharing {
  const able =
    typeof navigator === 'object' && 'locks' in navigator && typeof BroadcastChannel === 'function';
  return (open) => (able ? (parts) => new SharedTransport(open, parts) : open);
}

class SharedTransport implements Transport {
  readonly kind;
  readonly #open: OpenTransport;
  readonly #parts: TransportParts;
  readonly #name: string;
  readonly #id = crypto.randomUUID?.() ?? String(Math.random());
  readonly #channel: BroadcastChannel;
  readonly #abort = new AbortController();
  #send: (messages: readonly Outgoing[]) => void = () => {};
  #release: () => void = () => {};
  #closed = false;

  constructor(open: OpenTransport, parts: TransportParts) {
    this.#open = open;
    this.#parts = parts;
    // Known once it is opened; until then nobody asks.
    this.kind = parts.kind;
    this.#name = `tidings:session:${parts.kind}:${parts.url}:${tokenUser(parts.token) ?? ''}`;
    this.#channel = new BroadcastChannel(this.#name);
    void this.#begin();
  }

  send(messages: readonly Outgoing[]): void {
    this.#send(messages);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    this.#abort.abort();
    this.#channel.close();
  }

  #end(end: TransportEnd): void {
    if (this.#closed) return;
    this.close();
    this.#parts.listener.closed(end);
  }

  async #begin(): Promise<void> {
    try {
      const leads = await this.#try();
      if (!leads && !this.#closed) this.#follow();
    } catch (cause) {
      this.#end(lost(cause));
    }
  }

  /** Tries to lead. @returns once it is known whether it does. */
  #try(): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    navigator.locks
      .request(this.#name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        // Held until it is over; the browser lets go of it with the tab.
        return lock && !this.#closed ? this.#lead() : undefined;
      })
      .catch(reject);
    return promise;
  }

  // Leading

  #lead(): Promise<void> {
    const hub = new SessionHub();
    const own = hub.join({
      ...this.#parts.listener,
      // After the others have been told.
      closed: (end) => queueMicrotask(() => this.#end(end)),
    });
    const others = new Map<string, { send(messages: readonly Numbered[]): void; leave(): void }>();
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.to !== 'leader' || !('from' in data)) return;
      const { from } = data;
      if (data.say === 'send') others.get(from)?.send(data.messages);
      else if (!others.has(from)) {
        others.set(from, hub.join(this.#remote(from)));
        // A tab holds a lock of its own name: who gets it knows that the tab is gone.
        this.#wait(from, () => {
          others.get(from)?.leave();
          others.delete(from);
        });
      }
    };
    const transport = this.#open({ ...this.#parts, listener: hub.listener });
    hub.use(transport);
    this.#send = own.send;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#release = () => {
      transport.close();
      // Those who followed come back, and one of them leads.
      resolve();
    };
    return promise;
  }

  #remote(to: string): TransportListener {
    const say = (word: Word) => {
      if (!this.#closed) this.#channel.postMessage(word);
    };
    return {
      alive: () => say({ to, say: 'alive' }),
      message: (message) => say({ to, say: 'message', message }),
      fault: (error) => say({ to, say: 'fault', error: said(error) }),
      closed: ({ error, ...end }) => say({ to, say: 'closed', end: { ...end, error: said(error) } }),
    };
  }

  // Following

  #follow(): void {
    const { listener, clock } = this.#parts;
    const { promise: leaving, resolve: leave } = Promise.withResolvers<void>();
    this.#release = leave;
    const timer = clock.after(PATIENCE, () => this.#end(lost()));
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.to !== this.#id || this.#closed) return;
      timer.cancel();
      if (data.say === 'alive') listener.alive();
      else if (data.say === 'message') listener.message(data.message);
      else if (data.say === 'fault') listener.fault(heard(data.error));
      else if (data.say === 'closed') this.#end({ ...data.end, error: heard(data.end.error) });
    };
    this.#send = (outgoing) => {
      // As it was written: not all that can be written as JSON can be cloned, and some is another thing as a clone.
      const messages = outgoing.map(({ text }) => {
        const { id, ...message } = JSON.parse(text);
        return { id, message };
      });
      this.#channel.postMessage({ to: 'leader', from: this.#id, say: 'send', messages } satisfies Word);
    };
    void navigator.locks.request(this.#lockOf(this.#id), () => {
      if (this.#closed) return;
      this.#channel.postMessage({ to: 'leader', from: this.#id, say: 'hello' } satisfies Word);
      return leaving;
    });
    this.#waitFor(this.#name, () => {
      timer.cancel();
      this.#end(lost());
    });
  }

  #lockOf(id: string): string {
    return `${this.#name}:${id}`;
  }

  #wait(id: string, gone: () => void): void {
    this.#waitFor(this.#lockOf(id), gone);
  }

  /** Calls back once whoever holds a lock is gone. */
  #waitFor(name: string, callback: () => void): void {
    navigator.locks.request(name, { signal: this.#abort.signal }, callback).catch(() => {
      // It is over, and nobody waits any more.
    });
  }
}

function said({ code, message, retryAfter }: ClientError): Said {
  return { code, message, retryAfter };
}

function heard({ code, message, retryAfter }: Said): ClientError {
  return new ClientError(code, message, { retryAfter });
}

function lost(cause?: unknown): TransportEnd {
  const error = new ClientError('connection_lost', 'The tab that had the connection is gone.', { cause });
  return { error, reconnect: true, retryAfter: undefined };
}
