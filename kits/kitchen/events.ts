/**
 * What the kitchen tells: each event's name with the schema of its data. The names are those of the raw WebSocket, and the
 * same on every transport.
 *
 * @module
 */
import Type from 'typebox';

const Id = Type.String({ minLength: 1, maxLength: 128 });
const Name = Type.String({ maxLength: 200 });
const Text = Type.String({ maxLength: 10_000 });

/** A new post. */
export const NewCommunityPost = Type.Object({
  post_id: Id,
  author_name: Name,
  content: Text,
  author_id: Type.Optional(Id),
  created_at: Type.Optional(Type.String({ description: 'ISO 8601.' })),
});

/** To the author of a post: somebody likes it. */
export const PostLiked = Type.Object({
  post_id: Id,
  liker_id: Id,
  liker_name: Name,
  likes: Type.Optional(Type.Integer({ minimum: 0, description: 'How many like it now.' })),
});

/** To the author of a post: somebody has commented on it. */
export const NewComment = Type.Object({
  post_id: Id,
  comment_id: Id,
  author_id: Type.Optional(Id),
  author_name: Name,
  content: Text,
});

/** To a user: somebody follows them. */
export const NewFollower = Type.Object({ follower_id: Id, follower_name: Name });

/** One thing that will not be good for long. */
export const ExpiringItem = Type.Object(
  {
    id: Type.Optional(Id),
    name: Name,
    expires_on: Type.Optional(Type.String({ description: 'The last good day, YYYY-MM-DD.' })),
    days_left: Type.Optional(Type.Integer({ description: '0 is today, less is past.' })),
  },
  { additionalProperties: true },
);

/** To a user: what in their fridge will not be good for long. */
export const ExpiringItems = Type.Object({ items: Type.Array(ExpiringItem, { minItems: 1, maxItems: 500 }) });

/** To a user: they have reached a goal. */
export const GoalAchieved = Type.Object({ goal_id: Id, title: Text });

/** To a user: the recipe they asked for is there. */
export const RecipeGenerated = Type.Object(
  { recipe_id: Id, title: Name, request_id: Type.Optional(Id) },
  { additionalProperties: true },
);

/** To all, to a group or to a user: something that the app has to say. */
export const SystemNotification = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  message: Text,
  level: Type.Optional(Type.Enum(['info', 'success', 'warning', 'error'])),
  url: Type.Optional(
    Type.String({
      pattern: '^(/(?!/)|https://)[^\\s\\p{C}\\\\]{0,2000}$',
      description: 'Opened on click: a path of the app, or an https URL.',
    }),
  ),
  group_id: Type.Optional(Id),
});

/** The events that the document names, by name; `Heartbeat` has no channel and is none of them. */
export const KITCHEN_EVENTS = {
  NewCommunityPost,
  PostLiked,
  NewComment,
  NewFollower,
  ExpiringItems,
  GoalAchieved,
  RecipeGenerated,
  SystemNotification,
} as const;

/** The name of an event that the document names. */
export type KitchenEvent = keyof typeof KITCHEN_EVENTS;

/** The data of each of them. */
export type KitchenEvents = {
  readonly [Name in KitchenEvent]: Type.Static<(typeof KITCHEN_EVENTS)[Name]>;
};

/** On `kitchen:community`. */
export const COMMUNITY_EVENTS = {
  NewCommunityPost,
  SystemNotification,
  PostDeleted: Type.Object({ post_id: Id }),
} as const;

/** On `post:ID`: what goes on at one post, for whoever looks at it. */
export const POST_EVENTS = {
  PostUpdated: Type.Object({
    post_id: Id,
    likes: Type.Integer({ minimum: 0 }),
    comments: Type.Integer({ minimum: 0 }),
  }),
  CommentAdded: Type.Object({
    post_id: Id,
    comment_id: Id,
    author_id: Id,
    author_name: Name,
    content: Text,
    created_at: Type.String({ description: 'ISO 8601.' }),
  }),
  CommentDeleted: Type.Object({ post_id: Id, comment_id: Id }),
  PostDeleted: Type.Object({ post_id: Id }),
} as const;

/** On `group:ID`. */
export const GROUP_EVENTS = {
  SystemNotification,
  GroupMemberJoined: Type.Object({ group_id: Id, user_id: Id, user_name: Name }),
  GroupMemberLeft: Type.Object({ group_id: Id, user_id: Id }),
} as const;

/** Everything that the raw WebSocket tells; whatever else a channel has, it keeps to itself. */
export const TOLD_EVENTS: ReadonlySet<string> = new Set(
  [KITCHEN_EVENTS, COMMUNITY_EVENTS, POST_EVENTS, GROUP_EVENTS].flatMap((events) => Object.keys(events)),
);
