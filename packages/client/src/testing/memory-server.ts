import type { EventMessage } from '@tidings/protocol';
import { ClientError, type ClientErrorCode } from '../client-error.ts';
import type { Clock } from '../clock.ts';
import type { Outgoing } from '../outgoing.ts';
import type { OpenTransport, Transport, TransportListener } from '../transports/transport.ts';
import { type ClientMessage, PROTOCOL, readMessage } from '../wire.ts';

/** How long a message takes one way, milliseconds. */
const LATENCY = 5;

/** One connection to it. */
class Line {
  readonly token: string | undefined;
  readonly channels = new Set<string>();
  readonly #server: MemoryServer;
  readonly #listener: TransportListener;
  readonly #clock: Clock;
  /** Nothing passes any more, and nobody is told. */
  silent = false;
  closed = false;

  constructor(server: MemoryServer, token: string | undefined, listener: TransportListener, clock: Clock) {
    this.#server = server;
    this.token = token;
    this.#listener = listener;
    this.#clock = clock;
  }

  say(message: object): void {
    const text = JSON.stringify(message);
    this.#later(() => {
      this.#listener.alive();
      try {
        const read = readMessage(text);
        if (read) this.#listener.message(read);
      } catch (error) {
        this.#listener.fault(error as ClientError);
      }
    });
  }

  hear(messages: readonly Outgoing[]): void {
    this.#later(() => {
      for (const { text } of messages)
        this.#server.take(this, JSON.parse(text) as ClientMessage & { id: number });
    });
  }

  /** Ends it; what is under way is lost. */
  end(code: ClientErrorCode, reconnect = true, retryAfter?: number): void {
    if (this.closed) return;
    this.closed = true;
    this.#server.lines.delete(this);
    if (this.silent) return;
    const error = new ClientError(code, `ended: ${code}`);
    this.#clock.after(0, () => this.#listener.closed({ error, reconnect, retryAfter }));
  }

  #later(deliver: () => void): void {
    this.#clock.after(LATENCY, () => {
      if (!this.silent && !this.closed) deliver();
    });
  }
}

interface Log {
  epoch: number;
  events: EventMessage[];
}

/** A server in memory, as far as a client can tell: channels, keys, resume, tokens; and a network that a test breaks. */
export class MemoryServer {
  readonly lines = new Set<Line>();
  /** Every publish and command that had an effect, by its key. */
  readonly effects = new Map<string, number>();
  /** Nobody can be reached. */
  away = false;
  /** Kinds of transport that do not get through. */
  readonly blocked = new Set<string>();
  /** Publishes are refused with this code. */
  refusal: ClientErrorCode | undefined;
  /** Events are kept, and get lost on the way to those who follow. */
  losing = false;
  /** Tokens that have expired. */
  readonly expired = new Set<string>();
  readonly opened: string[] = [];
  readonly #clock: Clock;
  readonly #logs = new Map<string, Log>();
  readonly #answers = new Map<string, object>();
  #sessions = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The way to it of one kind. */
  readonly transport =
    (kind: 'websocket' | 'sse'): OpenTransport =>
    ({ token, listener, clock }): Transport => {
      this.opened.push(kind);
      const line = new Line(this, token, listener, clock);
      clock.after(LATENCY, () => {
        if (line.closed) return;
        if (this.away || this.blocked.has(kind)) line.end('connection_failed');
        else if (token !== undefined && this.expired.has(token)) line.end('token_expired');
        else this.#welcome(line);
      });
      return {
        kind,
        send: (messages) => line.hear(messages),
        close: () => {
          line.closed = true;
          this.lines.delete(line);
        },
      };
    };

  /** Cuts every connection. */
  cut(code: ClientErrorCode = 'connection_lost', reconnect = true, retryAfter?: number): void {
    for (const line of [...this.lines]) line.end(code, reconnect, retryAfter);
  }

  /** Every connection goes silent, and nobody is told. */
  halfOpen(): void {
    for (const line of this.lines) line.silent = true;
    this.lines.clear();
  }

  /** Publishes as a backend does. */
  publish(channel: string, event: string, data: unknown): EventMessage {
    const log = this.#log(channel);
    const offset = (log.events.at(-1)?.offset ?? 0) + 1;
    const entry: EventMessage = {
      type: 'event',
      channel,
      event,
      data,
      offset,
      epoch: `e${log.epoch}`,
      id: `${channel}-${log.epoch}-${offset}`,
      at: this.#clock.wall(),
    };
    log.events.push(entry);
    if (!this.losing) for (const line of this.lines) if (line.channels.has(channel)) line.say(entry);
    return entry;
  }

  /** Says something to everyone who is connected. */
  say(message: object): void {
    for (const line of this.lines) line.say(message);
  }

  /** A channel forgets its past, as a memory channel does when the server is started anew. */
  forget(channel: string): void {
    const log = this.#log(channel);
    log.epoch += 1;
    log.events = [];
  }

  events(channel: string): readonly EventMessage[] {
    return this.#log(channel).events;
  }

  take(line: Line, message: ClientMessage & { readonly id: number }): void {
    const reply = (data: unknown) => line.say({ type: 'reply', id: message.id, ok: true, data });
    const refuse = (code: string) =>
      line.say({ type: 'reply', id: message.id, ok: false, error: { code, message: code } });
    switch (message.type) {
      case 'ping':
        line.say({ type: 'pong', id: message.id });
        return;
      case 'authenticate':
        reply({ user: 'alice' });
        return;
      case 'subscribe':
        this.#subscribe(line, message);
        return;
      case 'unsubscribe':
        for (const channel of message.channels as string[]) line.channels.delete(channel);
        reply({});
        return;
      case 'publish':
      case 'command': {
        const key = String(message.key);
        if (this.refusal) {
          refuse(this.refusal);
          return;
        }
        if (!this.#answers.has(key)) this.#answers.set(key, this.#effect(key, message));
        reply(this.#answers.get(key));
        return;
      }
      default:
        reply({});
    }
  }

  #effect(key: string, message: ClientMessage): object {
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
    if (message.type === 'command') return { done: message.name };
    const { channel, offset, epoch, id } = this.publish(
      String(message.channel),
      String(message.event),
      message.data,
    );
    return { channel, offset, epoch, id };
  }

  #subscribe(line: Line, message: ClientMessage & { readonly id: number }): void {
    const targets = message.channels as readonly { readonly channel: string; readonly since?: string }[];
    const channels = targets.map(({ channel, since }) => {
      line.channels.add(channel);
      const { epoch, events } = this.#log(channel);
      const position = `e${epoch}:${events.at(-1)?.offset ?? 0}`;
      const [at, offset] = (since ?? '').split(':');
      const recovered = at === `e${epoch}`;
      const after = recovered ? events.filter((event) => event.offset > Number(offset)) : [];
      return { channel, position, recovered, events: after };
    });
    line.say({ type: 'reply', id: message.id, ok: true, channels });
  }

  #welcome(line: Line): void {
    this.lines.add(line);
    this.#sessions += 1;
    line.say({
      type: 'welcome',
      protocol: PROTOCOL,
      session: `s${this.#sessions}`,
      user: line.token === undefined ? null : 'alice',
      heartbeat: 25_000,
      limits: { message: 65_536, channels: 100 },
      ...(line.token === undefined
        ? {}
        : { expiresAt: this.#clock.wall() + 3_600_000, at: this.#clock.wall() }),
    });
  }

  #log(channel: string): Log {
    const log = this.#logs.get(channel) ?? { epoch: 1, events: [] };
    this.#logs.set(channel, log);
    return log;
  }
}
