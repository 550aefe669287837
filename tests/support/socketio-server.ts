import { once as onceOf } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TidingsError } from '@tidings/protocol';
import type { Server as SocketIOServer } from 'socket.io';
import { MemoryBroker } from '../../packages/server/src/brokers/memory/memory-broker.ts';
import { type Core, type CoreOptions, createCore } from '../../packages/server/src/core/core.ts';
import { ANONYMOUS, type Identity } from '../../packages/server/src/core/identity.ts';
import { type NamespaceOptions, resolveNamespace } from '../../packages/server/src/core/namespace.ts';
import { type Clock, systemClock } from '../../packages/server/src/core/ports/clock.ts';
import type { RecoveryStore } from '../../packages/server/src/core/ports/recovery-store.ts';
import { parseJson } from '../../packages/server/src/dialects/json-message.ts';
import { authenticateCommand } from '../../packages/server/src/features/auth/authenticate-command.ts';
import { SqliteJournal } from '../../packages/server/src/storage/journal/sqlite-journal.ts';
import { SqliteRecoveryStore } from '../../packages/server/src/storage/sqlite-recovery-store.ts';
import { SocketIOTransport } from '../../packages/server/src/transports/socketio/socketio-transport.ts';
import { TEST_LIMITS } from './test-limits.ts';

/** What differs between the servers of tests. */
export interface SocketIOOptions {
  readonly data: string;
  /** @default a free one */
  readonly port?: number;
  readonly clock?: Clock;
  readonly anonymous?: boolean;
  /** @default 25000 */
  readonly heartbeat?: number;
  readonly origins?: readonly string[];
  readonly limits?: Partial<CoreOptions['limits']>;
  readonly namespaces?: Readonly<Record<string, NamespaceOptions>>;
  /** How long a client may come back, milliseconds. @default 120000 */
  readonly recoveryWindow?: number;
  readonly recovery?: (store: RecoveryStore) => RecoveryStore;
  readonly stands?: (identity: Identity) => boolean;
  /** As a kit's hook. */
  readonly socketio?: (io: SocketIOServer) => void;
}

/** A server that speaks Socket.IO alone, on the journal and the recovery store on disk. */
export interface SocketIOTestServer {
  readonly url: string;
  readonly port: number;
  readonly data: string;
  readonly core: Core;
  readonly io: SocketIOServer;
  /** What went wrong where no client could be told. */
  readonly errors: unknown[];
  publish(
    channel: string,
    event: string,
    data?: unknown,
  ): Promise<{ offset: number; epoch: string; id: string }>;
  /** Ends without telling anyone, as when the process dies, except that files are closed. */
  crash(): Promise<void>;
}

/** In which anyone may do anything: `memory`, and `durable` on disk. */
const NAMESPACES: Readonly<Record<string, NamespaceOptions>> = {
  durable: { durable: true, history: { size: 10_000 }, rights: { subscribe: 'anyone', publish: 'anyone' } },
  memory: { history: { size: 10_000 }, rights: { subscribe: 'anyone', publish: 'anyone' } },
  users: { rights: { subscribe: 'users', publish: 'users' } },
};

/** A token for such a server, which believes whatever it says. */
export function tokenFor(user: string, identity: Partial<Identity> = {}): string {
  return Buffer.from(JSON.stringify({ ...identity, user })).toString('base64url');
}

function readToken(token: string, now: number): Identity {
  let identity: Identity;
  try {
    identity = { ...ANONYMOUS, ...JSON.parse(Buffer.from(token, 'base64url').toString()) };
  } catch {
    throw new TidingsError('invalid_token');
  }
  if ((identity.expiresAt ?? now + 1) <= now) throw new TidingsError('token_expired');
  return identity;
}

/** Starts one. */
export async function createSocketIOServer(options: SocketIOOptions): Promise<SocketIOTestServer> {
  const { data, clock = systemClock, namespaces = NAMESPACES, limits } = options;
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const broker = new MemoryBroker({
    clock,
    journal: new SqliteJournal(join(data, 'journal.db')),
  });
  const authenticator = { verify: async (token: string) => readToken(token, clock.now()) };
  const core = createCore({
    clock,
    broker,
    authenticator,
    origins: options.origins ?? [],
    anonymous: options.anonymous ?? true,
    heartbeat: options.heartbeat ?? 25_000,
    authenticationTimeout: 10_000,
    onError,
    limits: { ...TEST_LIMITS, ...limits },
  });
  core.dispatch.add(authenticateCommand({ core, authenticator, onError }));
  for (const [name, namespace] of Object.entries(namespaces))
    core.namespaces.add(resolveNamespace(name, namespace));
  const server = createServer((_, response) => response.writeHead(404).end());
  const store = new SqliteRecoveryStore(data);
  const transport = new SocketIOTransport({
    host: core.host,
    server,
    clock,
    commands: core.dispatch.commands,
    recovery: options.recovery?.(store) ?? store,
    recoveryWindow: options.recoveryWindow ?? 120_000,
    parse: parseJson,
    addressOf: () => '127.0.0.1',
    checkOrigin: (origin, host) => core.gate.checkOrigin(origin, host),
    stands: options.stands ?? (() => true),
    onError,
  });
  options.socketio?.(transport.io);
  await broker.start((event) => core.hub.deliver(event));
  await transport.start();
  await onceOf(server.listen(options.port ?? 0, '127.0.0.1'), 'listening');
  let ended: Promise<void> | undefined;
  const crash = async () => {
    server.closeAllConnections();
    const closed = onceOf(server, 'close');
    await broker.close();
    await transport.close();
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const end = () => {
    ended ??= crash();
    return ended;
  };
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    data,
    core,
    io: transport.io,
    errors,
    publish: (channel, event, data) => core.publisher.publish({ channel, event, data }),
    crash: end,
  };
}
