/**
 * What the routes of rooms share.
 *
 * @module
 */
import { Type } from '@tidings/server/kit';
import { RoomId, UserId } from '../../events.ts';
import type { Invitations } from '../invitations.ts';
import type { Membership } from '../membership.ts';
import type { Messages } from '../messages.ts';
import type { Server } from '../tables.ts';

export interface RouteParts {
  readonly tidings: Server;
  readonly membership: Membership;
  readonly invitations: Invitations;
  readonly messages: Messages;
}

/** A user, or a backend, which may do everything to all rooms. */
export const security = [{ apiKey: [] }, { userToken: [] }];

export const closed = { additionalProperties: false } as const;

export const RoomParams = Type.Object({ room: RoomId });
export const MemberParams = Type.Object({ room: RoomId, user: UserId });

export interface RoomRequest {
  Params: Type.Static<typeof RoomParams>;
}
export interface MemberRequest {
  Params: Type.Static<typeof MemberParams>;
}
