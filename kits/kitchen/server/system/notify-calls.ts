/**
 * The calls of a backend: one for each event, typed, whom it goes to and what it says.
 *
 * @module
 */
import { type TSchema, Type } from '@tidings/server/kit';
import {
  ExpiringItems,
  GoalAchieved,
  type KitchenEvent,
  NewComment,
  NewCommunityPost,
  NewFollower,
  PostLiked,
  RecipeGenerated,
  SystemNotification,
} from '../../events.ts';
import { AnyId, Key, UserId } from '../ids.ts';

/** Whom a call tells: everybody, the user `user_id`, or what the call says. */
type Audience = 'community' | 'user' | 'anyone';

/** One call. */
export interface NotifyCall {
  /** Under `/realtime/notify`. */
  readonly path: string;
  readonly event: KitchenEvent;
  readonly to: Audience;
  readonly summary: string;
  readonly body: TSchema;
}

type Fields = Readonly<Record<string, TSchema>>;

/** What the body of a call has: the fields of its event, who is told, under which key, and `more` where the app may add to it. */
function body(fields: Fields, audience: Fields, more = false): TSchema {
  return Type.Object({ ...fields, ...audience, key: Type.Optional(Key) }, { additionalProperties: more });
}

const toUser = { user_id: UserId };
const post = { post_id: AnyId };

export const NOTIFY_CALLS: readonly NotifyCall[] = [
  {
    path: 'new-post',
    event: 'NewCommunityPost',
    to: 'community',
    summary: 'Tell the community of a new post',
    body: body({ ...NewCommunityPost.properties, ...post }, {}),
  },
  {
    path: 'post-liked',
    event: 'PostLiked',
    to: 'user',
    summary: 'Tell the author of a post that somebody likes it',
    body: body(PostLiked.properties, toUser),
  },
  {
    path: 'new-comment',
    event: 'NewComment',
    to: 'user',
    summary: 'Tell the author of a post of a comment',
    body: body(NewComment.properties, toUser),
  },
  {
    path: 'new-follower',
    event: 'NewFollower',
    to: 'user',
    summary: 'Tell a user of a new follower',
    body: body(NewFollower.properties, toUser),
  },
  {
    path: 'expiring-items',
    event: 'ExpiringItems',
    to: 'user',
    summary: 'Tell a user what will not be good for long',
    body: body(ExpiringItems.properties, toUser),
  },
  {
    path: 'goal-achieved',
    event: 'GoalAchieved',
    to: 'user',
    summary: 'Tell a user that a goal is reached',
    body: body(GoalAchieved.properties, toUser),
  },
  {
    path: 'recipe-generated',
    event: 'RecipeGenerated',
    to: 'user',
    summary: 'Tell a user that a recipe is there',
    body: body(RecipeGenerated.properties, toUser, true),
  },
  {
    path: 'system',
    event: 'SystemNotification',
    to: 'anyone',
    summary: 'Tell a user, the members of a group, or with neither all',
    body: body(SystemNotification.properties, { user_id: Type.Optional(UserId) }),
  },
];
