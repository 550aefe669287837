/**
 * The kit API: what a domain on top of Tidings is made of. The kits that ship with Tidings use nothing else.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Kysely, Migration, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Server as SocketIOServer } from 'socket.io';
import type { TSchema } from 'typebox';
import type { CommandDefinition } from './core/command.ts';
import type { NamespaceOptions } from './core/namespace.ts';
import type { PublishReceipt } from './core/ports/broker.ts';
import type { Clock } from './core/ports/clock.ts';
import type { Dialect } from './core/ports/dialect.ts';
import type { Publication } from './core/publisher.ts';
import type { Session } from './core/session.ts';

export { TidingsError } from '@tidings/protocol';
export { type CommandContext, type CommandDefinition, defineCommand } from './core/command.ts';
export type { Grant, Identity, Right } from './core/identity.ts';
export type { NamespaceOptions, RightsRequest, Rule } from './core/namespace.ts';
export type { PublishReceipt } from './core/ports/broker.ts';
export type { Command, Dialect, Incoming, Notice, Reply } from './core/ports/dialect.ts';
export type { ChannelEvent } from './core/ports/event.ts';
export type { Publication } from './core/publisher.ts';
export type { Session } from './core/session.ts';
export { decodeMessages, idOf, type JsonObject, parseMessage } from './dialects/json-message.ts';

/** A kit's tables, unless it describes them. */
export type AnyTables = Record<string, Record<string, unknown>>;

/** A transaction whose publishes are heard if and only if it commits. */
export interface KitTransaction<Tables> {
  readonly db: Transaction<Tables>;
  /** Puts an event in the outbox; it is checked now and published once the transaction has committed. @throws TidingsError */
  publish(publication: Publication): Promise<void>;
}

/** What a kit may do with the server. */
export interface Tidings<Tables = AnyTables> {
  readonly clock: Clock;
  readonly log: Logger;
  /** The kit's query builder, on the server's database (SQLite or PostgreSQL). */
  readonly db: Kysely<Tables>;
  /** Publishes; fulfilled once the event has its place, and on a durable channel is on disk. @throws TidingsError */
  publish(publication: Publication): Promise<PublishReceipt>;
  /** Runs a transaction; what it publishes is heard if and only if it commits, also when the process dies in between. */
  transaction<T>(work: (transaction: KitTransaction<Tables>) => Promise<T>): Promise<T>;
  /** Sends an event to one session alone; it has no offset and is not kept. */
  send(session: Session, event: string, data: unknown): void;
  /** Makes a session follow channels on the server's own account, without asking for its rights. */
  follow(session: Session, channels: readonly string[]): Promise<void>;
  /** Makes a session stop following channels. */
  unfollow(session: Session, channels: readonly string[]): void;
}

/** A raw-WebSocket path with a JSON shape of its own. */
export interface KitWebSocket<Tables = AnyTables> {
  readonly path: string;
  readonly dialect: Dialect;
  /** Called once a client is in. */
  onOpen?(
    session: Session,
    tidings: Tidings<Tables>,
    request: Pick<IncomingMessage, 'headers' | 'url'>,
  ): void | Promise<void>;
}

/** Something done on a schedule. */
export interface KitJob<Tables = AnyTables> {
  readonly name: string;
  /** A cron expression of five fields, or six with seconds first; in UTC. */
  readonly schedule: string;
  run(tidings: Tidings<Tables>): void | Promise<void>;
}

/** A kit: one domain on top of Tidings. Everything but the name is optional. */
export interface Kit<Tables = AnyTables> {
  /** Lower-case letters, digits, dashes; also the prefix of its migrations and of its routes' tags. */
  readonly name: string;
  readonly namespaces?: Readonly<Record<string, NamespaceOptions>>;
  readonly commands?:
    | readonly CommandDefinition<TSchema>[]
    | ((tidings: Tidings<Tables>) => readonly CommandDefinition<TSchema>[]);
  /** Routes under `/api/v1`; what they declare stands in OpenAPI. */
  readonly routes?: (app: FastifyInstance, tidings: Tidings<Tables>) => void | Promise<void>;
  readonly websockets?: readonly KitWebSocket<Tables>[];
  /** By name; run in order of name, each once, before the server is ready. */
  readonly migrations?: Readonly<Record<string, Migration>>;
  readonly jobs?: readonly KitJob<Tables>[];
  /** Receives the Socket.IO server, so that existing handlers come along unchanged. */
  readonly socketio?: (io: SocketIOServer, tidings: Tidings<Tables>) => void;
  onConnect?(session: Session, tidings: Tidings<Tables>): void | Promise<void>;
  onDisconnect?(session: Session, tidings: Tidings<Tables>): void | Promise<void>;
  /** Called once, when the server is ready. */
  onStart?(tidings: Tidings<Tables>): void | Promise<void>;
}

/** Declares a kit; gives it back with its types. */
export function defineKit<Tables = AnyTables>(kit: Kit<Tables>): Kit<Tables> {
  return kit;
}
