/**
 * What the forum takes and tells: the commands of its clients and the events they hear, with their schemas.
 *
 * Ids are strings wherever the forum tells them; a client may send a number, which stands for its digits.
 *
 * @module
 */
import Type, { type Static } from 'typebox';

const MAX_USER = 128;
const MAX_NAME = 100;
const MAX_TITLE = 200;
const MAX_DESCRIPTION = 500;
const MAX_STATUS_TEXT = 140;
/** Servers that one command may ask for. */
const MAX_SERVER_IDS = 50;
/** Characters of an update of a document, in base64. */
const MAX_UPDATE = 256 * 1024;
/** Characters of an update of cursors, in base64. */
const MAX_AWARENESS = 16 * 1024;

/** An id of a board, a thread or a game server: letters, digits, dots, dashes and underscores. */
export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

const wholeId = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const closed = { additionalProperties: false } as const;

/** An id of ours, as a client may write it. */
export const AnyId = (description: string) =>
  Type.Union([Type.String({ pattern: ID_PATTERN }), wholeId], { description });

/** An id of ours in an address, or as it is told. */
export const Id = (description: string) => Type.String({ pattern: ID_PATTERN, description });

/** A user, as in `sub`. */
export const UserId = Type.String({
  pattern: `^[^\\p{C}\\p{Zl}\\p{Zp}]{1,${MAX_USER}}$`,
  description: 'A user, as in `sub`.',
});
/** A user, as a client may write it. */
const AnyUserId = Type.Union([UserId, wholeId], { description: 'The caller; may be left out.' });

const Time = Type.String({ description: 'ISO 8601, UTC.', examples: ['2026-11-20T08:00:00.000Z'] });
const Name = Type.String({ description: 'What others see of a user.' });
const Place = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Place in the thread, from 1; a post that was held back or refused has none.',
});
/** How a thread or board is called. */
export const Title = Type.String({ minLength: 1, maxLength: MAX_TITLE });
export const BoardName = Type.String({ minLength: 1, maxLength: MAX_NAME });
export const Description = Type.String({ maxLength: MAX_DESCRIPTION });

// People

/** How a user wants to be seen; who is `invisible` looks offline to everybody else. */
export const STATUSES = ['online', 'away', 'busy', 'invisible'] as const;
/** One of {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];
const StatusText = Type.String({ maxLength: MAX_STATUS_TEXT, description: 'Plain text, one line.' });

/** Somebody who is there. */
export const Person = Type.Object({
  user_id: Type.String(),
  username: Name,
  status: Type.Enum(['online', 'away', 'busy'], { description: 'Nobody is told of who is invisible.' }),
  text: Type.String(),
});
export type Person = Static<typeof Person>;

/** `user_status_change` on `panel:online`. */
export const UserStatusChange = Type.Object({
  user_id: Type.String(),
  username: Name,
  online: Type.Boolean(),
  timestamp: Time,
  status: Type.Enum(['online', 'away', 'busy', 'offline']),
  text: Type.String(),
});
export type UserStatusChange = Static<typeof UserStatusChange>;

/** `online_users_list`, and the answer to `get_online_users`. */
export const OnlineUsers = Type.Object({
  users: Type.Array(Person, { description: 'At most 1000, in order of `user_id`.' }),
  count: Type.Integer({ description: 'How many there are in all.' }),
});
export type OnlineUsers = Static<typeof OnlineUsers>;

/** `authenticated`, and the answer to `authenticate {user_id}`. */
export const Authenticated = Type.Object({
  status: Type.Literal('success'),
  user_id: Type.String(),
  username: Name,
  online_users: Type.Array(Person),
});
export type Authenticated = Static<typeof Authenticated>;

/** `user_typing`, told to the Socket.IO clients of a thread. */
export const UserTyping = Type.Object({
  user_id: Type.String(),
  username: Name,
  thread_id: Type.String(),
  action: Type.Enum(['start', 'stop']),
});
export type UserTyping = Static<typeof UserTyping>;

// Boards, threads, posts

export const Board = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  private: Type.Boolean({ description: 'It is there for its members and for moderators alone.' }),
  position: Type.Integer({ description: 'Boards stand in this order.' }),
  threads: Type.Integer(),
});
export type Board = Static<typeof Board>;

