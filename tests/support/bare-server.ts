import type { AddressInfo } from 'node:net';
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { MemoryBroker } from '../../packages/server/src/brokers/memory/memory-broker.ts';
import { MemoryPresenceStore } from '../../packages/server/src/brokers/memory/memory-presence-store.ts';
import { type Core, type CoreOptions, createCore } from '../../packages/server/src/core/core.ts';
import { ANONYMOUS } from '../../packages/server/src/core/identity.ts';
import { type NamespaceOptions, resolveNamespace } from '../../packages/server/src/core/namespace.ts';
import type { Broker } from '../../packages/server/src/core/ports/broker.ts';
import { systemClock } from '../../packages/server/src/core/ports/clock.ts';
import { createNodes } from '../../packages/server/src/core/testing/create-nodes.ts';
import { AUTH_MIGRATIONS, Auth, Revocations } from '../../packages/server/src/features/auth/index.ts';
import { createPresence } from '../../packages/server/src/features/presence/presence.ts';
import { Reach } from '../../packages/server/src/features/reach/reach.ts';
import { Meter } from '../../packages/server/src/features/stats/index.ts';
import { UserSessions } from '../../packages/server/src/features/user-sessions/user-sessions.ts';
import { Callers } from '../../packages/server/src/http/caller.ts';
import { createHttp } from '../../packages/server/src/http/create-http.ts';
import type { HttpParts } from '../../packages/server/src/http/parts.ts';
import { registerHttp } from '../../packages/server/src/http/register-http.ts';
import { openDatabase } from '../../packages/server/src/storage/database.ts';
import { migrate } from '../../packages/server/src/storage/migrations.ts';
import { registerSse } from '../../packages/server/src/transports/sse/register-sse.ts';
import type { ReleaseHttp } from '../../packages/server/src/transports/sse/release-http.ts';
import type { SseTransport } from '../../packages/server/src/transports/sse/sse-transport.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The API key of a bare server. */
export const BARE_API_KEY = 'bare-server-api-key';

/** Options of a bare server, each with the default that tests mostly want. */
export interface BareOptions extends Partial<Omit<CoreOptions, 'limits'>> {
  readonly limits?: Partial<CoreOptions['limits']>;
  readonly namespaces?: Readonly<Record<string, NamespaceOptions>>;
  readonly parts?: Partial<HttpParts>;
  /** HTTP calls a second of one user, or of one address. */
  readonly perSecond?: number;
  /** How a request is let go of once its stream begins. */
  readonly release?: ReleaseHttp;
  /** Takes the log, at level trace. */
  readonly log?: (line: string) => void;
}

/** The core behind HTTP and SSE alone, in memory, with a clock that a test may move: for what a whole server hides. */
export interface BareServer {
  readonly url: string;
  readonly port: number;
  readonly app: FastifyInstance;
  readonly core: Core;
  readonly broker: Broker;
}

/** Any token `user:NAME` is the user's; any other is refused. */
const authenticator: CoreOptions['authenticator'] = {
  async verify(token) {
    if (!token.startsWith('user:')) throw new TidingsError('invalid_token');
    return { ...ANONYMOUS, user: token.slice('user:'.length) };
  },
};

/** Starts one; it ends with the test. */
export async function startBareServer(options: BareOptions = {}): Promise<BareServer> {
  const {
    clock = systemClock,
    namespaces = {},
    parts = {},
    log: write,
    release,
    limits,
    perSecond = 100_000,
    ...rest
  } = options;
  const broker = options.broker ?? new MemoryBroker({ clock });
  const core = createCore({
    authenticator,
    origins: [],
    anonymous: true,
    heartbeat: 25_000,
    authenticationTimeout: 10_000,
    onError: () => {},
    ...rest,
    clock,
    broker,
    limits: {
      message: 65_536,
      channels: 100,
      queue: 1_048_576,
      commands: { perSecond: 100, burst: 200 },
      inFlight: 256,
      commandTimeout: 30_000,
      connections: 20_000,
      connectionsPerAddress: 20_000,
      ...limits,
    },
  });
  core.namespaces.add(
    resolveNamespace('public', { history: { size: 1000 }, presence: true, rights: { subscribe: 'anyone' } }),
  );
  for (const [name, namespace] of Object.entries(namespaces))
    core.namespaces.add(resolveNamespace(name, namespace));
  const logger = write
    ? pino({ level: 'trace' }, { write: (line) => write(line) })
    : pino({ level: 'silent' });
  const db = await openDatabase({ directory: temporaryDirectory(), onError: () => {} });
  await migrate(db, 'auth', AUTH_MIGRATIONS);
  const revocations = new Revocations({ db, clock, onError: () => {} });
  await revocations.start();
  const nodes = createNodes(clock);
  const auth = new Auth({ core, authenticator, revocations, nodes, clock, onError: () => {} });
  const userSessions = new UserSessions();
  core.hub.observe(userSessions);
  const store = new MemoryPresenceStore();
  const presence = createPresence({
    core,
    broker,
    store,
    clock,
    ttl: 60_000,
    grace: 5000,
    onError: () => {},
  });
  const apiKeyMatches = (authorization: string | undefined) => authorization === `Bearer ${BARE_API_KEY}`;
  let sse: SseTransport | undefined;
  const app = createHttp({ log: logger, bodyLimit: 1_048_576, trustProxy: false });
  registerHttp(app, {
    core,
    broker,
    clock,
    callers: new Callers({
      apiKeyMatches,
      authenticator: rest.authenticator ?? authenticator,
      anonymous: rest.anonymous ?? true,
      perSecond,
    }),
    apiKeyMatches,
    meter: new Meter(core, clock),
    metrics: new Registry(),
    development: true,
    phase: () => 'ready',
    version: '0.0.0',
    auth,
    nodes,
    reach: new Reach({ core, userSessions, nodes, onError: () => {} }),
    presence,
    events: (scope) => {
      sse = registerSse(scope, {
        host: core.host,
        clock,
        addressOf: (request) => request.socket.remoteAddress ?? '',
        ...(release && { release }),
      });
    },
    limits: { batch: 100, queue: 1_048_576 },
    ...parts,
  });
  await broker.start((event) => core.hub.deliver(event));
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTeardown(async () => {
    sse?.close();
    app.server.closeAllConnections();
    await app.close();
    auth.close();
    presence.close();
    revocations.close();
    await broker.close();
    await db.destroy();
  });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, app, core, broker };
}
