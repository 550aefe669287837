import type { Identity } from '../identity.ts';

/** Turns a token into who it speaks for. */
export interface Authenticator {
  /** @throws TidingsError `invalid_token`, `token_expired` or `token_revoked`. */
  verify(token: string): Promise<Identity>;
}
