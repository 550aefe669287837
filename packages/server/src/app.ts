/**
 * The server, put together from its parts.
 *
 * @module
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TidingsError } from '@tidings/protocol';
import { pino } from 'pino';
import { MemoryBroker } from './brokers/memory/memory-broker.ts';
import type { Config } from './config.ts';
import { createCore } from './core/core.ts';
import { drain } from './core/drain.ts';
import { resolveNamespace } from './core/namespace.ts';
import { type Clock, systemClock } from './core/ports/clock.ts';
import { nativeDialect } from './dialects/native.ts';
import { openSecrets } from './secrets.ts';
import { openDataDirectory } from './storage/data-directory.ts';
import { WebSocketTransport } from './transports/websocket/websocket-transport.ts';

/** A server. */
export interface App {
  /** Opens everything and listens. @throws Error that says what stands in the way. */
  start(): Promise<{ readonly url: string }>;
  /** Drains: nobody new, everyone told when to come back, everything written. */
  stop(): Promise<void>;
}

/** Builds a server from its configuration; nothing is opened before `start`. */
export async function createApp(
  config: Config,
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<App> {
  const log = pino({ level: config.log.level });
  const directory = openDataDirectory(config.data);
  openSecrets(directory.path);
  const broker = new MemoryBroker({ clock });
  const core = createCore({
    ...config,
    clock,
    broker,
    authenticator: { verify: () => Promise.reject(new TidingsError('invalid_token')) },
    anonymous: config.auth.anonymous,
    authenticationTimeout: config.auth.timeout,
    limits: {
      ...config.limits,
      commands: { perSecond: config.limits.commandsPerSecond, burst: config.limits.commandBurst },
    },
    onError: (error, command) => log.error({ err: error, command }, 'a command failed'),
  });
  core.namespaces.add(
    resolveNamespace('public', { history: { size: 1000 }, rights: { subscribe: 'anyone' } }),
  );
  const server = createServer();
  const websocket = new WebSocketTransport({
    host: core.host,
    server,
    clock,
    others: ['/socket.io/'],
    addressOf: (request: IncomingMessage) => request.socket.remoteAddress ?? '',
  });
  websocket.add({ path: '/realtime', dialect: nativeDialect });
  return {
    async start() {
      await broker.start((event) => core.hub.deliver(event));
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(config.port, config.host, resolve);
      });
      const { port } = server.address() as AddressInfo;
      return { url: `http://${config.host}:${port}` };
    },
    async stop() {
      drain({ gate: core.gate, hub: core.hub, spread: config.drain.spread });
      websocket.close();
      server.close();
      await broker.close();
      directory.close();
    },
  };
}
