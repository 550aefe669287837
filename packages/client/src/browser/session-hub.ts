/**
 * One session for several clients: what each sends goes out under an id of its own, what comes goes to those it is for.
 *
 * @module
 */
import type { ClientError } from '../client-error.ts';
import { type Outgoing, writeMessage } from '../outgoing.ts';
import type { Transport, TransportEnd, TransportListener } from '../transports/transport.ts';
import type { ClientMessage, ServerMessage } from '../wire.ts';

/** A message under the id that its client gave it. */
export type Numbered = Pick<Outgoing, 'id' | 'message'>;

/** One of the clients. */
interface Port {
  readonly listener: TransportListener;
  /** What it follows, or has asked for. */
  readonly channels: Set<string>;
}

/** A message that is sent on, and whose answer it will be. */
interface Asked {
  readonly port: Port;
  readonly id: number;
  /** What it asks to follow. */
  readonly channels: readonly string[];
}

export class SessionHub {
  readonly #ports = new Set<Port>();
  readonly #asked = new Map<number, Asked>();
  #transport: Transport | undefined;
  #welcome: ServerMessage | undefined;
  #nextId = 1;

  /** What the transport is to be opened with. */
  readonly listener: TransportListener = {
    alive: () => this.#all((port) => port.listener.alive()),
    message: (message) => this.#hear(message),
    fault: (error: ClientError) => this.#all((port) => port.listener.fault(error)),
    closed: (end: TransportEnd) => this.#all((port) => port.listener.closed(end)),
  };

  /** The transport is there. */
  use(transport: Transport): void {
    this.#transport = transport;
  }

  /** Lets a client take part. @returns what it sends by, and how it leaves. */
  join(listener: TransportListener): { send(messages: readonly Numbered[]): void; leave(): void } {
    const port: Port = { listener, channels: new Set() };
    this.#ports.add(port);
    if (this.#welcome) listener.message(this.#welcome);
    return {
      send: (messages) => this.#send(port, messages),
      leave: () => {
        this.#ports.delete(port);
        this.#forget([...port.channels]);
      },
    };
  }

  #send(port: Port, messages: readonly Numbered[]): void {
    const out: Outgoing[] = [];
    for (const { id, message } of messages) {
      if (message.type === 'ping') {
        // All hear that the server is there; only the server can tell.
        out.push(writeMessage(this.#nextId++, message, 0));
      } else if (message.type === 'unsubscribe') {
        const channels = message.channels as readonly string[];
        for (const channel of channels) port.channels.delete(channel);
        port.listener.message({
          type: 'reply',
          id,
          ok: true,
          data: { channels },
          error: undefined,
          channels: undefined,
        });
        this.#forget(channels);
      } else {
        out.push(this.#number(message, { port, id, channels: followedBy(message) }));
      }
    }
    if (out.length > 0) this.#transport?.send(out);
  }

  #number(message: ClientMessage, asked: Asked): Outgoing {
    const id = this.#nextId++;
    this.#asked.set(id, asked);
    // From now on, so that no other leaves what is on its way.
    for (const channel of asked.channels) asked.port.channels.add(channel);
    return writeMessage(id, message, 0);
  }

  /** Leaves the channels that nobody follows any more. */
  #forget(channels: readonly string[]): void {
    const left = channels.filter((channel) => ![...this.#ports].some((port) => port.channels.has(channel)));
    if (left.length === 0) return;
    this.#transport?.send([writeMessage(this.#nextId++, { type: 'unsubscribe', channels: left }, 0)]);
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#welcome = message;
        this.#all(({ listener }) => listener.message(message));
        return;
      case 'event':
        this.#followers(message.event.channel, ({ listener }) => listener.message(message));
        return;
      case 'unsubscribed':
        this.#followers(message.channel, (port) => {
          port.channels.delete(message.channel);
          port.listener.message(message);
        });
        return;
      case 'reply':
        this.#answered(message);
        return;
      default:
        this.#all(({ listener }) => listener.message(message));
    }
  }

  #answered(reply: Extract<ServerMessage, { type: 'reply' }>): void {
    const asked = reply.id === undefined ? undefined : this.#asked.get(reply.id);
    if (reply.id !== undefined) this.#asked.delete(reply.id);
    const { channels = [] } = reply;
    if (!asked) {
      // Of channels, and unasked: it is for all who follow them.
      for (const answer of channels)
        this.#followers(answer.channel, ({ listener }) =>
          listener.message({ ...reply, id: undefined, channels: [answer] }),
        );
      return;
    }
    const { port, id } = asked;
    if (!reply.ok) for (const channel of asked.channels) port.channels.delete(channel);
    for (const { channel, error } of channels) if (error !== undefined) port.channels.delete(channel);
    port.listener.message({ ...reply, id });
    // What one has read of the past may be what others were about to hear.
    for (const { channel, events = [] } of channels)
      this.#followers(channel, (other) => {
        if (other !== port) for (const event of events) other.listener.message({ type: 'event', event });
      });
  }

  #followers(channel: string, tell: (port: Port) => void): void {
    for (const port of [...this.#ports]) if (port.channels.has(channel)) tell(port);
  }

  #all(tell: (port: Port) => void): void {
    for (const port of [...this.#ports]) tell(port);
  }
}

/** The channels that a message asks to follow. */
function followedBy({ type, channels }: ClientMessage): readonly string[] {
  if (type !== 'subscribe') return [];
  return (channels as readonly { readonly channel: string }[]).map(({ channel }) => channel);
}
