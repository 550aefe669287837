/**
 * The server, put together from its parts.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { type Config, isLoopback } from './config.ts';
import { callBack } from './core/call-back.ts';
import { createCore } from './core/core.ts';
import { drain } from './core/drain.ts';
import { resolveNamespace } from './core/namespace.ts';
import { NodeCalls } from './core/node-calls.ts';
import { type Clock, systemClock } from './core/ports/clock.ts';
import { createSessionLog } from './core/session-log.ts';
import { parseJson } from './dialects/json-message.ts';
import { nativeDialect } from './dialects/native.ts';
import { createApiKeyCheck, JwtAuthenticator, Revocations, signToken } from './features/auth/index.ts';
import { addDeliveryMetrics } from './features/delivery/index.ts';
import { keepToday, Meter } from './features/stats/index.ts';
import { createAddressOf } from './http/address-of.ts';
import { Callers } from './http/caller.ts';
import { createHttp } from './http/create-http.ts';
import type { SignIn } from './http/development.ts';
import type { Phase } from './http/parts.ts';
import { registerHttp } from './http/register-http.ts';
import { type InstalledKit, installKit } from './kits/install-kit.ts';
import { JobTurns } from './kits/job-turns.ts';
import { loadKit } from './kits/load-kit.ts';
import { openChannels } from './open-channels.ts';
import { migrateFeatures, openFeatures } from './open-features.ts';
import { openSecrets } from './secrets.ts';
import { openSharedSecrets } from './shared-secrets.ts';
import { openDataDirectory } from './storage/data-directory.ts';
import { openDatabase } from './storage/database.ts';
import { CORE_MIGRATIONS, databaseId, migrate } from './storage/migrations.ts';
import { SocketIOTransport } from './transports/socketio/socketio-transport.ts';
import { registerSse } from './transports/sse/register-sse.ts';
import type { SseTransport } from './transports/sse/sse-transport.ts';
import { WebSocketTransport } from './transports/websocket/websocket-transport.ts';

/** A server. */
export interface App {
  /** Opens everything and listens. @throws Error that says what stands in the way; nothing is left open then. */
  start(): Promise<{ readonly url: string }>;
  /** Drains: nobody new, everyone told when to come back, everything written. */
  stop(): Promise<void>;
}

export interface AppOptions {
  /** @default the machine's own time */
  readonly clock?: Clock;
}

/** The version of this package. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;

/** Where the built pages are: in the repository, where a copy made for publishing would be older; or in the package. */
const WEB = ['../../../apps/demo/dist', '../web'].map((path) => join(import.meta.dirname, path));

/** Where the client for script tags is, likewise. */
const SCRIPT = ['../../../packages/client/dist/js', '../js'].map((path) => join(import.meta.dirname, path));

/** How long a token is good that a page of development has asked for. */
const SIGN_IN_TTL = '12h';

/** The service worker that shows pushes. */
const PUSH_WORKER = new URL('../public/push-sw.js', import.meta.url);

/** Of the name that tells servers of one machine apart. */
const NODE_BYTES = 3;

/** How often connections that became idle are closed while the server goes down, milliseconds. */
const DRAIN_CHECK = 50;

/** Builds a server from its configuration; nothing is opened before `start`. */
export function createApp(config: Config, options: AppOptions = {}): App {
  let running: Running | undefined;
  return {
    async start() {
      running = await run(config, options.clock ?? systemClock);
      return { url: running.url };
    },
    async stop() {
      await running?.stop();
    },
  };
}

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

