/**
 * The kit API: what a domain on top of Tidings is made of. The kits that ship with Tidings use nothing else.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import type { DisconnectReason, PresenceList } from '@tidings/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Kysely, Transaction } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Server as SocketIOServer } from 'socket.io';
import type { Caller, CommandDefinition } from './core/command.ts';
import type { Identity } from './core/identity.ts';
import type { NamespaceOptions } from './core/namespace.ts';
import type { Call } from './core/ports/answer-memory.ts';
import type { PublishReceipt } from './core/ports/broker.ts';
import type { Clock } from './core/ports/clock.ts';
import type { Dialect } from './core/ports/dialect.ts';
import type { ChannelEvent } from './core/ports/event.ts';
import type { Publication } from './core/ports/publication.ts';
import type { Session } from './core/session.ts';
import type { Contact } from './features/contacts/index.ts';
import type {
  NewNotification,
  NotificationPage,
  ListQuery as NotificationQuery,
  Notified,
  Template,
} from './features/inbox/index.ts';
import type { FollowUserOptions } from './features/reach/reach.ts';

export { type DisconnectReason, type ErrorCode, TidingsError } from '@tidings/protocol';
export { type Generated, sql } from 'kysely';
export { Counter, Gauge, Histogram } from 'prom-client';
export { default as Type, type Static, type TSchema } from 'typebox';
export { type CommandContext, type CommandDefinition, defineCommand } from './core/command.ts';
export type { Grant, Identity, Right } from './core/identity.ts';
export type { NamespaceOptions, RightsRequest, Rule } from './core/namespace.ts';
export type { Call } from './core/ports/answer-memory.ts';
export type { PublishReceipt } from './core/ports/broker.ts';
export type { Command, Dialect, Incoming, Notice, Reply, SubscribedTo } from './core/ports/dialect.ts';
export type { ChannelEvent } from './core/ports/event.ts';
export type { JsonObject } from './core/ports/json-object.ts';
export type { Publication } from './core/ports/publication.ts';
export type { Session } from './core/session.ts';
export { decodeMessages, idOf, parseMessage } from './dialects/json-message.ts';
export type { Contact, Language } from './features/contacts/index.ts';
export type { Level, Money, NewNotification, Notified, Template, Value } from './features/inbox/index.ts';
export type { FollowUserOptions } from './features/reach/reach.ts';
export { bytesType } from './storage/bytes-type.ts';
export { withId } from './storage/with-id.ts';

/** A kit's tables, unless it describes them. */
export type AnyTables = Record<string, Record<string, unknown>>;

/** A transaction whose publishes are heard if and only if it commits. */
export interface KitTransaction<Tables> {
  readonly db: Transaction<Tables>;
  /** Puts an event in the outbox; it is checked now and published once the transaction has committed. @throws TidingsError */
  publish(publication: Publication): Promise<void>;
  /** As {@link Tidings.notify}; users are told if and only if the transaction commits. @throws TidingsError */
  notify(users: string | readonly string[], notification: NewNotification): Promise<readonly Notified[]>;
}

/** How a transaction is run. */
export interface TransactionOptions {
  /**
   * The call whose answer is what the transaction gives: a command's context, or a route's request. When the call has a key,
   * the answer is written in the same transaction, so that a repeat has one effect and the same answer also when the process
   * dies right after the commit; a repeat gets the answer as JSON has kept it. A call is answered by one transaction at most.
   *
   * @example
   * handle: (data, context) => tidings.transaction(({ db }) => take(db, data), { answers: context }),
   */
  readonly answers?: Call | undefined;
}

/** Who calls one of a kit's routes. */
export interface RouteCaller {
  /** It is a backend with the API key. */
  readonly server: boolean;
  /** The user; anonymous for a backend, and where the server takes anonymous calls. */
  readonly identity: Identity;
}

/** How a kit makes a session follow channels. */
export interface FollowOptions {
  /**
   * The session's own right is asked later, as if it had subscribed by itself: when it comes back after a cut, and when it
   * becomes another user's. @default false
   */
  readonly byRight?: boolean;
}

