import type { DisconnectReason, ErrorCode } from '@tidings/protocol';

/** What to do about each error. A code without an entry does not pass the type check. */
export const ADVICE: Readonly<Record<ErrorCode, string>> = {
  malformed_message:
    'Send one JSON object in one UTF-8 text message. Binary messages, arrays and bare values are not taken.',
  message_too_large:
    'Send less, or raise `limits.message` (sockets, event data) or `limits.body` (HTTP). A WebSocket is closed with 1009.',
  message_too_deep: 'Nest objects and arrays at most 32 deep.',
  forbidden_key:
    'Rename the key. `__proto__`, and `prototype` inside `constructor`, are attacks far more often than data.',
  batch_refused: 'Send 1 to 100 messages in a batch, and no batch inside it.',
  invalid_request: '`details` says which fields are wrong and how; mend them.',
  unknown_command:
    'Check the name and that the kit which has the command is loaded. A command that needs a live connection is not offered over HTTP.',
  bad_channel:
    'Write `namespace:rest`: the namespace in `a-z0-9_-` and beginning with a letter, then up to 160 characters without white space and commas.',
  unknown_namespace: 'Check the spelling, or declare the namespace in the configuration or in a kit.',
  bad_event:
    'Begin with a letter, then up to 63 of `A-Za-z0-9_.:-`. Names that Socket.IO keeps for itself, such as `connect`, are reserved.',
  bad_position: 'Pass back a `position` as the server gave it, `epoch:offset`.',
  bad_cursor: 'Pass back an SSE `id` or a Socket.IO cursor as the server gave it, or none.',
  event_rejected:
    '`details` says where the data does not fit the schema of this event, or that the namespace has no such event.',
  page_unreadable:
    'The `details` say why. Open the page in a browser: it must be there without signing in, and state its price as JSON-LD, microdata or Open Graph.',
  content_refused: 'The `message` says what. Write it differently, or ask a moderator.',
  unauthenticated: 'Connect with a token, or send `authenticate` first.',
  invalid_token:
    'Have a new token made. If that is refused too, the secret, algorithm, `iss` or `aud` of who makes it and of the server differ.',
  token_expired: 'Get a new token and send it with `authenticate`, or connect with it.',
  token_revoked: 'Sign in again; tokens made before the revocation stay refused.',
  invalid_api_key: 'Send `Authorization: Bearer API_KEY`; `tidings keys` prints the key.',
  forbidden:
    'The namespace’s rights do not allow it to this user, and the token’s `channels` claim does not grant it. Grant it, or do not ask.',
  origin_refused:
    'Add the page’s origin to `origins`, exactly as the browser sends it: `https://app.example.com`.',
  not_found: 'Check the address and the method; `/docs` lists all.',
  method_not_allowed: 'Use one of the methods in the header `Allow`.',
  unsupported_media_type: 'Send JSON, with `Content-Type: application/json`.',
  not_subscribed: 'Subscribe to the channel first.',
  too_many_channels: 'Unsubscribe from what is not needed, or raise `limits.channels`.',
  limit_reached:
    'Remove one first, or have the option raised that the message tells of, such as `PRICES_MAX_WATCHES`.',
  key_conflict:
    'The first use of the key stands. A new publish needs a new key; a repeated one must have the same content.',
  conflict:
    'Read it again: somebody was faster, or it has gone further already. The message says in which state it is.',
  self_match:
    'Nothing was placed. Cancel your own offer on the other side first, or name a price that does not meet it.',
  trading_halted:
    'The market has halted the product; what stands in its book stays and can be cancelled. Offer again once the product says that it is not halted: the price may be another then.',
  no_presence: 'Set `presence: true` on the namespace.',
  no_typing: 'Set `typing: true` on the namespace.',
  rate_limited: 'Wait `retryAfter`, then go on more slowly. A client that does not is disconnected (4005).',
  internal:
    'Try again with the same idempotency key. The server’s log has the cause under the connection’s id.',
  unavailable: 'Come back after `retryAfter`, or with back-off.',
  storage_unavailable:
    'Nothing was published; try again with the same idempotency key. The server’s log says what is wrong with the database.',
  storage_full: 'Nothing was published. Make room on the disk; then the same publish succeeds.',
  timeout:
    'Whether it took effect is not known; try again with the same idempotency key. `limits.commandTimeout` is the time allowed.',
};

/** What to do about each disconnect. */
export const DISCONNECT_ADVICE: Readonly<Record<DisconnectReason, string>> = {
  draining: 'Come back after `retryAfter`; each client has its own, so that they do not all come at once.',
  slow_consumer:
    'Come back and resume. If it happens again, handle events faster, follow fewer channels, or let the namespace `conflate` or `drop-oldest`.',
  heartbeat_timeout: 'Come back and resume; the network was gone for longer than a heartbeat.',
  token_expired: 'Get a new token, then come back. Sending `authenticate` before the end avoids the cut.',
  authentication_timeout: 'Come back with a token, or send `authenticate` within `auth.timeout`.',
  rate_limited: 'Come back with back-off, and wait when told to.',
  server_error: 'Come back and resume; the server’s log has the cause.',
  disconnected: 'Come back when it suits.',
  full: 'Come back with back-off; the operator may raise `limits.connections`.',
  invalid_token: 'Get another token first.',
  token_revoked: 'The user must sign in again.',
  kicked: 'Tell the user; do not come back by yourself.',
  protocol_error: 'Mend the client; docs/PROTOCOL.md says how it goes.',
  unauthenticated: 'Get a token first.',
  unsupported_version: 'Update the client or the server.',
};