/** A thread as everybody sees it. */
export const Thread = Type.Object({
  id: Type.String(),
  board_id: Type.String(),
  title: Type.String(),
  user_id: Type.String({ description: 'Who began it.' }),
  username: Name,
  created: Time,
  active: Time,
  last_user_id: Type.String(),
  last_username: Name,
  last_seq: Type.Integer({ description: 'Place of the newest post.' }),
  posts: Type.Integer({ description: 'Posts that can be read.' }),
  locked: Type.Boolean({ description: 'Moderators alone write in it.' }),
  pinned: Type.Boolean(),
});
export type Thread = Static<typeof Thread>;

/** What a user hears of a thread beside what everybody does. */
export const FOLLOW_MODES = ['follow', 'mute', 'none'] as const;
/** One of {@link FOLLOW_MODES}. */
export type FollowMode = (typeof FOLLOW_MODES)[number];

/** A thread as one user sees it. */
export const MyThread = Type.Object({
  ...Thread.properties,
  read_seq: Type.Integer({ description: 'Everything up to this place is read.' }),
  unread: Type.Integer({ description: 'Posts of others after that.' }),
  mode: Type.Enum([...FOLLOW_MODES]),
});
export type MyThread = Static<typeof MyThread>;

/** A post as it is read. */
export const Post = Type.Object({
  id: Type.String({ description: '`THREAD:SEQ`; of a post that is held back `held:ID`.' }),
  thread_id: Type.String(),
  seq: Type.Union([Place, Type.Null()], { description: 'Null while the post is held back.' }),
  user_id: Type.String(),
  username: Name,
  content: Type.String({ description: 'Plain text, never markup; empty when it was deleted.' }),
  reply_to: Type.Union([Place, Type.Null()], { description: 'The place of the post that it answers.' }),
  timestamp: Time,
  edited: Type.Union([Time, Type.Null()]),
  state: Type.Enum(['visible', 'held', 'deleted']),
});
export type Post = Static<typeof Post>;

/** One thing that happened in a thread. */
export const Activity = Type.Object({
  type: Type.Enum(['post', 'thread']),
  thread_id: Type.String(),
  board_id: Type.String(),
  title: Type.String({ description: 'Of the thread.' }),
  user_id: Type.String(),
  username: Name,
  seq: Place,
  excerpt: Type.String({ description: 'How the post begins, plain text.' }),
  timestamp: Time,
});
export type Activity = Static<typeof Activity>;

/** `forum_activity` on `thread:ID` and `board:ID`; also what `join_forum` sends of the past. */
export const ForumActivity = Type.Object({
  thread_id: Type.String(),
  activity: Type.Array(Activity, { description: 'The oldest first.' }),
});
export type ForumActivity = Static<typeof ForumActivity>;

/** A file of a thread. */
export const File = Type.Object({
  id: Type.String(),
  thread_id: Type.String(),
  seq: Type.Union([Place, Type.Null()], { description: 'The post that it belongs to.' }),
  name: Type.String(),
  type: Type.String({ description: 'Media type, by its content.' }),
  size: Type.Integer({ description: 'Bytes.' }),
  user_id: Type.String(),
  username: Name,
  timestamp: Time,
  url: Type.String({ description: 'Where it is read, a path.' }),
});
export type File = Static<typeof File>;

const update = <const T extends string, D extends Parameters<typeof Type.Array>[0]>(type: T, data: D) =>
  Type.Object({ type: Type.Literal(type), thread_id: Type.String(), data });

/** `forum_update` on `thread:ID`, and with `new_thread`, `thread_changed` and `thread_deleted` on `board:ID`. */
export const ForumUpdate = Type.Union([
  update('new_post', Post),
  update('post_edited', Post),
  update('post_deleted', Type.Object({ id: Type.String(), seq: Place })),
  update('new_thread', Thread),
  update('thread_changed', Thread),
  update('thread_deleted', Type.Object({ id: Type.String(), board_id: Type.String() })),
  update('file', File),
  update('file_deleted', Type.Object({ id: Type.String() })),
]);
export type ForumUpdate = Static<typeof ForumUpdate>;

/** The events of `thread:ID` and `board:ID`. */
export const THREAD_EVENTS = { forum_update: ForumUpdate, forum_activity: ForumActivity } as const;

/** What `join_forum` answers. */
export interface Joined {
  readonly channel: string;
  readonly thread: MyThread;
  /** The newest, the oldest of them first. */
  readonly posts: readonly Post[];
  readonly activity: readonly Activity[];
  /** Who follows the thread now, and is not invisible. */
  readonly people: readonly Person[];
  /** Of `channel`: what is answered has everything up to there. */
  readonly position: string;
}

/** What `forum_post` answers: the same for every repeat under its key. */
export const Posted = Type.Object({ post: Post });
export type Posted = Static<typeof Posted>;

