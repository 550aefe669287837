/**
 * What the rooms kit takes and tells: the commands of its clients and the events they hear, with their schemas.
 *
 * @module
 */
import Type, { type Static } from 'typebox';

/** Ids of rooms that the server makes begin so; nobody may choose one. A private room always has such an id. */
export const MADE_ID_PREFIX = 'r-';

/** A room's id: letters, digits, dots, dashes and underscores, beginning with a letter or a digit. */
export const ROOM_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

const MAX_ROOM_NAME = 100;
const MAX_TOPIC = 500;
const MAX_USER = 128;
const MAX_CLIENT_ID = 128;
const MAX_TIMESTAMP = 64;

export const RoomId = Type.String({
  maxLength: 64,
  pattern: ROOM_ID_PATTERN,
  description: 'A room: its channel is `room:ID`.',
  examples: ['general'],
});
export const UserId = Type.String({ minLength: 1, maxLength: MAX_USER, description: 'A user, as in `sub`.' });
export const RoomName = Type.String({ minLength: 1, maxLength: MAX_ROOM_NAME });
export const Topic = Type.String({ maxLength: MAX_TOPIC });
const Time = Type.String({ description: 'ISO 8601, UTC.', examples: ['2026-11-20T08:00:00.000Z'] });
const Seq = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Place in the room, contiguous from 1.',
});

// Commands

export const JoinRoom = Type.Object({ roomId: RoomId });
export const LeaveRoom = Type.Object({ roomId: RoomId });

/** @param maxLength of the text, characters */
export const sendMessage = (maxLength: number) =>
  Type.Object({
    roomId: RoomId,
    message: Type.String({ minLength: 1, maxLength, description: 'Plain text; nothing in it is markup.' }),
    timestamp: Type.Optional(
      Type.Union([Type.String({ maxLength: MAX_TIMESTAMP }), Type.Number()], {
        description: 'When it was written by the client’s clock: ISO 8601, or milliseconds since 1970.',
      }),
    ),
    id: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: MAX_CLIENT_ID }), Type.Number()], {
        description: 'The client’s id of the message: a resend under it has one effect and the same answer.',
      }),
    ),
  });
/** What `send_message` takes. */
export type SendMessage = Static<ReturnType<typeof sendMessage>>;

/** @param maxLength of the text, characters */
export const editMessage = (maxLength: number) =>
  Type.Object({ roomId: RoomId, seq: Seq, message: Type.String({ minLength: 1, maxLength }) });
export const DeleteMessage = Type.Object({ roomId: RoomId, seq: Seq });
export const MarkRead = Type.Object({
  roomId: RoomId,
  seq: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Everything up to here is read; all there is, when absent.',
    }),
  ),
});

// What is told

/** A message of a room, as the event `message` and the history have it. */
export const Message = Type.Object({
  id: Type.String({ description: '`ROOM:SEQ`, unique among all rooms.' }),
  roomId: Type.String(),
  seq: Seq,
  user: Type.String(),
  name: Type.String({ description: 'The writer’s name when it was written.' }),
  message: Type.String({ description: 'Plain text; empty when it was deleted.' }),
  timestamp: Type.String({ description: 'When the server took it, ISO 8601.' }),
  sentAt: Type.String({ description: 'When it was written by the client’s clock, ISO 8601.' }),
  clientId: Type.String({ description: 'The client’s own id of it.' }),
  editedAt: Type.Optional(Time),
  deleted: Type.Optional(Type.Literal(true)),
});
export type Message = Static<typeof Message>;

/** Somebody became a member of a room. Who is there right now is `presence:room:ID`. */
export const UserJoined = Type.Object({
  roomId: Type.String(),
  user: Type.String(),
  name: Type.String(),
  timestamp: Time,
  members: Type.Integer({ description: 'How many there are now.' }),
});
export type UserJoined = Static<typeof UserJoined>;

/** Somebody is no member any more. */
export const UserLeft = Type.Object({
  roomId: Type.String(),
  user: Type.String(),
  timestamp: Time,
  reason: Type.Enum(['left', 'removed']),
  members: Type.Integer({ description: 'How many there are now.' }),
});
export type UserLeft = Static<typeof UserLeft>;

export const MessageEdited = Type.Object({
  id: Type.String(),
  roomId: Type.String(),
  seq: Seq,
  message: Type.String(),
  editedAt: Time,
});
export const MessageDeleted = Type.Object({ id: Type.String(), roomId: Type.String(), seq: Seq });

/** A room has another name, topic or owner. */
export const RoomChanged = Type.Object({
  roomId: Type.String(),
  name: Type.String(),
  topic: Type.String(),
  owner: Type.Union([Type.String(), Type.Null()]),
});
export type RoomChanged = Static<typeof RoomChanged>;

/** The events of `room:ID`. */
export const ROOM_EVENTS = {
  message: Message,
  user_joined: UserJoined,
  user_left: UserLeft,
  message_edited: MessageEdited,
  message_deleted: MessageDeleted,
  room_changed: RoomChanged,
} as const;

/** A room as one of its members sees it. */
export const Room = Type.Object({
  id: Type.String(),
  name: Type.String(),
  topic: Type.String(),
  private: Type.Boolean(),
  owner: Type.Union([Type.String(), Type.Null()], { description: 'Null: whoever joins next.' }),
  members: Type.Integer(),
  lastSeq: Type.Integer({ description: 'Place of the newest message, 0 when there is none.' }),
  created: Time,
});
export type Room = Static<typeof Room>;

export const MyRoom = Type.Object({
  ...Room.properties,
  lastRead: Type.Integer({ description: 'Everything up to this place is read.' }),
  unread: Type.Integer({ description: 'Messages of others after that.' }),
  last: Type.Union([Message, Type.Null()], { description: 'The newest message.' }),
});
export type MyRoom = Static<typeof MyRoom>;

export const Member = Type.Object({
  user: Type.String(),
  name: Type.String(),
  joined: Time,
  owner: Type.Boolean(),
});
export type Member = Static<typeof Member>;

export const Invitation = Type.Object({
  roomId: Type.String(),
  roomName: Type.String(),
  user: Type.String(),
  by: Type.Union([Type.String(), Type.Null()], { description: 'Null: a backend.' }),
  created: Time,
});
export type Invitation = Static<typeof Invitation>;

/** What `join_room` answers. */
export interface Joined extends MyRoom {
  readonly channel: string;
}

/** What `send_message` answers: the same for every resend. */
export type Sent = Pick<Message, 'id' | 'roomId' | 'seq' | 'clientId' | 'timestamp' | 'sentAt'>;

/** The event `update` on `user:ID`: something in the user's list of rooms has changed. */
export type Update =
  | {
      readonly kind: 'unread';
      readonly roomId: string;
      readonly lastRead: number;
      readonly unread: number;
      readonly last: Message | null;
    }
  | { readonly kind: 'read'; readonly roomId: string; readonly lastRead: number; readonly unread: number }
  | ({ readonly kind: 'changed' } & RoomChanged)
  | { readonly kind: 'joined'; readonly roomId: string; readonly name: string }
  | { readonly kind: 'left'; readonly roomId: string; readonly reason: 'left' | 'removed' }
  | {
      readonly kind: 'invitation';
      readonly roomId: string;
      readonly state: 'open' | 'accepted' | 'declined' | 'revoked';
    };
