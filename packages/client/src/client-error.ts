/**
 * What can go wrong, as a client tells it: the server's codes, and those of the client itself.
 *
 * @module
 */
import type { DisconnectReason, ErrorBody, ErrorCode, ErrorDetail } from '@tidings/protocol';

/** Codes of the client itself. docs/CLIENT.md says what each means and what to do. */
export type LocalErrorCode =
  /** The caller's `AbortSignal` was aborted. */
  | 'aborted'
  /** `client.close()` was called. */
  | 'closed'
  /** There is no connection, and the call was not to wait for one. */
  | 'not_connected'
  /** No transport could be opened. */
  | 'connection_failed'
  /** The connection was lost, or went silent. */
  | 'connection_lost'
  /** `backoff.maxAttempts` attempts in a row have failed; `connect()` starts again. */
  | 'attempts_exhausted'
  /** WebSocket is blocked here, so the client goes on by SSE. */
  | 'websocket_blocked'
  /** `token()` threw, or gave no token. */
  | 'token_failed'
  /** `token()` did not answer in time. */
  | 'token_timeout'
  /** The outbox holds as much as it may. */
  | 'outbox_full'
  /** The outbox's store failed: what it was to keep is kept in memory alone. */
  | 'outbox_unavailable'
  /** A publish or command was given up: tried too often. */
  | 'retries_exhausted'
  /** A publish or command was given up: it waited too long. */
  | 'too_old'
  /** Positions could not be kept over a reload. */
  | 'positions_unavailable'
  /** A handler of the application threw. */
  | 'handler_failed'
  /** This browser, or this page, has no notifications or no push. */
  | 'notifications_unsupported'
  /** The user does not want notifications. */
  | 'notifications_denied'
  /** The push service or the service worker refused. */
  | 'push_failed'
  /** The machine's clock was set, or the machine slept. */
  | 'clock_jumped';

/** Every code that a {@link ClientError} can have. */
export type ClientErrorCode = ErrorCode | DisconnectReason | LocalErrorCode;

/** What a {@link ClientError} may say beside its code. */
export interface ClientErrorOptions {
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfter?: number | undefined;
  /** What exactly is wrong with a request, one entry a field. */
  readonly details?: readonly ErrorDetail[] | undefined;
  readonly cause?: unknown;
}

/** The only error that the client rejects with, and tells by `client.on('error')`. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  readonly retryAfter: number | undefined;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(code: ClientErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'ClientError';
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.details = options.details;
  }
}

/** Makes an error of what a server answered; a body that is none has the code `malformed_message`. */
export function errorFrom(body: unknown): ClientError {
  const { code, message, retryAfter, details } = (body ?? {}) as Partial<ErrorBody>;
  if (typeof code !== 'string')
    return new ClientError('malformed_message', 'The server sent an error without a code.');
  return new ClientError(code, typeof message === 'string' ? message : code, {
    retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
    details: Array.isArray(details) ? details : undefined,
  });
}
