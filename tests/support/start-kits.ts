import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { Server as SocketIOServer } from 'socket.io';
import { MemoryPresenceStore } from '../../packages/server/src/brokers/memory/memory-presence-store.ts';
import { ANONYMOUS } from '../../packages/server/src/core/identity.ts';
import { createNodes } from '../../packages/server/src/core/testing/create-nodes.ts';
import {
  COMMAND_KEY_MIGRATIONS,
  CommandKeys,
} from '../../packages/server/src/features/command-keys/command-keys.ts';
import { CONTACT_MIGRATIONS, Contacts } from '../../packages/server/src/features/contacts/index.ts';
import { INBOX_MIGRATIONS, Inbox, inboxCommands } from '../../packages/server/src/features/inbox/index.ts';
import { createPresence } from '../../packages/server/src/features/presence/presence.ts';
import { Reach } from '../../packages/server/src/features/reach/reach.ts';
import { createTyping } from '../../packages/server/src/features/typing/typing.ts';
import { UserSessions } from '../../packages/server/src/features/user-sessions/user-sessions.ts';
import { createHttp } from '../../packages/server/src/http/create-http.ts';
import { createServeFile } from '../../packages/server/src/http/files.ts';
import type { Kit } from '../../packages/server/src/kit.ts';
import { type InstalledKit, installKit } from '../../packages/server/src/kits/install-kit.ts';
import { openDatabase } from '../../packages/server/src/storage/database.ts';
import { SqliteJournal } from '../../packages/server/src/storage/journal/sqlite-journal.ts';
import { CORE_MIGRATIONS, migrate } from '../../packages/server/src/storage/migrations.ts';
import { Outbox } from '../../packages/server/src/storage/outbox.ts';
import { type CoreTestOptions, type RunningCore, readTestToken, startCore } from './start-core.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The API key of a server of {@link startKits}. */
export const KITS_API_KEY = 'kits-api-key';

/** The namespace that every server has for its users. */
const USER_NAMESPACE = { durable: true, rights: { subscribe: 'owner', publish: 'nobody' } } as const;

/** How long notifications are kept, milliseconds. */
const KEEP = 90 * 86_400_000;

/** How long the answers to commands are remembered, milliseconds. */
const KEY_WINDOW = 86_400_000;

/** A server with kits whose time stands still until a test moves it. */
export interface RunningKits extends RunningCore {
  readonly url: string;
  readonly http: FastifyInstance;
  readonly io: SocketIOServer;
  readonly kits: readonly InstalledKit[];
  readonly inbox: Inbox;
  readonly contacts: Contacts;
  /** What a server would show at `/metrics` of the kits. */
  readonly metrics: Registry;
  /** Lines of the log, parsed. */
  readonly logged: readonly LogLine[];
}

/** A line of the log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly kit?: string;
  readonly err?: { readonly message: string };
  readonly [field: string]: unknown;
}

export interface KitsOptions extends Omit<CoreTestOptions, 'http' | 'journal'> {
  /** What is done to the HTTP server before the kits come. */
  readonly prepare?: (http: FastifyInstance) => void | Promise<void>;
}

/** Starts a server with kits, on SQLite; it ends with the test. @throws Error of the kit that cannot be installed. */
export async function startKits<Tables>(
  kits: readonly Kit<Tables>[],
  { prepare, ...options }: KitsOptions = {},
): Promise<RunningKits> {
  const logged: LogLine[] = [];
  const log: Logger = pino({ level: 'info' }, { write: (line) => void logged.push(JSON.parse(line)) });
  const http = createHttp({ log, bodyLimit: 65_536, trustProxy: false });
  const directory = temporaryDirectory();
  const journal = new SqliteJournal(join(directory, 'journal.db'));
  const running = await startCore({ user: USER_NAMESPACE }, { ...options, http, journal });
  const { core, clock, server, websocket } = running;
  const db = await openDatabase({ directory, onError: (error) => running.errors.push(error) });
  onTeardown(() => db.destroy());
  await migrate(db, 'core', CORE_MIGRATIONS);
  await migrate(db, 'contacts', CONTACT_MIGRATIONS);
  await migrate(db, 'inbox', INBOX_MIGRATIONS);
  await migrate(db, 'command_keys', COMMAND_KEY_MIGRATIONS);
  const outbox = new Outbox({
    db,
    clock,
    check: (publication) => core.publisher.check(publication),
    publish: (publication) => core.publisher.publish(publication),
    log,
  });
  onTeardown(() => outbox.close());
  const onError = (error: unknown) => running.errors.push(error);
  const commandKeys = new CommandKeys({ db, clock, window: KEY_WINDOW, onError });
  onTeardown(() => commandKeys.close());
  core.dispatch.remember(commandKeys);
  const userSessions = new UserSessions();
  core.hub.observe(userSessions);
  const reach = new Reach({ core, userSessions, nodes: createNodes(clock), onError });
  const presence = createPresence({
    core,
    broker: running.broker,
    store: new MemoryPresenceStore(),
    clock,
    ttl: 30_000,
    grace: 0,
    onError,
  });
  onTeardown(() => presence.close());
  const typing = createTyping({ core, broker: running.broker, clock, ttl: 5000, onError });
  onTeardown(() => typing.close());
  const contacts = new Contacts({ db, onError });
  core.hub.observe(contacts.observer);
  const inbox = new Inbox({ db, clock, outbox, contacts, keep: KEEP, onError });
  onTeardown(() => inbox.close());
  for (const command of inboxCommands(inbox)) core.dispatch.add(command);
  const io = new SocketIOServer(server, { destroyUpgrade: false, serveClient: false });
  onTeardown(() => void io.disconnectSockets(true));
  await prepare?.(http);
  const metrics = new Registry();
  const installed: InstalledKit[] = [];
  const install = (kit: Kit<Tables>, scope: FastifyInstance) =>
    installKit(kit, {
      core,
      broker: running.broker,
      clock,
      log,
      metrics,
      db,
      outbox,
      commandKeys,
      inbox,
      contacts,
      userSessions,
      reach,
      presence,
      typing,
      websocket,
      http: scope,
      serveFile: createServeFile(http),
      io,
      callerOf({ headers: { authorization } }) {
        if (authorization === undefined) return { server: false, identity: ANONYMOUS };
        const token = authorization.slice('Bearer '.length);
        if (token === KITS_API_KEY) return { server: true, identity: ANONYMOUS };
        return { server: false, identity: readTestToken(token) };
      },
    });
  await http.register(
    async (scope) => {
      for (const kit of kits) installed.push(await install(kit, scope));
    },
    { prefix: '/api/v1' },
  );
  await outbox.start();
  const url = await running.listen();
  onTeardown(async () => {
    for (const kit of installed) await kit.stop();
  });
  for (const kit of installed) await kit.start();
  return { ...running, url, http, io, kits: installed, inbox, contacts, metrics, logged };
}
