import { TidingsError } from '@tidings/protocol';
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Identity } from '../../core/identity.ts';
import type { Authenticator } from '../../core/ports/authenticator.ts';
import { readClaims } from './claims.ts';
import type { Revocations } from './revocations.ts';
import { TokenCache } from './token-cache.ts';
import { createTokenKeys, type TokenKey, type TokenKeyOptions } from './token-keys.ts';

export interface JwtAuthenticatorOptions extends TokenKeyOptions {
  readonly revocations: Pick<Revocations, 'covers'>;
  /** The claim `iss` that a token must have. @default any */
  readonly issuer?: string | undefined;
  /** The claim `aud` that a token must have. @default any */
  readonly audience?: string | undefined;
  /** How far the clock of whoever signs tokens may be off, milliseconds; for `exp` and `nbf`. @default 0 */
  readonly clockTolerance?: number | undefined;
}

/** Characters a token may have. */
const MAX_TOKEN = 8192;

/** Verified tokens that are remembered, and for how long, milliseconds. */
const CACHE_SIZE = 10_000;
const CACHE_TTL = 60_000;

/** Takes JSON Web Tokens (RFC 7519). */
export class JwtAuthenticator implements Authenticator {
  readonly #options: JwtAuthenticatorOptions;
  readonly #keys: readonly TokenKey[];
  readonly #tolerance: number;
  readonly #cache = new TokenCache(CACHE_SIZE, CACHE_TTL);

  /** @throws Error when there is no key to check a token with. */
  constructor(options: JwtAuthenticatorOptions) {
    this.#options = options;
    this.#keys = createTokenKeys(options);
    this.#tolerance = options.clockTolerance ?? 0;
  }

  /** @throws TidingsError also `unavailable`, when the keys cannot be had. */
  async verify(token: string): Promise<Identity> {
    if (token.length > MAX_TOKEN) throw new TidingsError('invalid_token');
    const identity = this.#cache.get(token, this.#options.clock.now()) ?? (await this.#read(token));
    // Asked each time, and last: meanwhile time has passed, and someone may have revoked it.
    const now = this.#options.clock.now();
    if (identity.expiresAt !== undefined && identity.expiresAt + this.#tolerance <= now)
      throw new TidingsError('token_expired');
    if (this.#options.revocations.covers(identity)) throw new TidingsError('token_revoked');
    return identity;
  }

  async #read(token: string): Promise<Identity> {
    const identity = readClaims(await this.#payload(token));
    if (!identity) throw new TidingsError('invalid_token');
    this.#cache.set(token, identity, this.#options.clock.now());
    return identity;
  }

  /** The claims, once a key has confirmed them. */
  async #payload(token: string): Promise<JWTPayload> {
    const { issuer, audience, clock } = this.#options;
    const algorithm = algorithmOf(token);
    const keys = this.#keys.filter(({ algorithms }) => algorithms.includes(algorithm));
    let fault = new TidingsError('invalid_token');
    for (const { algorithms, find } of keys) {
      const options: JWTVerifyOptions = {
        algorithms: [...algorithms],
        currentDate: new Date(clock.now()),
        clockTolerance: this.#tolerance / 1000,
        ...(issuer === undefined ? {} : { issuer }),
        ...(audience === undefined ? {} : { audience }),
      };
      try {
        return (await verifyWith(token, find, options)).payload;
      } catch (error) {
        fault = toFault(error);
        if (isSigned(error)) break;
      }
    }
    throw fault;
  }
}

/** What a token says it is signed with; only ever compared with what is taken. */
function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    return '';
  }
}

/** Tries each key of a set in which several would fit. */
async function verifyWith(token: string, find: TokenKey['find'], options: JWTVerifyOptions) {
  try {
    return await jwtVerify(token, find, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (failed) {
        if (!(failed instanceof errors.JWSSignatureVerificationFailed)) throw failed;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** Whether a key has confirmed the token, whose content is at fault: no other key has signed it. */
function isSigned(error: unknown): boolean {
  return error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
}

function toFault(error: unknown): TidingsError {
  if (error instanceof TidingsError) return error;
  return new TidingsError(error instanceof errors.JWTExpired ? 'token_expired' : 'invalid_token', undefined, {
    cause: error,
  });
}