/** The event `update` on `user:ID`: how far a thread is read, or what is heard of it, on all devices. */
export const ForumRead = Type.Object({
  kind: Type.Literal('forum_read'),
  thread_id: Type.String(),
  read_seq: Type.Integer(),
  unread: Type.Integer(),
  mode: Type.Enum([...FOLLOW_MODES]),
});
export type ForumRead = Static<typeof ForumRead>;

// Commands of the forum

const who = { user_id: Type.Optional(AnyUserId) };
const inThread = { ...who, thread_id: AnyId('A thread: its channel is `thread:ID`.') };

export const AuthenticateUser = Type.Object({ user_id: AnyUserId }, closed);
export const InThread = Type.Object(inThread);
/** @param maxLength of the text, characters */
export const forumPost = (maxLength: number) =>
  Type.Object({
    ...inThread,
    content: Type.String({ minLength: 1, maxLength, description: 'Plain text; nothing in it is markup.' }),
    reply_to: Type.Optional(Place),
  });
/** What `forum_post` takes. */
export type ForumPost = Static<ReturnType<typeof forumPost>>;
export const SetStatus = Type.Object({
  ...who,
  status: Type.Enum([...STATUSES]),
  text: Type.Optional(StatusText),
});
export const GetOnlineUsers = Type.Object({});

// Game servers

/** What is known of a game server. */
export const ServerStatus = Type.Object({
  online: Type.Boolean(),
  name: Type.String({ description: 'As the server calls itself, or as it was registered.' }),
  players: Type.Integer(),
  max_players: Type.Integer(),
  map: Type.String({ description: 'Empty when it is not known.' }),
  ping: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Milliseconds; null when it is not known.',
  }),
  type: Type.String({ description: 'What it speaks: the name of a game.' }),
  address: Type.String({ description: '`HOST:PORT`, empty for one whose status is pushed.' }),
  timestamp: Time,
});
export type ServerStatus = Static<typeof ServerStatus>;

/** What of a server's status is told on `panel:servers`, too, and to those who watch it. */
export const SERVER_CHANGES = ['up', 'down', 'map'] as const;
/** One of {@link SERVER_CHANGES}. */
export type ServerChange = (typeof SERVER_CHANGES)[number];

/** `server_status_update` on `server:ID`; when it went up, down or changed its map, on `panel:servers`, too. */
export const ServerStatusUpdate = Type.Object({
  server_id: Type.String(),
  status: ServerStatus,
  change: Type.Optional(Type.Enum([...SERVER_CHANGES], { description: 'What is new beside numbers.' })),
});
export type ServerStatusUpdate = Static<typeof ServerStatusUpdate>;

/** The events of `server:ID`. */
export const SERVER_EVENTS = { server_status_update: ServerStatusUpdate } as const;

/** The events of `panel:online`, `panel:servers`, and for moderators `panel:moderation`. */
export const PANEL_EVENTS = {
  user_status_change: UserStatusChange,
  server_status_update: ServerStatusUpdate,
  queue_changed: Type.Object({}),
} as const;

export const ServerStatusRequest = Type.Object({
  server_ids: Type.Array(AnyId('A game server: its channel is `server:ID`.'), {
    minItems: 1,
    maxItems: MAX_SERVER_IDS,
  }),
});

/** What `server_status_request` answers. */
export const ServerStatuses = Type.Object({
  servers: Type.Array(ServerStatusUpdate),
  unknown: Type.Array(Type.String(), { description: 'Ids that no server has.' }),
});
export type ServerStatuses = Static<typeof ServerStatuses>;

/** How many played, at most, in a stretch of time that began at `at`. */
export const ServerPoint = Type.Object({ at: Time, players: Type.Integer(), online: Type.Boolean() });
export type ServerPoint = Static<typeof ServerPoint>;

// Documents

const Update = Type.String({ maxLength: MAX_UPDATE, description: 'An update of Yjs, base64.' });
const AwarenessUpdate = Type.String({ maxLength: MAX_AWARENESS, description: 'Of y-protocols, base64.' });

export const DocOpen = Type.Object({
  ...inThread,
  vector: Type.Optional(
    Type.String({
      maxLength: MAX_UPDATE,
      description: 'The state vector of what the caller has, base64: the answer has only what it lacks.',
    }),
  ),
});
export const DocUpdate = Type.Object({ ...inThread, update: Update });
export const DocAwareness = Type.Object({ ...inThread, update: AwarenessUpdate });

