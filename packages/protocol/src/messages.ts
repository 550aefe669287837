/**
 * The data of every command the protocol itself has, and the messages a server sends: JSON Schemas (typebox) from which
 * the types, the validation, OpenAPI and AsyncAPI come.
 *
 * @module
 */
import Type from 'typebox';
import { CHANNEL_PATTERN, EVENT_PATTERN } from './channel-name.ts';
import { POSITION_PATTERN } from './position.ts';

/** The protocol's version; `welcome` carries it. */
export const PROTOCOL_VERSION = 1;

/** The WebSocket subprotocol of the native dialect. */
export const SUBPROTOCOL = 'tidings.v1';

/** Commands whose fields stand in the message itself on the native WebSocket; any other's stand in its `data`. */
export const FLAT_COMMANDS: ReadonlySet<string> = new Set([
  'authenticate',
  'subscribe',
  'unsubscribe',
  'publish',
  'history',
  'presence',
  'typing',
  'ping',
]);

/** At most so many messages in a batch, in either direction. */
export const MAX_BATCH = 100;

const closed = { additionalProperties: false } as const;

/** A channel's name, checked for its form by the server so that a bad one has its own code. */
const Channel = Type.String({
  maxLength: 200,
  description: `A channel, \`namespace:rest\` (${CHANNEL_PATTERN}).`,
});
const EventName = Type.String({ maxLength: 64, description: `An event's name (${EVENT_PATTERN}).` });
const Since = Type.String({
  maxLength: 64,
  description: `A position, \`epoch:offset\` (${POSITION_PATTERN}).`,
});
const Key = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'An idempotency key, unique per channel within its window.',
});
const Last = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  description: 'The newest so many events of the history.',
});

/** One channel of a `subscribe`: its name, or its name and where to begin. */
export const SubscribeTarget = Type.Union([
  Channel,
  Type.Object({ channel: Channel, since: Type.Optional(Since), last: Type.Optional(Last) }, closed),
]);

/** `subscribe`: follow channels, each from where the client left off. */
export const SubscribeData = Type.Object(
  { channels: Type.Array(SubscribeTarget, { minItems: 1, maxItems: 1000 }) },
  closed,
);

/** `unsubscribe`: stop following channels. */
export const UnsubscribeData = Type.Object(
  { channels: Type.Array(Channel, { minItems: 1, maxItems: 1000 }) },
  closed,
);

/** `publish`: put an event on a channel. */
export const PublishData = Type.Object(
  {
    channel: Channel,
    event: EventName,
    data: Type.Optional(Type.Unknown({ description: 'Any JSON value; null when absent.' })),
    key: Type.Optional(Key),
    conflate: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          'In a conflating namespace: a slow reader keeps only the newest event of each such key. Default: the event name.',
      }),
    ),
  },
  closed,
);

/** `history`: read a channel's past without following it. */
export const HistoryData = Type.Object(
  {
    channel: Channel,
    since: Type.Optional(Since),
    last: Type.Optional(Last),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'At most so many events.' }),
    ),
  },
  closed,
);

/** `presence`: who follows a channel now. */
export const PresenceData = Type.Object({ channel: Channel }, closed);

/** `typing`: begin or end a typing mark. */
export const TypingData = Type.Object(
  { channel: Channel, active: Type.Optional(Type.Boolean({ default: true })) },
  closed,
);

/** `authenticate`: bind the session to a token's user, or refresh the token. */
export const AuthenticateData = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 8192 }) },
  closed,
);

/** `ping`: answered at once. */
export const PingData = Type.Object({}, closed);

/** An event as a client hears it on the native dialect. */
export const EventMessage = Type.Object({
  type: Type.Literal('event'),
  channel: Type.String(),
  event: Type.String(),
  data: Type.Unknown(),
  offset: Type.Integer({ minimum: 1 }),
  epoch: Type.String(),
  id: Type.String({ description: 'Unique among all events of the server.' }),
  at: Type.Integer({ description: 'When the server took it, milliseconds since 1970-01-01 UTC.' }),
  user: Type.Optional(Type.String({ description: 'The user who published it; absent when a server did.' })),
});
export type EventMessage = Type.Static<typeof EventMessage>;

/** One channel in the answer to `subscribe`. */
export const SubscribedChannel = Type.Object({
  channel: Type.String(),
  position: Type.String({ description: 'Where the channel stands after `events`.' }),
  recovered: Type.Boolean({ description: 'True: `since` was honoured and `events` is everything after it.' }),
  events: Type.Array(EventMessage),
  overflow: Type.Optional(
    Type.String({
      description:
        'Present when offsets may jump because a slow reader is spared: `drop-oldest` or `conflate`.',
    }),
  ),
});
export type SubscribedChannel = Type.Static<typeof SubscribedChannel>;

/** Where a publish landed. */
export const Published = Type.Object({
  channel: Type.String(),
  offset: Type.Integer({ minimum: 1 }),
  epoch: Type.String(),
  id: Type.String(),
});
export type Published = Type.Static<typeof Published>;

/** The answer to `history`. */
export const HistoryPage = Type.Object({
  channel: Type.String(),
  position: Type.String({ description: 'Where the channel stands.' }),
  recovered: Type.Boolean({ description: 'True: nothing is missing between `since` and the first event.' }),
  events: Type.Array(EventMessage),
  more: Type.Boolean({ description: 'Whether `limit` cut the page; ask again `since` its last event.' }),
});
export type HistoryPage = Type.Static<typeof HistoryPage>;

/** One member of a channel. */
export const PresenceMember = Type.Object({
  user: Type.String({ description: 'The user, or `anonymous:SESSION`.' }),
  sessions: Type.Integer({ minimum: 1 }),
  since: Type.Integer({ description: 'When the member came, milliseconds since 1970-01-01 UTC.' }),
  info: Type.Optional(Type.Unknown({ description: 'The `info` claim of the member’s token.' })),
});
export type PresenceMember = Type.Static<typeof PresenceMember>;

/** The answer to `presence`. */
export const PresenceList = Type.Object({
  channel: Type.String(),
  members: Type.Array(PresenceMember),
  position: Type.String({
    description: 'Subscribe to `presence:CHANNEL` with this as `since` to hear every change after the list.',
  }),
});
export type PresenceList = Type.Static<typeof PresenceList>;

/** The first message of a session. */
export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  protocol: Type.Integer(),
  session: Type.String(),
  user: Type.Union([Type.String(), Type.Null()]),
  expiresAt: Type.Optional(
    Type.Integer({ description: 'When the token expires, milliseconds since 1970-01-01 UTC.' }),
  ),
  at: Type.Integer({ description: 'The server’s time, milliseconds since 1970-01-01 UTC.' }),
  heartbeat: Type.Integer({
    description:
      'The server is heard at least this often, milliseconds; a client that hears nothing for twice as long should reconnect.',
  }),
  limits: Type.Object({ message: Type.Integer(), channels: Type.Integer() }),
});
export type Welcome = Type.Static<typeof Welcome>;