async function run(config: Config, clock: Clock): Promise<Running> {
  await using opening = new AsyncDisposableStack();
  const opened = <T>(part: T, close: (part: T) => void | Promise<void>): T => opening.adopt(part, close);
  let phase: Phase = 'starting';
  const log = await createLog(config);
  const failed = (message: string) => (error: unknown) => log.error({ err: error }, message);

  const { path: data } = opened(openDataDirectory(config.data), (directory) => directory.close());
  const db = opened(
    await openDatabase({
      directory: data,
      url: config.database || undefined,
      onError: failed('a connection to the database broke'),
    }),
    (database) => database.destroy(),
  );
  await migrate(db, 'core', CORE_MIGRATIONS);
  const secrets = config.database ? await openSharedSecrets(data, db) : openSecrets(data);
  await migrateFeatures(db);

  // Channels, and the other servers
  const channels = opened(
    await openChannels({
      config,
      data,
      node: `${hostname()}-${randomBytes(NODE_BYTES).toString('hex')}`,
      database: await databaseId(db),
      clock,
      onGap: () => callBack(core.hub, config.drain.spread),
      onError: (error, message) => failed(message)(error),
    }),
    (part) => part.close(),
  );
  const { broker, bus } = channels;
  const nodes = new NodeCalls({ bus, clock, onError: failed('another server could not be asked') });

  // The core
  const revocations = opened(
    new Revocations({ db, clock, onError: failed('old revocations could not be deleted') }),
    (part) => part.close(),
  );
  const jwtSecret = config.auth.secret ?? secrets.jwtSecret;
  const authenticator = new JwtAuthenticator({
    ...config.auth,
    secret: jwtSecret,
    revocations,
    clock,
    onError: failed('the keys of tokens could not be had'),
  });
  const { limits } = config;
  const core = createCore({
    ...config,
    clock,
    broker,
    authenticator,
    loopbackOrigins: config.development,
    anonymous: config.auth.anonymous,
    cookie: config.auth.cookie,
    authenticationTimeout: config.auth.timeout,
    limits: { ...limits, commands: { perSecond: limits.commandsPerSecond, burst: limits.commandBurst } },
    onError: (error, command) => log.error({ err: error, command }, 'a command failed'),
  });
  core.hub.observe(createSessionLog(log));
  await broker.start((event) => core.hub.deliver(event));
  for (const [name, namespace] of Object.entries(config.namespaces))
    core.namespaces.add(resolveNamespace(name, namespace));

  // Features
  const features = openFeatures({
    config,
    core,
    db,
    clock,
    log,
    data,
    secrets,
    authenticator,
    revocations,
    channels,
    nodes,
    ownUrl: () => urlOf(http.server.address() as AddressInfo),
    opened,
    failed,
  });
  const { inbox, delivery, outbox, push, email } = features;

  // Transports
  const http = createHttp({ log, bodyLimit: limits.body, trustProxy: config.trustProxy });
  const addressOf = createAddressOf(config.trustProxy);
  const websocket = opened(
    new WebSocketTransport({
      host: core.host,
      server: http.server,
      clock,
      others: ['/socket.io/'],
      compression: config.websocket.compression,
      addressOf,
    }),
    (part) => part.close(),
  );
  websocket.add({ path: '/realtime', dialect: nativeDialect });
  const socketio = opened(
    new SocketIOTransport({
      host: core.host,
      server: http.server,
      clock,
      commands: core.dispatch.commands,
      recovery: channels.recovery,
      recoveryWindow: config.socketio.recoveryWindow,
      parse: parseJson,
      addressOf,
      checkOrigin: (origin, host) => core.gate.checkOrigin(origin, host),
      stands: (identity) => !revocations.covers(identity),
      onError: failed('Socket.IO sessions could not be remembered'),
    }),
    (part) => part.close(),
  );
  await socketio.start();

  // HTTP
  const apiKeyMatches = createApiKeyCheck(config.apiKey ?? secrets.apiKey);
  const callers = new Callers({
    apiKeyMatches,
    authenticator,
    anonymous: config.auth.anonymous,
    perSecond: limits.httpPerSecond,
  });
  const signIn = ({ user, name, language }: SignIn) =>
    signToken(config.auth, jwtSecret, {
      user,
      ttl: SIGN_IN_TTL,
      channels: {},
      claims: { name, locale: language, info: { name: name ?? user } },
    });
  const turns = config.database
    ? new JobTurns({ db, clock, onError: failed('the turn of a job could not be held') })
    : undefined;
  const kits: InstalledKit[] = [];
  const meter = new Meter(core, clock);
  const metrics = new Registry();
  addDeliveryMetrics(metrics, inbox, delivery);
  opened(
    await keepToday(meter, { db, clock, onError: failed('the count of the day could not be kept') }),
    (end) => end(),
  );
  let sse: SseTransport | undefined;
  registerHttp(http, {
    ...features,
    core,
    broker,
    clock,
    callers,
    meter,
    metrics,
    development: config.development,
    apiKeyMatches,
    nodes,
    events: (scope) => {
      sse = opened(registerSse(scope, { host: core.host, clock, addressOf }), (transport) =>
        transport.close(),
      );
    },
    push: { ...push, worker: PUSH_WORKER },
    email: {
      ...email,
      outbox: isAtItsMachine(config) ? email.outbox : undefined,
      setEmail: (user, category, on) => inbox.setWay(user, category, 'email', on),
    },
    phase: () => phase,
    signIn: isAtItsMachine(config) && config.auth.algorithms.includes('HS256') ? signIn : undefined,
    ownAddresses: config.email.ownAddresses,
    kits: () => kits.map(({ name }) => name),
    version: VERSION,
    web: WEB.find((path) => existsSync(path)),
    script: SCRIPT.find((path) => existsSync(path)),
    async extend(scope, serveFile) {
      for (const path of config.kits) {
        const kit = await installKit(await loadKit(path), {
          ...features,
          core,
          broker,
          clock,
          log,
          db,
          metrics,
          turns,
          websocket,
          http: scope,
          serveFile,
          io: socketio.io,
          callerOf: (request) => callers.anyone(request),
        });
        kits.push(opened(kit, (installed) => installed.stop()));
      }
    },
    limits,
  });
  await http.ready();
  channels.assertDurable(core.namespaces);
  // Before anyone comes in, and once everybody listens: what is revoked from now on is told, what was before is read.
  await bus.start();
  await revocations.start();
  await outbox.start();
  opened(http, (server) => server.close());
  await http.listen({ host: config.host, port: config.port });
  delivery.start();
  for (const kit of kits) await kit.start();
  phase = 'ready';

  const open = opening.move();
  return {
    url: urlOf(http.server.address() as AddressInfo),
    async stop() {
      phase = 'draining';
      drain({ gate: core.gate, hub: core.hub, spread: config.drain.spread });
      const { server } = http;
      // A kept-alive connection whose last answer went out after the close was begun is idle only then.
      const idle = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK);
      const timer = setTimeout(() => {
        server.closeAllConnections();
        // Of streams the server knows no more than of WebSockets.
        sse?.close();
      }, config.drain.timeout);
      try {
        await open.disposeAsync();
      } finally {
        clearInterval(idle);
        clearTimeout(timer);
      }
    },
  };
}

/** Whether whoever reaches this server sits at its machine, and tries things out there. */
function isAtItsMachine({ development, host }: Config): boolean {
  return development && isLoopback(host);
}

async function createLog({ log: { level, pretty } }: Config): Promise<Logger> {
  if (!pretty) return pino({ level });
  // Only a terminal wants it.
  const { default: prettyPrinter } = await import('pino-pretty');
  return pino({ level }, prettyPrinter());
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
