/**
 * Who calls a route.
 *
 * @module
 */
import { type Identity, type Tidings, TidingsError } from '@tidings/server/kit';
import { cutText } from './cut-text.ts';

/** What a route has of its request. */
type Request = Parameters<Tidings['callerOf']>[0];

/** A user who calls. */
export interface CallingUser {
  readonly user: string;
  /** What others see: the claim `name` of the token, else the user's id. */
  readonly name: string;
}

const MAX_NAME = 100;

/** The user who calls. @throws TidingsError `unauthenticated` when nobody, or a backend, does. */
export async function requireUser(
  tidings: Pick<Tidings, 'callerOf'>,
  request: Request,
): Promise<CallingUser> {
  const { identity } = await tidings.callerOf(request);
  const { user } = identity;
  if (user === undefined) throw new TidingsError('unauthenticated', 'This needs the token of a user.');
  return { user, name: nameOf(identity, user) };
}

/** Lets a backend alone in. @throws TidingsError `invalid_api_key`. */
export async function requireBackend(tidings: Pick<Tidings, 'callerOf'>, request: Request): Promise<void> {
  if (!(await tidings.callerOf(request)).server) throw new TidingsError('invalid_api_key');
}

/** Lets backends and users in. @throws TidingsError `unauthenticated`. */
export async function requireKnown(tidings: Pick<Tidings, 'callerOf'>, request: Request): Promise<void> {
  const { server, identity } = await tidings.callerOf(request);
  if (!server && identity.user === undefined) throw new TidingsError('unauthenticated');
}

/** What others see of a user: the claim `name` of the token, else the user's id. */
export function nameOf({ claims }: Identity, user: string): string {
  const name = typeof claims.name === 'string' ? claims.name.replace(/\p{C}/gu, '').trim() : '';
  return cutText(name || user, MAX_NAME);
}
