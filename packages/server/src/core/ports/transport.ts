/**
 * A transport moves bytes. It makes one `Connection` for each client and hands what the client sends to its `Host`; it
 * decides nothing.
 */
import type { Disconnect } from '@tidings/protocol';
import type { Identity } from '../identity.ts';
import type { Session, Subscription } from '../session.ts';
import type { Connection, Wire } from './connection.ts';
import type { Incoming, Reply, SubscribedTo } from './dialect.ts';

export type { Identity } from '../identity.ts';
export type { Session } from '../session.ts';

/** A client at the door. */
export interface Handshake {
  /** The `Origin` header; only browsers send one. */
  readonly origin: string | undefined;
  /** The `Host` header, to tell a page of this server from a foreign one. */
  readonly host: string | undefined;
  readonly address: string;
  /** From wherever this transport carries one. */
  readonly token: string | undefined;
  /** The `Cookie` header: a browser sends it by itself, so a page that is as it was may have its token there. */
  readonly cookies?: string | undefined;
}

/** A client that was let in. */
export interface Admission {
  readonly identity: Identity;
  /** It must authenticate before anything else. */
  readonly provisional: boolean;
}

/** What a transport makes of an admitted client. */
export interface Client extends Admission {
  /** @default a new one */
  readonly id?: string | undefined;
  /** Where a resumed session is in the log of all channels. @default where the log is */
  readonly cursor?: string | undefined;
  readonly transport: string;
  readonly wire: Wire;
  readonly connection: Connection;
  readonly address: string;
}

/** What the server offers a transport. */
export interface Host {
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Bytes a message may have. */
  readonly maxMessage: number;
  /** Names the log that cursors of this server belong to. */
  readonly log: string;
  /**
   * Decides whether a client may come in. The place it takes is given back by `closed`, or by `turnedAway` when no
   * session came of it.
   *
   * @throws TidingsError `origin_refused`, `unavailable`, `rate_limited`, `invalid_token`, `token_expired`, `token_revoked`.
   */
  admit(handshake: Handshake): Promise<Admission>;
  /** The client left between `admit` and `open`. */
  turnedAway(address: string): void;
  /** Makes a session of an admitted client and welcomes it. */
  open(client: Client): Session;
  /** Takes one message as text, to be read by the session's dialect. */
  receive(session: Session, text: string): void;
  /** Takes one command that the transport has read itself; `answer` is called once. */
  handle(session: Session, incoming: Incoming, answer: (reply: Reply) => void): void;
  /**
   * Follows channels from one place in all of them, as a client of SSE asks for. The past of all, in order of sequence, and
   * what comes may be cut anywhere: the place of the last event that was heard is one in all channels.
   *
   * @returns what each channel gave, and `activate`, to be called once that has been sent. A channel that could not be
   *   resumed stands at the position before its first event.
   */
  follow(session: Session, channels: readonly string[], from: Following): Promise<Followed>;
  /**
   * Follows the channels of a session that was lost, from the cursor its client hands back, each no earlier than from
   * where it was followed then. As {@link Host.follow}, but only one that is recovered as a whole may be sent.
   */
  resume(session: Session, channels: readonly ResumedChannel[], cursor: string): Promise<Followed>;
  /** Tells of what happens to the sessions of all transports. */
  observe(observer: SessionObserver): void;
  /** Sends text that the session's dialect made. */
  send(session: Session, text: string): void;
  /** Writes at once what else would be written at the end of the tick. */
  flush(): void;
  /** The connection takes more. */
  writable(session: Session): void;
  /** Ends a session, telling the client why. */
  disconnect(session: Session, notice: Disconnect): void;
  /** The connection has ended, for whatever reason. */
  closed(session: Session): void;
}

/** A channel as a session that was lost had followed it. */
export interface ResumedChannel {
  readonly channel: string;
  /** The sequence from which on the session followed the channel. */
  readonly from: number;
  /** The session's own right was asked, and is asked again now; otherwise the server had it follow. */
  readonly byRight: boolean;
}

/** Told of what sessions follow and who they are. */
export interface SessionObserver {
  subscribed?(subscription: Subscription): void;
  unsubscribed?(subscription: Subscription): void;
  identified?(session: Session): void;
}

/** From where to follow. */
export interface Following {
  /** A cursor, as the client handed it back. */
  readonly cursor?: string | undefined;
  /** Positions as the client handed them back, by channel; such a channel begins there, or at the cursor when that is later. */
  readonly since?: ReadonlyMap<string, string> | undefined;
  /** The newest so many events at least, when there is neither or it cannot be honoured. */
  readonly last?: number | undefined;
}

export interface Followed {
  readonly channels: readonly SubscribedTo[];
  /** The cursor at which all that was read ends. */
  readonly cursor: string;
  activate(): void;
}