/** The name of the text in the document: `doc.getText(DOC_TEXT)`. */
export const DOC_TEXT = 'content';

/** What `doc_open` answers. */
export interface DocOpened {
  readonly thread_id: string;
  /** Durable: `doc_update`. */
  readonly channel: string;
  /** Cursors, memory: `doc_awareness`. */
  readonly cursors: string;
  /** All there is, or what the caller's `vector` lacks: one update of Yjs, base64. */
  readonly state: string;
  /** The state vector of all there is, base64: what the caller has beyond it, others lack. */
  readonly vector: string;
  /** Of `channel`: the state has everything up to there. */
  readonly position: string;
  /** Whether the caller may change it. */
  readonly writable: boolean;
}

/** The events of `doc:ID`. */
export const DOC_EVENTS = {
  doc_update: Type.Object({ thread_id: Type.String(), update: Update, user_id: Type.String() }),
} as const;

/** The events of `cursors:ID`. */
export const CURSOR_EVENTS = {
  doc_awareness: Type.Object({ thread_id: Type.String(), update: AwarenessUpdate, user_id: Type.String() }),
} as const;

/** A version of a document that can be read again. */
export const DocVersion = Type.Object({
  id: Type.Integer(),
  user_id: Type.String({ description: 'Who changed it last.' }),
  username: Name,
  timestamp: Time,
  characters: Type.Integer(),
});
export type DocVersion = Static<typeof DocVersion>;

// Calls

/** Somebody in a call. */
export const CallMember = Type.Object({ user_id: Type.String(), username: Name });
export type CallMember = Static<typeof CallMember>;

const CallMembersData = Type.Object({
  thread_id: Type.String(),
  members: Type.Array(CallMember, { description: 'In the order in which they came.' }),
});
/** `call_members`, and the answer to it and to `call_leave`. */
export type CallMembers = Static<typeof CallMembersData>;

export const CallIn = Type.Object(inThread);
export const CallSignal = Type.Object({
  ...inThread,
  to: Type.Union([UserId, wholeId], { description: 'A user in the call.' }),
  data: Type.Unknown({ description: 'A session description or a candidate; passed on as it is.' }),
});

/** `call_signal`, told to the connection by which the user it is for is in the call. */
export const CallSignalled = Type.Object({
  thread_id: Type.String(),
  from: Type.String(),
  username: Name,
  data: Type.Unknown(),
});
export type CallSignalled = Static<typeof CallSignalled>;

/** The events of `call:ID`. */
export const CALL_EVENTS = { call_members: CallMembersData } as const;

/** `call_ended`, told to a connection by which its user is in the call no more: another one of the user's is. */
export interface CallEnded {
  readonly thread_id: string;
  readonly reason: 'elsewhere';
}

/** An entry of `iceServers`, as a browser takes it. */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** What `call_join` answers. */
export interface CallJoined extends CallMembers {
  /** `call_members`. */
  readonly channel: string;
  readonly ice_servers: readonly IceServer[];
}

// Moderation

/** What becomes of a post that has a word of the list. */
export const WORD_ACTIONS = ['refuse', 'hold'] as const;
export type WordAction = (typeof WORD_ACTIONS)[number];

export const Word = Type.Object({ word: Type.String(), action: Type.Enum([...WORD_ACTIONS]) });
export type Word = Static<typeof Word>;

export const Report = Type.Object({
  user_id: Type.String(),
  username: Name,
  reason: Type.String(),
  timestamp: Time,
});

/** Something that waits for a moderator: a post that was held back, or one that was reported. */
export const QueueItem = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['held', 'reported']),
  post: Post,
  title: Type.String({ description: 'Of the thread.' }),
  board_id: Type.String(),
  why: Type.Enum(['word', 'links', 'report']),
  reports: Type.Array(Report),
  timestamp: Time,
});
export type QueueItem = Static<typeof QueueItem>;

export const Ban = Type.Object({
  user_id: Type.String(),
  username: Name,
  reason: Type.String(),
  by: Type.String({ description: 'Empty: a backend.' }),
  since: Time,
  until: Type.Union([Time, Type.Null()], { description: 'Null: for good.' }),
});
export type Ban = Static<typeof Ban>;

/** Who the caller is to the forum. */
export const Me = Type.Object({
  user_id: Type.String(),
  username: Name,
  moderator: Type.Boolean(),
  banned: Type.Union([Ban, Type.Null()]),
  status: Type.Enum([...STATUSES]),
  text: Type.String(),
});
export type Me = Static<typeof Me>;
