/**
 * Why a server ends a session: a closed registry.
 *
 * The number is the WebSocket close code. Its range says whether the client may come back:
 * 4000–4499 come back (with back-off, after `retryAfter` when given), 4500–4999 do not, until something has changed.
 * SSE and Socket.IO carry the same numbers in a `disconnect` notice.
 *
 * @module
 */

/** What is fixed about a disconnect. */
export interface DisconnectDefinition {
  readonly code: number;
  readonly message: string;
}

/** The registry: reason → close code and sentence. */
export const DISCONNECTS = {
  draining: { code: 4000, message: 'The server is going down; come back after the delay.' },
  slow_consumer: { code: 4001, message: 'The client reads too slowly; come back and resume.' },
  heartbeat_timeout: { code: 4002, message: 'The client did not answer a heartbeat.' },
  token_expired: { code: 4003, message: 'The token has expired; come back with a new one.' },
  authentication_timeout: { code: 4004, message: 'The session did not authenticate in time.' },
  rate_limited: { code: 4005, message: 'The client kept sending after it was told to wait.' },
  server_error: { code: 4006, message: 'The server failed; come back and resume.' },
  disconnected: { code: 4007, message: 'The application ended this session; it may come back.' },
  full: { code: 4008, message: 'The server has no room for more connections.' },
  invalid_token: { code: 4500, message: 'The token is malformed, forged or not meant for this server.' },
  token_revoked: { code: 4501, message: 'The token or its user has been revoked.' },
  kicked: { code: 4502, message: 'The application ended this session; it must not come back by itself.' },
  protocol_error: { code: 4503, message: 'The client broke the protocol too often.' },
  unauthenticated: { code: 4504, message: 'The server takes no anonymous sessions.' },
  unsupported_version: { code: 4505, message: 'The server does not speak this protocol version.' },
} as const satisfies Record<string, DisconnectDefinition>;

/** A reason of the registry. */
export type DisconnectReason = keyof typeof DISCONNECTS;

/** A disconnect as a client is told of it. */
export interface Disconnect {
  readonly code: number;
  readonly reason: DisconnectReason;
  /** Whether the client should come back by itself. */
  readonly reconnect: boolean;
  /** Milliseconds to wait before coming back. */
  readonly retryAfter?: number;
}

/** Builds the notice for a reason; whether to come back follows from the code's range. */
export function disconnect(reason: DisconnectReason, retryAfter?: number): Disconnect {
  const { code } = DISCONNECTS[reason];
  return { code, reason, reconnect: code < 4500, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