/** What a kit may do with the server. */
export interface Tidings<Tables = AnyTables> {
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * What `/metrics` shows, of the server and of all kits. A kit's metrics begin with its name.
   *
   * @example
   * new Gauge({ name: 'polls_open', help: 'Polls that can be voted in.', registers: [tidings.metrics] });
   */
  readonly metrics: Registry;
  /** The kit's query builder, on the server's database (SQLite or PostgreSQL). */
  readonly db: Kysely<Tables>;
  /** Publishes; fulfilled once the event has its place, and on a durable channel is on disk. @throws TidingsError */
  publish(publication: Publication): Promise<PublishReceipt>;
  /**
   * Where a channel stands now, as `epoch:offset`. What is read from the database after this has everything that the
   * channel told up to here, so that a client which goes on from here misses nothing. @throws TidingsError
   */
  positionOf(channel: string): Promise<string>;
  /** Whether an event was published on this server: of several that share channels, one says so. */
  isOwn(event: ChannelEvent): boolean;
  /**
   * Runs a transaction; what it publishes is heard if and only if it commits, also when the process dies in between.
   *
   * @throws TidingsError `key_conflict` when it answers a call whose key came with other data before; and whatever `work` throws.
   */
  transaction<T>(
    work: (transaction: KitTransaction<Tables>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /**
   * Tells users something: it stands in their inboxes, is heard at once on `user:ID`, and goes to their devices and by
   * mail while they have not seen it, as they like it. Many users are written in several transactions; with a `key` the
   * same call again tells those whom a failure left out. Not to be called inside a transaction, which has its own.
   *
   * @returns each user once.
   * @throws TidingsError `invalid_request`, `message_too_large`, `message_too_deep`, before anything is written.
   */
  notify(users: string | readonly string[], notification: NewNotification): Promise<readonly Notified[]>;
  /** A user's notifications, the newest first. @throws TidingsError `bad_cursor`. */
  notificationsOf(user: string, query?: NotificationQuery): Promise<NotificationPage>;
  /** How a user is reached, and how they read; with the defaults when nothing is known. */
  contactOf(user: string): Promise<Contact>;
  /** The live sessions of a user on this server; what is to reach those on all of them is done by user. */
  sessionsOf(user: string): readonly Session[];
  /** The live sessions on this node that follow a channel. */
  sessionsIn(channel: string): readonly Session[];
  /** The channels of a namespace that live sessions on this node follow; of any name, also of what is not there. */
  followedIn(namespace: string): readonly string[];
  /** Who follows a channel now, on all nodes. @throws TidingsError `bad_channel`, `unknown_namespace`, `no_presence`. */
  presenceOf(channel: string): Promise<PresenceList>;
  /**
   * Begins, renews or ends a typing mark of whoever calls, as the command `typing` does.
   *
   * @throws TidingsError `bad_channel`, `unknown_namespace`, `no_typing`, `forbidden`, `unauthenticated`.
   */
  markTyping(caller: Caller, channel: string, active: boolean): Promise<void>;
  /** Sends an event to one session alone; it has no offset and is not kept. */
  send(session: Session, event: string, data?: unknown): void;
  /**
   * Makes a session follow channels from now on, on the server's own account: its rights are not asked. Does nothing for
   * a session that has ended. @throws TidingsError `bad_channel`, `unknown_namespace`, `too_many_channels`.
   */
  follow(session: Session, channels: readonly string[], options?: FollowOptions): Promise<void>;
  /**
   * Makes all sessions of a user follow channels from now on, on whatever server they are, as {@link follow}; fulfilled once
   * all servers that can be reached have done it. A session that follows as many channels as it may is left as it is.
   *
   * @throws TidingsError `bad_channel`, `unknown_namespace`.
   */
  followUser(user: string, channels: readonly string[], options?: FollowUserOptions): Promise<void>;
  /** Makes a session stop following channels. */
  unfollow(session: Session, channels: readonly string[]): void;
  /**
   * Makes all sessions of a user stop following channels, on whatever server they are; fulfilled once all servers that can
   * be reached have done it. Once the others can be, they ask for the rights of what is followed by right.
   */
  unfollowUser(user: string, channels: readonly string[]): Promise<void>;
  /** Ends a session, telling its client why; the reason decides whether it comes back by itself. @default 'disconnected' */
  disconnect(session: Session, reason?: DisconnectReason): void;
  /**
   * Ends all sessions of a user, on whatever server they are. @default 'disconnected'
   *
   * @returns how many.
   * @throws TidingsError `unavailable` when a server did not answer: its sessions may go on.
   */
  disconnectUser(user: string, reason?: DisconnectReason): Promise<number>;
  /** Who sends a request to one of the kit's routes. @throws TidingsError `unauthenticated`, `invalid_token` … */
  callerOf(request: FastifyRequest): Promise<RouteCaller>;
}

/** What a kit gives at once, or makes with the server in hand. */
export type Given<T, Tables> = T | ((tidings: Tidings<Tables>) => T);

/** A raw-WebSocket path with a JSON shape of its own. */
export interface KitWebSocket<Tables = AnyTables> {
  readonly path: string;
  readonly dialect: Dialect;
  /**
   * An event sent to every client of the path again and again, for clients that expect to hear one; it goes through the
   * dialect as a `direct` notice. Dead connections are found without it, by WebSocket pings. What such a client sends
   * itself, the dialect reads as the command `ping`, and answers or not.
   */
  readonly heartbeat?: {
    readonly event: string;
    readonly data?: unknown;
    /** Milliseconds. @default that of the server's own heartbeat */
    readonly interval?: number;
  };
  /** Called once a client is in. When it fails, the client is told to come back (4006). */
  onOpen?(
    session: Session,
    tidings: Tidings<Tables>,
    request: Pick<IncomingMessage, 'headers' | 'url'>,
  ): void | Promise<void>;
}

/** Something done on a schedule. */
export interface KitJob<Tables = AnyTables> {
  readonly name: string;
  /**
   * A cron expression of five fields, or six with seconds first; in UTC. A run that takes longer than its turn skips the
   * next. Of several servers on one database, one runs it.
   */
  readonly schedule: string;
  /** Every server runs it, because it is about what each has in memory. @default false */
  readonly everywhere?: boolean;
  run(tidings: Tidings<Tables>): void | Promise<void>;
}

/** A kit: one domain on top of Tidings. Everything but the name is optional. */
export interface Kit<Tables = AnyTables> {
  /** Lower-case letters, digits, dashes; also the name of its migrations' record and the tag of its routes. */
  readonly name: string;
  readonly namespaces?: Given<Readonly<Record<string, NamespaceOptions>>, Tables>;
  readonly commands?: Given<readonly CommandDefinition[], Tables>;
  /** Routes under `/api/v1`; what they declare stands in OpenAPI. */
  readonly routes?: (app: FastifyInstance, tidings: Tidings<Tables>) => void | Promise<void>;
  readonly websockets?: Given<readonly KitWebSocket<Tables>[], Tables>;
  /**
   * Files that are served as they are, by their path: `{'/js/shop.js': new URL('./shop.js', import.meta.url)}`. Pages of any
   * origin may load them.
   */
  readonly files?: Readonly<Record<string, URL>>;
  /** By name; run in order of name, each once, before anything else of the kit. */
  readonly migrations?: Readonly<Record<string, Migration>>;
  readonly jobs?: readonly KitJob<Tables>[];
  /** Texts of notifications by name, in every language, as ICU messages. */
  readonly notifications?: Readonly<Record<string, Template>>;
  /** Receives the Socket.IO server, so that existing handlers come along unchanged. */
  readonly socketio?: (io: SocketIOServer, tidings: Tidings<Tables>) => void;
  /** Called once a session is in, on any transport; where sessions must authenticate, once it has. */
  onConnect?(session: Session, tidings: Tidings<Tables>): void | Promise<void>;
  /** Called once a session that was in without a user has one: it has authenticated. */
  onIdentify?(session: Session, tidings: Tidings<Tables>): void | Promise<void>;
  /** Called once a session that was in has ended; what it followed can still be seen. */
  onDisconnect?(session: Session, tidings: Tidings<Tables>): void | Promise<void>;
  /**
   * Called for every event that a channel got, of any namespace, whether or not anybody follows it: to count, or to begin
   * something; everybody's events wait until it is back. Several servers that share channels are all told of each, and
   * {@link Tidings.isOwn} says which of them it came from.
   */
  onPublished?(event: ChannelEvent, tidings: Tidings<Tables>): void;
  /** Called for every event that was given to sessions of this server, with how many: likewise. */
  onDelivered?(event: ChannelEvent, sessions: number, tidings: Tidings<Tables>): void;
  /** Called once, when the server is ready, before the first job. */
  onStart?(tidings: Tidings<Tables>): void | Promise<void>;
  /** Called once, when the server goes down, after the last job and the last request; the database is still there. */
  onStop?(tidings: Tidings<Tables>): void | Promise<void>;
}

/** Declares a kit; gives it back with its types. */
export function defineKit<Tables = AnyTables>(kit: Kit<Tables>): Kit<Tables> {
  return kit;
}
