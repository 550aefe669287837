/**
 * Every error a client can be answered with: a closed registry.
 *
 * Over HTTP an error is a problem document (RFC 9457) with the code's last part in `type`, on sockets it is
 * `{code, message}` in a reply. `docs/ERRORS.md` has a heading for each.
 *
 * @module
 */

/** What is fixed about an error code. */
export interface ErrorDefinition {
  /** The HTTP status that the error is answered with. */
  readonly status: number;
  /** One English sentence; an answer may say more in its own `message`. */
  readonly message: string;
  /** Whether the same request may succeed later without being changed. */
  readonly retry: boolean;
}

/** The registry: code → status, sentence, whether to try again. */
export const ERRORS = {
  malformed_message: { status: 400, message: 'The message is not a JSON object in UTF-8.', retry: false },
  message_too_large: { status: 413, message: 'The message is larger than the server takes.', retry: false },
  message_too_deep: {
    status: 400,
    message: 'The message is nested deeper than the server takes.',
    retry: false,
  },
  forbidden_key: {
    status: 400,
    message: 'The message has a key that is never taken, such as __proto__.',
    retry: false,
  },
  batch_refused: {
    status: 400,
    message: 'The batch is empty, too long, or holds another batch.',
    retry: false,
  },
  invalid_request: {
    status: 400,
    message: 'A field is missing, of the wrong type or out of range.',
    retry: false,
  },
  unknown_command: { status: 404, message: 'No command has this name.', retry: false },
  bad_channel: { status: 400, message: 'This is not a channel name (namespace:rest).', retry: false },
  unknown_namespace: { status: 404, message: 'No namespace of this name is configured.', retry: false },
  bad_event: { status: 400, message: 'This is not an event name, or it is reserved.', retry: false },
  bad_position: { status: 400, message: 'This is not a position (epoch:offset).', retry: false },
  bad_cursor: { status: 400, message: 'This is not a cursor of this server.', retry: false },
  event_rejected: {
    status: 422,
    message: 'The event does not fit the schema that its namespace declares.',
    retry: false,
  },
  page_unreadable: {
    status: 422,
    message: 'The page could not be had, or says nothing that can be used.',
    retry: false,
  },
  content_refused: {
    status: 422,
    message: 'What was written has something in it that is not taken here.',
    retry: false,
  },
  unauthenticated: { status: 401, message: 'This needs an authenticated session.', retry: false },
  invalid_token: {
    status: 401,
    message: 'The token is malformed, forged or not meant for this server.',
    retry: false,
  },
  token_expired: { status: 401, message: 'The token has expired.', retry: false },
  token_revoked: { status: 401, message: 'The token or its user has been revoked.', retry: false },
  invalid_api_key: { status: 401, message: 'This call needs the API key of the server.', retry: false },
  forbidden: { status: 403, message: 'This session has no right to do that.', retry: false },
  origin_refused: { status: 403, message: 'This origin is not on the allowlist.', retry: false },
  not_found: { status: 404, message: 'There is nothing at this address.', retry: false },
  method_not_allowed: { status: 405, message: 'This address does not take this method.', retry: false },
  unsupported_media_type: { status: 415, message: 'The body must be application/json.', retry: false },
  not_subscribed: { status: 409, message: 'The session does not follow this channel.', retry: false },
  too_many_channels: {
    status: 409,
    message: 'The session follows as many channels as it may.',
    retry: false,
  },
  limit_reached: {
    status: 409,
    message: 'There are as many of these as there may be; remove one first.',
    retry: false,
  },
  key_conflict: { status: 409, message: 'The idempotency key was used with other content.', retry: false },
  conflict: {
    status: 409,
    message: 'What this is about is in a state in which that cannot be done.',
    retry: false,
  },
  self_match: { status: 409, message: 'It would trade with an offer of your own.', retry: false },
  trading_halted: { status: 409, message: 'Nothing can be bid or asked for this now.', retry: false },
  no_presence: { status: 409, message: 'The namespace keeps no presence.', retry: false },
  no_typing: { status: 409, message: 'The namespace takes no typing marks.', retry: false },
  rate_limited: { status: 429, message: 'Too many requests; wait and try again.', retry: true },
  internal: { status: 500, message: 'The server failed to answer; the fault is logged.', retry: true },
  unavailable: { status: 503, message: 'The server is starting, draining or full.', retry: true },
  storage_unavailable: {
    status: 503,
    message: 'The event could not be stored; nothing was published.',
    retry: true,
  },
  storage_full: { status: 507, message: 'The disk is full; nothing was published.', retry: true },
  timeout: { status: 504, message: 'The command took longer than it may.', retry: true },
} as const satisfies Record<string, ErrorDefinition>;

/** A code of the registry. */
export type ErrorCode = keyof typeof ERRORS;

/** An error as it stands in a reply. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** What exactly is wrong, one entry a field, when the request did not fit its schema. */
  readonly details?: readonly ErrorDetail[];
}

/** One fault of a request: where (JSON Pointer) and what. */
export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

/** An error with a code of the registry; what every part of Tidings throws at a client. */
export class TidingsError extends Error {
  readonly code: ErrorCode;
  readonly retryAfter: number | undefined;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(
    code: ErrorCode,
    message?: string,
    options: { retryAfter?: number; details?: readonly ErrorDetail[]; cause?: unknown } = {},
  ) {
    super(
      message ?? ERRORS[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'TidingsError';
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.details = options.details;
  }

  /** The HTTP status of the code. */
  get status(): number {
    return ERRORS[this.code].status;
  }

  /** The error as it stands in a reply. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}
