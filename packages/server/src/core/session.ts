import type { Disconnect } from '@tidings/protocol';
import type { Identity } from './identity.ts';
import type { InboundState } from './inbound-state.ts';
import type { Namespace } from './namespace.ts';
import type { OverflowQueue } from './overflow-queue.ts';
import type { Batch } from './ports/batch.ts';
import type { Connection, Wire } from './ports/connection.ts';
import type { ChannelEvent } from './ports/event.ts';

/** What a transport knows of a new client. */
export interface SessionOptions {
  readonly id: string;
  /** The transport's name, for statistics. */
  readonly transport: string;
  readonly wire: Wire;
  readonly connection: Connection;
  readonly identity: Identity;
  /** It must authenticate before anything else. */
  readonly provisional: boolean;
  /** The client's address, for logs and limits. */
  readonly address: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly openedAt: number;
}

/**
 * One live connection: who it is, what it follows, what waits to be sent. It decides nothing: the hub fills and empties
 * it, dispatch acts for it.
 */
export class Session {
  readonly id: string;
  readonly transport: string;
  readonly wire: Wire;
  readonly connection: Connection;
  readonly address: string;
  readonly openedAt: number;
  identity: Identity;
  /** It must authenticate before anything else. */
  provisional: boolean;
  readonly subscriptions = new Map<string, Subscription>();
  /** How often it has been made to leave a channel, or was looked at whether it has to: what is allowed meanwhile is asked again. */
  looks = 0;
  /** What this tick has for the client. The hub's. */
  pending: Batch | undefined;
  /** What waits while the connection takes nothing more. The hub's. */
  queue: OverflowQueue | undefined;
  /** What its commands are held to, once it has sent one. Inbound's. */
  inbound: InboundState | undefined;
  /** Set once the session has ended. */
  closed: Disconnect | undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.transport = options.transport;
    this.wire = options.wire;
    this.connection = options.connection;
    this.address = options.address;
    this.openedAt = options.openedAt;
    this.identity = options.identity;
    this.provisional = options.provisional;
  }
}

/** Events that wait for the past to be sent before them. */
export interface Waiting {
  readonly events: ChannelEvent[];
  /** Of their data. */
  bytes: number;
}

/** One session following one channel. */
export interface Subscription {
  readonly session: Session;
  readonly channel: string;
  readonly namespace: Namespace;
  /**
   * The sequence from which on the session follows the channel: what came before is none of a recovered session's. The
   * hub's.
   */
  from: number;
  /** It follows by its own rights alone, which are asked again when its identity changes. */
  byRight: boolean;
  /** Observers were told of it. The hub's. */
  announced: boolean;
  /** What came while the past was being read; `undefined` once the subscription is live. The hub's. */
  waiting: Waiting | undefined;
}
