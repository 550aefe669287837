import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import { MemoryBroker } from '../../packages/server/src/brokers/memory/memory-broker.ts';
import { type Core, createCore } from '../../packages/server/src/core/core.ts';
import { ANONYMOUS, type Grant, type Identity } from '../../packages/server/src/core/identity.ts';
import { type NamespaceOptions, resolveNamespace } from '../../packages/server/src/core/namespace.ts';
import type { Journal } from '../../packages/server/src/core/ports/journal.ts';
import { ManualClock } from '../../packages/server/src/core/testing/manual-clock.ts';
import { nativeDialect } from '../../packages/server/src/dialects/native.ts';
import { WebSocketTransport } from '../../packages/server/src/transports/websocket/websocket-transport.ts';
import { onTeardown } from './teardown.ts';
import { TEST_LIMITS } from './test-limits.ts';

/** A server of memory alone whose time stands still until a test moves it. */
export interface RunningCore {
  readonly clock: ManualClock;
  readonly core: Core;
  readonly broker: MemoryBroker;
  readonly server: Server;
  readonly websocket: WebSocketTransport;
  /** What went wrong where no client could be told. */
  readonly errors: unknown[];
  /** Listens; `http://127.0.0.1:PORT`. Call it once everything is added. */
  listen(): Promise<string>;
}

/** No heartbeat comes in between, however far a test moves the clock, milliseconds. */
const NO_HEARTBEAT = 365 * 24 * 60 * 60 * 1000;

export interface CoreTestOptions {
  /** @default true */
  readonly anonymous?: boolean;
  /** An HTTP server that listens in place of a bare one. */
  readonly http?: FastifyInstance;
  /** Where durable channels are kept. @default nowhere: they are refused */
  readonly journal?: Journal;
}

/** Prepares a core with the native WebSocket, closed with the test. */
export async function startCore(
  namespaces: Readonly<Record<string, NamespaceOptions>>,
  { anonymous = true, http, journal }: CoreTestOptions = {},
): Promise<RunningCore> {
  const clock = new ManualClock();
  const broker = new MemoryBroker({ clock, journal });
  const errors: unknown[] = [];
  const core = createCore({
    clock,
    broker,
    authenticator: { verify: async (token) => readTestToken(token) },
    origins: [],
    anonymous,
    heartbeat: NO_HEARTBEAT,
    authenticationTimeout: 10_000,
    limits: TEST_LIMITS,
    onError: (error) => errors.push(error),
  });
  for (const [name, options] of Object.entries(namespaces))
    core.namespaces.add(resolveNamespace(name, options));
  const server = http?.server ?? createServer();
  const websocket = new WebSocketTransport({
    host: core.host,
    server,
    clock,
    compression: false,
    others: ['/socket.io/'],
    addressOf: () => '127.0.0.1',
  });
  websocket.add({ path: '/realtime', dialect: nativeDialect });
  await broker.start((event) => core.hub.deliver(event));
  onTeardown(async () => {
    websocket.close();
    if (http) await http.close();
    else server.close();
    await broker.close();
  });
  return {
    clock,
    core,
    broker,
    server,
    websocket,
    errors,
    async listen() {
      if (http) await http.listen({ port: 0, host: '127.0.0.1' });
      else await once(server.listen(0, '127.0.0.1'), 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
  };
}

/** Who a token of {@link testToken} speaks for. */
export interface TestClaims {
  readonly info?: unknown;
  readonly grants?: readonly Grant[];
}

/** Makes a token for a server of {@link startCore}, which believes whatever it says. */
export function testToken(user: string, claims: TestClaims = {}): string {
  return Buffer.from(JSON.stringify({ user, ...claims })).toString('base64url');
}

/** The identity that a token of {@link testToken} gives. */
export function testIdentity(user: string, claims: TestClaims = {}): Identity {
  const { grants = [], ...rest } = claims;
  return { ...ANONYMOUS, user, grants, claims: rest };
}

/** Who a token of {@link testToken} speaks for. @throws TidingsError `invalid_token`. */
export function readTestToken(token: string): Identity {
  try {
    const { user, ...claims } = JSON.parse(Buffer.from(token, 'base64url').toString());
    return testIdentity(user, claims);
  } catch {
    throw new TidingsError('invalid_token');
  }
}
