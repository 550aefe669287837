/**
 * The core, put together: everything between a transport and a broker.
 *
 * @module
 */
import { Dispatch } from './dispatch.ts';
import { Follower } from './follower.ts';
import { Gate } from './gate.ts';
import { SessionHost } from './host.ts';
import { Hub } from './hub.ts';
import { Inbound } from './inbound.ts';
import { Namespaces } from './namespaces.ts';
import type { Rate } from './pace.ts';
import type { Authenticator } from './ports/authenticator.ts';
import type { Broker } from './ports/broker.ts';
import type { Clock } from './ports/clock.ts';
import { protocolCommands } from './protocol-commands.ts';
import { Publisher } from './publisher.ts';

/** Limits on everything a stranger sends. */
export interface CoreLimits {
  /** Bytes of one message, and of one event's data. */
  readonly message: number;
  /** Channels that one session may follow. */
  readonly channels: number;
  /** Bytes that may wait for one session, and that one resume may bring. */
  readonly queue: number;
  /** Commands that one session may send. */
  readonly commands: Rate;
  /** Commands of one session under way at once. */
  readonly inFlight: number;
  /** How long a command may take, milliseconds. */
  readonly commandTimeout: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

export interface CoreOptions {
  readonly clock: Clock;
  readonly broker: Broker;
  readonly authenticator: Authenticator;
  readonly origins: readonly string[];
  /** Whether pages of this machine may connect, whatever their port. @default false */
  readonly loopbackOrigins?: boolean;
  readonly anonymous: boolean;
  /** The cookie that carries a token where a client sends none otherwise. @default none */
  readonly cookie?: string | undefined;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** How long a session may stay without authenticating where that is required, milliseconds. */
  readonly authenticationTimeout: number;
  readonly limits: CoreLimits;
  /** A handler threw something that is no `TidingsError`. */
  readonly onError: (error: unknown, command: string) => void;
}

export interface Core {
  readonly namespaces: Namespaces;
  readonly hub: Hub;
  readonly dispatch: Dispatch;
  readonly publisher: Publisher;
  readonly follower: Follower;
  readonly gate: Gate;
  readonly host: SessionHost;
}

export function createCore(options: CoreOptions): Core {
  const { clock, broker, limits } = options;
  const namespaces = new Namespaces();
  const hub = new Hub({ broker, limits });
  const dispatch = new Dispatch({ clock, timeout: limits.commandTimeout, onError: options.onError });
  const publisher = new Publisher(broker, namespaces, limits.message);
  const follower = new Follower({
    hub,
    broker,
    namespaces,
    resumeBytes: limits.queue,
    onError: (error) => options.onError(error, 'subscribe'),
  });
  const inbound = new Inbound({ hub, dispatch, clock, rate: limits.commands, inFlight: limits.inFlight });
  const gate = new Gate({ ...options });
  const host = new SessionHost({ ...options, gate, hub, inbound, follower });
  const parts = { hub, follower, broker, namespaces, publisher, pageBytes: limits.queue };
  for (const command of protocolCommands(parts)) dispatch.add(command);
  return { namespaces, hub, dispatch, publisher, follower, gate, host };
}
