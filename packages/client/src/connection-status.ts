import type { ClientError } from './client-error.ts';

/** How a client reaches its server. */
export type TransportKind = 'websocket' | 'sse';

/**
 * Where a connection stands.
 *
 * - `idle`: nothing has asked for a connection yet, or `disconnect()` was called.
 * - `connecting`: a token is fetched, or a transport is being opened.
 * - `connected`: commands go out, events come in.
 * - `waiting`: it was lost or could not be opened; the client tries again at `retryAt`, or when the network is back.
 * - `failed`: the client does not come back by itself, `error` says why; `connect()` starts again.
 * - `closed`: `close()` was called; the end.
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'failed' | 'closed';

/** What `client.status` holds. */
export interface ConnectionStatus {
  readonly state: ConnectionState;
  /** How it is connected; in `connecting`, what is being tried. */
  readonly transport: TransportKind | undefined;
  /** The server's id of the session, while connected. */
  readonly session: string | undefined;
  /** The user the server knows the session as; `undefined` when unknown or anonymous. */
  readonly user: string | undefined;
  /** Attempts in a row that have failed. */
  readonly attempts: number;
  /** When the next attempt is due, milliseconds since 1970-01-01 UTC; in `waiting` only. */
  readonly retryAt: number | undefined;
  /** Why it was lost or has failed; `undefined` once connected. */
  readonly error: ClientError | undefined;
}
