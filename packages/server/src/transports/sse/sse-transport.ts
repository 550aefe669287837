/**
 * Server-Sent Events at `/events`: channels are followed by a GET, from a cursor where the client has one.
 *
 * @module
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { formatCursor, parseCursor, TidingsError } from '@tidings/protocol';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { Wire } from '../../core/ports/connection.ts';
import type { Followed, Host, Session } from '../../core/ports/transport.ts';
import { type ReleaseHttp, releaseHttp } from './release-http.ts';
import { SseConnection } from './sse-connection.ts';
import { sseDialect, welcomeBlock } from './sse-dialect.ts';

export interface SseTransportOptions {
  readonly host: Host;
  readonly clock: Clock;
  /** How a request is let go of once its stream begins. @default {@link releaseHttp} */
  readonly release?: ReleaseHttp | undefined;
}

/** A client that wants a stream. */
export interface StreamRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: string;
  readonly token: string | undefined;
  readonly channels: readonly string[];
  /** Positions to begin at, by channel; an `EventSource` that comes back still has those of its beginning in its address. */
  readonly since: ReadonlyMap<string, string>;
  /** The newest so many events of each channel to begin with. */
  readonly last: number | undefined;
  /** Whether each event has an `event:` line. */
  readonly named: boolean;
  /** Where the client left off. */
  readonly cursor: string | undefined;
  /** Headers to send beside the stream's own, such as those of CORS; asked once the stream begins. */
  readonly headers: () => OutgoingHttpHeaders;
  /** Called once, before the first byte is sent; from then on nothing is thrown. */
  readonly onBegin: () => void;
}

/** Streams are given their heartbeat in so many groups, one after the other, so that no tick writes to all. */
const HEARTBEAT_GROUPS = 16;

export class SseTransport {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #release: ReleaseHttp;
  readonly #wires: { readonly plain: Wire; readonly named: Wire };
  readonly #groups = Array.from({ length: HEARTBEAT_GROUPS }, () => new Set<SseConnection>());
  readonly #heartbeat: Timer;
  #turn = 0;
  #next = 0;

  constructor({ host, clock, release = releaseHttp }: SseTransportOptions) {
    this.#host = host;
    this.#clock = clock;
    this.#release = release;
    const log = () => host.log;
    this.#wires = {
      plain: { dialect: sseDialect({ log, named: false }), frame: Buffer.from },
      named: { dialect: sseDialect({ log, named: true }), frame: Buffer.from },
    };
    this.#heartbeat = clock.every(host.heartbeat / HEARTBEAT_GROUPS, () => this.#beat());
  }

  /** Ends the heartbeat and cuts what is left. */
  close(): void {
    this.#heartbeat.cancel();
    for (const group of this.#groups) for (const connection of group) connection.destroy();
  }

  /**
   * Lets a client in and begins its stream.
   *
   * @throws TidingsError what is to be answered instead of a stream.
   */
  async open(wanted: StreamRequest): Promise<void> {
    const { request, response, address, token } = wanted;
    const { origin, host, cookie: cookies } = request.headers;
    if (wanted.cursor !== undefined && !parseCursor(wanted.cursor)) throw new TidingsError('bad_cursor');
    const admission = await this.#host.admit({ origin, host, address, token, cookies });
    if (admission.provisional || response.destroyed) {
      this.#host.turnedAway(address);
      throw new TidingsError('unauthenticated');
    }
    const wire = wanted.named ? this.#wires.named : this.#wires.plain;
    const connection = new SseConnection(response, wire, this.#clock);
    const session = this.#host.open({ ...admission, transport: 'sse', wire, connection, address });
    connection.session = session;
    const group = this.#groups[this.#next++ % HEARTBEAT_GROUPS] as Set<SseConnection>;
    const unwatch = this.#watch(request.socket, session, connection, group);
    response.on('error', ignore);
    try {
      const followed = await this.#host.follow(session, wanted.channels, wanted);
      if (session.closed) return wanted.onBegin();
      requireOne(followed);
      wanted.onBegin();
      group.add(connection);
      this.#begin(connection, followed, wanted);
    } catch (error) {
      // The session was ended while its channels were read: the stream has said so.
      if (response.headersSent) return wanted.onBegin();
      unwatch();
      this.#host.closed(session);
      throw error;
    }
  }

  /** Hears of a stream's socket; apart from `open`, since listeners keep all that is captured beside them. */
  #watch(socket: Socket, session: Session, connection: SseConnection, group: Set<SseConnection>): () => void {
    const drained = () => this.#host.writable(session);
    const closed = () => {
      group.delete(connection);
      this.#host.closed(session);
    };
    socket.on('drain', drained).on('close', closed).on('end', endToo).on('error', ignore);
    return () => {
      socket.off('drain', drained).off('close', closed).off('end', endToo).off('error', ignore);
    };
  }

  #begin(connection: SseConnection, followed: Followed, wanted: StreamRequest): void {
    const { session } = connection;
    if (!session) return;
    const host = this.#host;
    const past = followed.channels
      .flatMap((answer) => ('error' in answer ? [] : answer.events))
      .sort((a, b) => a.sequence - b.sequence);
    const first = past[0];
    // Until the past has arrived, the client's place is before it: a cut in the middle must lose nothing.
    const cursor = first ? formatCursor(host.log, first.sequence - 1) : followed.cursor;
    const welcome = welcomeBlock(
      {
        session: session.id,
        user: session.identity.user,
        heartbeat: host.heartbeat,
        channels: followed.channels,
      },
      cursor,
    );
    connection.begin(wanted.headers(), welcome, this.#release);
    host.writable(session);
    for (const event of past) {
      const text = session.wire.dialect.encodeEvent(event);
      if (text !== undefined) host.send(session, text);
    }
    followed.activate();
  }

  #beat(): void {
    for (const connection of this.#groups[this.#turn++ % HEARTBEAT_GROUPS] as Set<SseConnection>)
      connection.beat();
  }
}

/** A client that will send nothing more has left. */
function endToo(this: Socket): void {
  this.end();
}

function ignore(): void {}

/** @throws TidingsError the first channel's, when none can be followed. */
function requireOne({ channels }: Followed): void {
  const refused = channels.map((answer) => ('error' in answer ? answer.error : undefined));
  const first = refused[0];
  if (!first || refused.some((error) => error === undefined)) return;
  const { code, message, ...rest } = first;
  throw new TidingsError(code, message, rest);
}
