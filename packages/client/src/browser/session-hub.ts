/**
 * One session for several clients: what each sends goes out under an id of its own, what comes goes to those it is for.
 *
 * @module
 */
import type { ClientError } from '../client-error.ts';
import { type Outgoing, writeMessage } from '../outgoing.ts';
import type { Transport, TransportEnd, TransportListener } from '../transports/transport.ts';
import type { ClientMessage, ServerMessage } from '../wire.ts';

/** One of the clients. */
interface Port {
  readonly listener: TransportListener;
  readonly channels: Set<string>;
}

/** A message that is sent on, and whose answer it will be. */
interface Asked {
  readonly port: Port;
  readonly id: number;
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
  join(listener: TransportListener): { send(messages: readonly Outgoing[]): void; leave(): void } {
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

  #send(port: Port, messages: readonly Outgoing[]): void {
    const out: Outgoing[] = [];
    for (const { id, message } of messages) {
      if (message.type === 'ping') {
        // Who hears this hears the session.
        port.listener.alive();
        port.listener.message({ type: 'pong' });
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
        out.push(this.#number(message, { port, id }));
      }
    }
    if (out.length > 0) this.#transport?.send(out);
  }

  #number(message: ClientMessage, asked: Asked): Outgoing {
    const id = this.#nextId++;
    this.#asked.set(id, asked);
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
    for (const { channel, error } of channels) if (error === undefined) port.channels.add(channel);
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
