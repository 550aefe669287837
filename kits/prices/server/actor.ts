import { type Tidings, TidingsError } from '@tidings/server/kit';

/** Who does something: a backend, which may do everything, or a user. */
export interface Actor {
  readonly server: boolean;
  /** A backend has none. */
  readonly user: string | undefined;
}

type Request = Parameters<Tidings['callerOf']>[0];
type Callers = Pick<Tidings<never>, 'callerOf'>;

/** Who sends a request. @throws TidingsError `unauthenticated` when that is nobody in particular; `invalid_token` … */
export async function actorOf(callers: Callers, request: Request): Promise<Actor> {
  const { server, identity } = await callers.callerOf(request);
  if (!server && identity.user === undefined) throw new TidingsError('unauthenticated');
  return { server, user: server ? undefined : identity.user };
}

/** The user who sends a request. @throws TidingsError `unauthenticated`, of a backend too: it has nothing of its own. */
export async function userOf(callers: Callers, request: Request): Promise<string> {
  const { user } = await actorOf(callers, request);
  if (user === undefined)
    throw new TidingsError('unauthenticated', 'This is about a user’s own things; send a user’s token.');
  return user;
}

/** @throws TidingsError `forbidden` unless it is a backend or the owner. */
export function requireOwner(actor: Actor, owner: string | null): void {
  if (!actor.server && actor.user !== owner)
    throw new TidingsError('forbidden', 'Only its owner may do that.');
}
