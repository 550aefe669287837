/**
 * What transports are given: the one `Host`, made of the gate, the hub and what reads commands.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type Disconnect, disconnect, formatCursor, parseCursor, TidingsError } from '@tidings/protocol';
import type { Follower } from './follower.ts';
import type { Gate } from './gate.ts';
import type { Hub } from './hub.ts';
import type { Inbound } from './inbound.ts';
import type { Broker } from './ports/broker.ts';
import type { Clock } from './ports/clock.ts';
import type { Incoming, Reply } from './ports/dialect.ts';
import type {
  Admission,
  Client,
  Followed,
  Following,
  Handshake,
  Host,
  ResumedChannel,
  SessionObserver,
} from './ports/transport.ts';
import { Session } from './session.ts';

export interface HostParts {
  readonly gate: Gate;
  readonly hub: Hub;
  readonly inbound: Inbound;
  readonly broker: Broker;
  readonly follower: Follower;
  readonly clock: Clock;
  readonly heartbeat: number;
  readonly limits: { readonly message: number; readonly channels: number };
  /** How long a session may stay without authenticating where that is required, milliseconds. */
  readonly authenticationTimeout: number;
}

export class SessionHost implements Host {
  readonly heartbeat: number;
  readonly maxMessage: number;
  readonly #parts: HostParts;
  /** Sessions whose place at the gate has not been given back. */
  readonly #placed = new WeakSet<Session>();

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.heartbeat = parts.heartbeat;
    this.maxMessage = parts.limits.message;
  }

  get log(): string {
    return this.#parts.broker.log;
  }

  admit(handshake: Handshake): Promise<Admission> {
    return this.#parts.gate.admit(handshake);
  }

  turnedAway(address: string): void {
    this.#parts.gate.leave(address);
  }

  open(client: Client): Session {
    const { hub, broker, clock, limits, authenticationTimeout } = this.#parts;
    const session = new Session({ ...client, id: client.id ?? randomUUID(), openedAt: clock.now() });
    this.#placed.add(session);
    hub.open(session);
    const { user, expiresAt } = session.identity;
    const text = session.wire.dialect.encodeNotice({
      type: 'welcome',
      session: session.id,
      user,
      expiresAt,
      at: session.openedAt,
      cursor: client.cursor ?? formatCursor(broker.log, broker.head()),
      heartbeat: this.heartbeat,
      limits: { message: limits.message, channels: limits.channels },
    });
    if (text !== undefined) hub.send(session, text);
    if (session.provisional) {
      clock.after(authenticationTimeout, () => {
        if (session.provisional) hub.disconnect(session, disconnect('authentication_timeout'));
      });
    }
    return session;
  }

  receive(session: Session, text: string): void {
    this.#parts.inbound.receive(session, text);
  }

  handle(session: Session, incoming: Incoming, answer: (reply: Reply) => void): void {
    this.#parts.inbound.handle(session, incoming, answer);
  }

  async follow(
    session: Session,
    channels: readonly string[],
    { cursor, since, last }: Following,
  ): Promise<Followed> {
    const { broker, follower } = this.#parts;
    if (this.#isAhead(cursor)) await this.#reach(cursor);
    const from = { after: this.#readCursor(cursor), last };
    const { head, ...result } = await follower.followLog(session, channels, from, since);
    return { ...result, cursor: formatCursor(broker.log, head) };
  }

  async resume(session: Session, channels: readonly ResumedChannel[], cursor: string): Promise<Followed> {
    const { broker, follower } = this.#parts;
    if (this.#isAhead(cursor)) await this.#reach(cursor);
    const { head, ...result } = await follower.resume(session, channels, this.#readCursor(cursor) ?? -1);
    return { ...result, cursor: formatCursor(broker.log, head) };
  }

  observe(observer: SessionObserver): void {
    this.#parts.hub.observe(observer);
  }

  send(session: Session, text: string): void {
    this.#parts.hub.send(session, text);
  }

  flush(): void {
    this.#parts.hub.flush();
  }

  writable(session: Session): void {
    this.#parts.hub.writable(session);
  }

  disconnect(session: Session, notice: Disconnect): void {
    this.#parts.hub.disconnect(session, notice);
  }

  closed(session: Session): void {
    if (this.#placed.delete(session)) this.#parts.gate.leave(session.address);
    this.#parts.hub.close(session);
  }

  /** Whether a cursor was given out by another node, which had read more of the log. */
  #isAhead(cursor: string | undefined): cursor is string {
    const { broker } = this.#parts;
    const place = cursor === undefined ? undefined : parseCursor(cursor);
    return place?.log === broker.log && place.sequence > broker.head();
  }

  async #reach(cursor: string): Promise<void> {
    const place = parseCursor(cursor);
    if (place) await this.#parts.broker.reach?.(place.sequence);
  }

  /** @throws TidingsError `bad_cursor` when it is none; one of another log is a place that cannot be honoured. */
  #readCursor(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const cursor = parseCursor(text);
    if (!cursor) throw new TidingsError('bad_cursor');
    return cursor.log === this.#parts.broker.log && cursor.sequence <= this.#parts.broker.head()
      ? cursor.sequence
      : -1;
  }
}
