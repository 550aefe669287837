/**
 * Who does something in the forum.
 *
 * @module
 */
import { type Identity, type Tidings, TidingsError } from '@tidings/server/kit';

type Request = Parameters<Tidings['callerOf']>[0];
type Callers = Pick<Tidings<never>, 'callerOf'>;

/** Who does something: a backend, a user, or nobody in particular, who may look where everybody may. */
export interface Actor {
  /** A backend, which may do everything. */
  readonly server: boolean;
  /** A backend and nobody in particular have none. */
  readonly user: string | undefined;
  /** What others see; empty for who is no user. */
  readonly name: string;
  /** A backend is one, too. */
  readonly moderator: boolean;
}

/** Somebody with a name. */
export interface User extends Actor {
  readonly user: string;
}

const MAX_NAME = 100;
const MODERATOR = 'moderator';

/** What others see of a user: the claim `name` of the token, else the user's id. */
function nameOf({ user = '', claims }: Identity): string {
  const name = typeof claims.name === 'string' ? claims.name.replaceAll(/\p{C}/gu, ' ').trim() : '';
  return [...(name || user).toWellFormed()].slice(0, MAX_NAME).join('');
}

/** Who a session or a token is to the forum. */
export function actorFrom(identity: Identity): Actor {
  const { roles } = identity.claims;
  const moderator = Array.isArray(roles) ? roles.includes(MODERATOR) : roles === MODERATOR;
  const { user } = identity;
  return { server: false, user, name: user === undefined ? '' : nameOf(identity), moderator };
}

/** A backend. */
const BACKEND: Actor = { server: true, user: undefined, name: '', moderator: true };

/** Who sends a request; nobody in particular where the server takes such. @throws TidingsError `invalid_token` … */
export async function actorOf(callers: Callers, request: Request): Promise<Actor> {
  const { server, identity } = await callers.callerOf(request);
  return server ? BACKEND : actorFrom(identity);
}

/** The user who sends a request. @throws TidingsError `unauthenticated`, of a backend too: it has nothing of its own. */
export async function userOf(callers: Callers, request: Request): Promise<User> {
  return asUser(await actorOf(callers, request));
}

/** @throws TidingsError `unauthenticated` unless it is a user. */
export function asUser(actor: Actor): User {
  const { user } = actor;
  if (user === undefined) throw new TidingsError('unauthenticated', 'This needs the token of a user.');
  return { ...actor, user };
}

/** A moderator or a backend. @throws TidingsError `unauthenticated`, `forbidden` */
export async function moderatorOf(callers: Callers, request: Request): Promise<Actor> {
  const actor = await actorOf(callers, request);
  if (!actor.server && actor.user === undefined) throw new TidingsError('unauthenticated');
  if (!actor.moderator) throw new TidingsError('forbidden', 'Only moderators may do that.');
  return actor;
}

/**
 * The user of a command, who may say who it is as clients of older forums do.
 *
 * @param claimed `user_id` of the command's data
 * @throws TidingsError `unauthenticated`; `forbidden` when it is somebody else
 */
export function callerOf(identity: Identity, claimed: string | number | undefined): User {
  const user = asUser(actorFrom(identity));
  if (claimed !== undefined && String(claimed) !== user.user)
    throw new TidingsError('forbidden', 'The "user_id" is somebody else; leave it out or send your own.');
  return user;
}
