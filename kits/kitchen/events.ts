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

/** A thing in a fridge. */
export const FridgeItem = Type.Object({
  id: Id,
  name: Name,
  quantity: Type.Number({ minimum: 0 }),
  unit: Type.String(),
  best_before: Type.Union([Type.String(), Type.Null()], { description: 'The last good day, YYYY-MM-DD.' }),
  running_out: Type.Boolean({ description: 'It is wanted from the next shop.' }),
  group_id: Type.Union([Id, Type.Null()], {
    description: 'The household it belongs to; null is the user alone.',
  }),
  added_by: Id,
  added_at: Type.String({ description: 'ISO 8601.' }),
});

/** In a fridge something is new, or another than before: on `user:ID`, of a household on `group:ID`. */
export const FridgeItemChanged = Type.Object({ item: FridgeItem });

/** Something is no longer in a fridge: likewise. */
export const FridgeItemRemoved = Type.Object({ item_id: Id, group_id: Type.Union([Id, Type.Null()]) });

/** To a user, on all their devices: a goal is new, or another than before; `deleted` alone when it is gone. */
export const GoalChanged = Type.Object({
  goal_id: Id,
  title: Text,
  target: Type.Number(),
  unit: Type.String(),
  progress: Type.Number(),
  achieved: Type.Boolean(),
  deleted: Type.Optional(Type.Boolean()),
});

/** To a user: how far the recipe is that they asked for, and how it ended. */
export const RecipeProgress = Type.Object({
  request_id: Id,
  state: Type.Enum(['running', 'done', 'failed', 'cancelled']),
  step: Type.Enum(['waiting', 'reading', 'asking', 'writing', 'checking', 'choosing', 'done']),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});

/** To a user: a shop nearby has what their fridge lacks. */
export const ShopNearby = Type.Object({
  shop_id: Id,
  name: Name,
  items: Type.Array(Name, { description: 'What is lacking and sold there.' }),
});

/** What a cell of a menu was before somebody wrote over it without having seen it. */
const Overwritten = Type.Object({
  text: Text,
  version: Type.Integer(),
  user_id: Id,
  user_name: Name,
  at: Type.String({ description: 'ISO 8601.' }),
});

/** A cell of a menu was written. */
export const MenuCellChanged = Type.Object({
  group_id: Id,
  week: Type.String({ description: 'ISO 8601: 2026-W47.' }),
  cell: Type.String({ description: 'Day and meal: mon-dinner.' }),
  text: Text,
  version: Type.Integer(),
  user_id: Id,
  user_name: Name,
  at: Type.String({ description: 'ISO 8601.' }),
  overwritten: Type.Optional(Overwritten),
});

/** Somebody edits a cell of a menu, or no more. */
export const MenuEditing = Type.Object({
  group_id: Id,
  week: Type.String(),
  cell: Type.String(),
  user_id: Id,
  user_name: Name,
  editing: Type.Boolean(),
});

const Crossed = { group_id: Id, geofence_id: Id, name: Name, user_id: Id, user_name: Name };

/** A member who shares that has come to a place of the household's. */
export const GeofenceEntered = Type.Object(Crossed);

/** The member has gone; `silent`: their position has not been told for so long that nobody knows. */
export const GeofenceLeft = Type.Object({ ...Crossed, reason: Type.Enum(['left', 'silent']) });

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
  FridgeItemChanged,
  FridgeItemRemoved,
  MenuCellChanged,
  GeofenceEntered,
  GeofenceLeft,
} as const;

/** On `menu:ID` of a group: who edits what now. Nothing of it is kept. */
export const MENU_EVENTS = { MenuEditing } as const;

/** On `user:ID`, beside the events that the document names. */
export const PERSONAL_EVENTS = {
  FridgeItemChanged,
  FridgeItemRemoved,
  GoalChanged,
  RecipeProgress,
  ShopNearby,
} as const;

/** On `user:ID`, for pages alone: the user is in a group from now on, or no more. */
export const MembershipChanged = Type.Object({ group_id: Id, member: Type.Boolean() });

/** Everything that the raw WebSocket tells; whatever else a channel has, it keeps to itself. */
export const TOLD_EVENTS: ReadonlySet<string> = new Set(
  [KITCHEN_EVENTS, COMMUNITY_EVENTS, POST_EVENTS, GROUP_EVENTS, PERSONAL_EVENTS].flatMap((events) =>
    Object.keys(events),
  ),
);
