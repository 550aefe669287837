/**
 * Who calls a route or sends a command.
 *
 * @module
 */
import { type Identity, type Tidings, TidingsError } from '@tidings/server/kit';

/** What a route has of its request. */
type Request = Parameters<Tidings['callerOf']>[0];
type Callers = Pick<Tidings<never>, 'callerOf'>;

/** A user who calls. */
export interface CallingUser {
  readonly server: false;
  readonly user: string;
  /** What others see. */
  readonly name: string;
  readonly identity: Identity;
}

/** Who calls: a backend, which may do everything, or a user. */
export type Actor = { readonly server: true } | CallingUser;

/** UTF-16 code units of a name. */
const MAX_NAME = 100;

/** Who sends a request. @throws TidingsError `unauthenticated` when that is nobody in particular; `invalid_token` … */
export async function actorOf(callers: Callers, request: Request): Promise<Actor> {
  const { server, identity } = await callers.callerOf(request);
  return server ? { server } : callingUser(identity);
}

/** The user who sends a request. @throws TidingsError `unauthenticated`, of a backend too: it has nothing of its own. */
export async function userOf(callers: Callers, request: Request): Promise<CallingUser> {
  const actor = await actorOf(callers, request);
  if (actor.server)
    throw new TidingsError('unauthenticated', 'This is about a user’s own things; send a user’s token.');
  return actor;
}

/** Lets a backend alone in. @throws TidingsError `invalid_api_key`. */
export async function requireBackend(callers: Callers, request: Request): Promise<void> {
  if (!(await callers.callerOf(request)).server) throw new TidingsError('invalid_api_key');
}

/** The user of a session or a token. @throws TidingsError `unauthenticated`. */
export function callingUser(identity: Identity): CallingUser {
  const { user } = identity;
  if (user === undefined) throw new TidingsError('unauthenticated', 'This needs the token of a user.');
  return { server: false, user, name: nameOf(identity, user), identity };
}

/** What others see of a user: the claim `name` of the token, else the user's id. */
function nameOf({ claims }: Identity, user: string): string {
  const name = typeof claims.name === 'string' ? claims.name.replace(/\p{C}/gu, '').trim() : '';
  return (name || user).slice(0, MAX_NAME).toWellFormed();
}
