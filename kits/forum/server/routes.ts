/**
 * What the routes of the forum share.
 *
 * @module
 */
import { type Call, Type } from '@tidings/server/kit';
import { Id, UserId } from '../events.ts';
import type { Actor } from './callers.ts';
import { DEFAULT_PAGE, MAX_PAGE } from './limits.ts';

/** A user, or a backend, which may do everything. */
export const security = [{ apiKey: [] }, { userToken: [] }];

/** Reading needs nobody in particular, where the server takes such. */
export const openSecurity = [...security, {}];

/** Of a body: what it has beside is refused. */
export const closed = { additionalProperties: false } as const;

export const BoardParams = Type.Object({ board: Id('A board.') });
export const BoardMemberParams = Type.Object({ board: Id('A board.'), user: UserId });
export const ThreadParams = Type.Object({ thread: Id('A thread.') });
export const UserParams = Type.Object({ user: UserId });

/** Text of one line, which may be empty. @param description for OpenAPI */
export const line = (maxLength: number, description?: string) =>
  Type.String({ maxLength, pattern: '^[^\\p{Cc}]*$', ...(description && { description }) });

/** A place in an address. */
export const PlaceText = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const PostParams = Type.Object({ thread: Id('A thread.'), seq: PlaceText });

export interface BoardRequest {
  Params: Type.Static<typeof BoardParams>;
}
export interface ThreadRequest {
  Params: Type.Static<typeof ThreadParams>;
}
export interface PostRequest {
  Params: Type.Static<typeof PostParams>;
}

/** How many of anything a page has. */
export const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE }));

/** As long as anywhere in the server's API. */
export const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'A repeat with the same key has one effect and the same answer.',
    }),
  ),
});

/** What is asked over HTTP, for the transaction that answers it. @param asked with the same key always the same */
export function callOf(
  { server, user }: Actor,
  { name, key }: { readonly name: string; readonly key: string | undefined },
  asked: unknown,
): Call {
  return { name, data: asked, key, identity: { user }, server };
}
