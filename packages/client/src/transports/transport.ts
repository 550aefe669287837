/**
 * A transport carries messages of the native protocol to one server and back; it decides nothing.
 *
 * It MUST call `closed` exactly once unless it was closed by its owner, and nothing after it. It MUST NOT throw.
 */
import type { ClientError } from '../client-error.ts';
import type { Clock } from '../clock.ts';
import type { TransportKind } from '../connection-status.ts';
import type { Outgoing } from '../outgoing.ts';
import type { ServerMessage } from '../wire.ts';

/** How a transport ended. */
export interface TransportEnd {
  readonly error: ClientError;
  /** Whether the client should come back by itself. */
  readonly reconnect: boolean;
  /** Milliseconds to wait before. */
  readonly retryAfter: number | undefined;
}

/** Told of what comes. */
export interface TransportListener {
  /** Something came, be it only a sign of life. */
  alive(): void;
  message(message: ServerMessage): void;
  /** Something came that cannot be read; the connection stands. */
  fault(error: ClientError): void;
  closed(end: TransportEnd): void;
}

export interface Transport {
  readonly kind: TransportKind;
  /** Sends messages, in order. */
  send(messages: readonly Outgoing[]): void;
  /** Ends it; the listener hears no more. @param code of WebSocket. */
  close(code?: number): void;
}

/** What a transport is opened with. */
export interface TransportParts {
  readonly kind: TransportKind;
  /** `http:` or `https:`, without a slash at its end. */
  readonly url: string;
  readonly token: string | undefined;
  readonly clock: Clock;
  readonly listener: TransportListener;
}

/** Begins to open a transport. The server's welcome says that it is open. */
export type OpenTransport = (parts: TransportParts) => Transport;
