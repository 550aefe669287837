import { TidingsError } from '@tidings/protocol';
import { MemoryBroker } from '../../brokers/memory/memory-broker.ts';
import { type Core, type CoreLimits, type CoreOptions, createCore } from '../core.ts';
import { ANONYMOUS, type Identity } from '../identity.ts';
import { type NamespaceOptions, resolveNamespace } from '../namespace.ts';
import type { Client, Session } from '../ports/transport.ts';
import { GatedBroker } from './gated-broker.ts';
import { ManualClock } from './manual-clock.ts';
import { type Heard, MemoryConnection, memoryWire } from './memory-connection.ts';

/** Wide enough to be in nobody's way. */
const LIMITS: CoreLimits = {
  message: 65_536,
  channels: 100,
  queue: 65_536,
  commands: { perSecond: 1000, burst: 10_000 },
  inFlight: 1000,
  commandTimeout: 10_000,
  connections: 1000,
  connectionsPerAddress: 1000,
};

export interface TestCoreOptions extends Partial<Omit<CoreOptions, 'limits' | 'clock' | 'broker'>> {
  readonly limits?: Partial<CoreLimits>;
  readonly clock?: ManualClock;
  readonly namespaces?: Readonly<Record<string, NamespaceOptions>>;
}

/** One client of a test: its session and what it heard. */
export interface TestClient {
  readonly session: Session;
  readonly connection: MemoryConnection;
  /** Sends a message, as text arrives from a transport. */
  say(message: Heard): void;
}

/** The real core on the memory broker, with a clock and reads that the test moves, and clients in memory. */
export interface TestCore extends Core {
  readonly clock: ManualClock;
  readonly broker: GatedBroker;
  /** What `onError` was told: the error and the command. */
  readonly errors: readonly [error: unknown, command: string][];
  connect(client?: Partial<Client>): TestClient;
  publish(channel: string, data: unknown, conflate?: string): Promise<unknown>;
}

/** Builds it; without options there is one namespace `room` in which anyone may do anything. */
export async function createTestCore({
  limits,
  namespaces = { room: { rights: { subscribe: 'anyone', publish: 'anyone' } } },
  clock = new ManualClock(),
  ...options
}: TestCoreOptions = {}): Promise<TestCore> {
  const broker = new GatedBroker(new MemoryBroker({ clock }));
  const errors: [unknown, string][] = [];
  const core = createCore({
    clock,
    broker,
    authenticator: { verify: () => Promise.reject(new TidingsError('invalid_token')) },
    origins: [],
    anonymous: true,
    heartbeat: 25_000,
    authenticationTimeout: 10_000,
    onError: (error, command) => errors.push([error, command]),
    ...options,
    limits: { ...LIMITS, ...limits },
  });
  for (const [name, namespace] of Object.entries(namespaces))
    core.namespaces.add(resolveNamespace(name, namespace));
  await broker.start((event) => core.hub.deliver(event));
  return {
    ...core,
    clock,
    broker,
    errors,
    connect(client = {}) {
      const connection = new MemoryConnection();
      const session = core.host.open({
        identity: ANONYMOUS,
        provisional: false,
        transport: 'memory',
        wire: memoryWire,
        connection,
        address: '127.0.0.1',
        ...client,
      });
      return { session, connection, say: (message) => core.host.receive(session, JSON.stringify(message)) };
    },
    publish: (channel, data, conflate) => core.publisher.publish({ channel, event: 'said', data, conflate }),
  };
}

/** Somebody by name. */
export function someone(user: string, identity: Partial<Identity> = {}): Identity {
  return { ...ANONYMOUS, user, ...identity };
}

/** Fulfilled when all that was begun has gone as far as it can by itself, and the hub has flushed. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
