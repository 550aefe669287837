import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Server as SocketIOServer } from 'socket.io';
import type { Core } from '../core/core.ts';
import type { Broker } from '../core/ports/broker.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Dialect } from '../core/ports/dialect.ts';
import type { Session } from '../core/session.ts';
import type { CommandKeys } from '../features/command-keys/command-keys.ts';
import type { Contacts } from '../features/contacts/index.ts';
import type { Inbox } from '../features/inbox/index.ts';
import type { Presence } from '../features/presence/presence.ts';
import type { Reach } from '../features/reach/reach.ts';
import type { Typing } from '../features/typing/typing.ts';
import type { UserSessions } from '../features/user-sessions/user-sessions.ts';
import type { RouteCaller } from '../kit.ts';
import type { CoreTables } from '../storage/migrations.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Turns } from './jobs.ts';

/** What of a server kits are installed on. */
export interface KitParts {
  readonly core: Pick<Core, 'namespaces' | 'hub' | 'dispatch' | 'publisher' | 'host'>;
  readonly broker: Pick<Broker, 'read' | 'isOwn'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** What `/metrics` shows. */
  readonly metrics: Registry;
  /** With the core's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly commandKeys: Pick<CommandKeys, 'once'>;
  readonly inbox: Inbox;
  readonly contacts: Pick<Contacts, 'of'>;
  readonly userSessions: Pick<UserSessions, 'of'>;
  /** The turns of jobs, where several servers share a database. */
  readonly turns?: Turns | undefined;
  readonly reach: Pick<Reach, 'followUser' | 'unfollowUser' | 'disconnectUser'>;
  readonly presence: Pick<Presence, 'list'>;
  readonly typing: Pick<Typing, 'mark'>;
  /** The WebSocket transport, on which a kit may have paths. */
  readonly websocket: {
    add(route: {
      readonly path: string;
      readonly dialect: Dialect;
      readonly onOpen: (session: Session, request: IncomingMessage) => void;
    }): void;
  };
  /** The scope under `/api/v1`, not ready yet, which a kit's routes are added to. */
  readonly http: FastifyInstance;
  /** Serves a file as it is. @throws Error when the path is taken, is none, or the file is not there. */
  readonly serveFile: (path: string, file: URL) => void;
  readonly io: SocketIOServer;
  /** Who makes an HTTP call. @throws TidingsError */
  readonly callerOf: (request: FastifyRequest) => RouteCaller | Promise<RouteCaller>;
}
