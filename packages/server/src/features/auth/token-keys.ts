/**
 * The keys that tokens are checked with, each for its own algorithms: which one a token names decides nothing but where
 * to look, so that a public key is never taken for a secret.
 *
 * @module
 */
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../core/ports/clock.ts';

/** An algorithm a token may be signed with. */
type TokenAlgorithm = 'HS256' | 'RS256' | 'ES256' | 'EdDSA';

/** Where the keys come from. */
export interface TokenKeyOptions {
  /** Checks HS256; at least 32 bytes. */
  readonly secret?: string | undefined;
  /** Checks RS256, ES256 or EdDSA, whichever it is a key of; PEM. */
  readonly publicKey?: string | undefined;
  /** Has the public keys (RFC 7517). They are asked for again after ten minutes, and for an unknown one after half a minute. */
  readonly jwksUrl?: string | undefined;
  /** Any other is refused. */
  readonly algorithms: readonly TokenAlgorithm[];
  readonly clock: Clock;
  /** The key set could not be had. @default nothing is said */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A key, or how to find it. */
export interface TokenKey {
  readonly algorithms: readonly string[];
  readonly find: JWTVerifyGetKey;
}

/** How long an answer of the key set's server may take, milliseconds. */
const FETCH_TIMEOUT = 5000;

/** After a failure the server is let alone for so long, milliseconds. */
const FETCH_PAUSE = 1000;

/** EdDSA goes by two names (RFC 9864). */
const NAMES: Readonly<Record<TokenAlgorithm, readonly string[]>> = {
  HS256: ['HS256'],
  RS256: ['RS256'],
  ES256: ['ES256'],
  EdDSA: ['EdDSA', 'Ed25519'],
};

/** @throws Error when there is no key for any algorithm, or the PEM is none. */
export function createTokenKeys(options: TokenKeyOptions): readonly TokenKey[] {
  const { secret, publicKey, jwksUrl, algorithms } = options;
  const asymmetric = algorithms.filter((algorithm) => algorithm !== 'HS256');
  const keys: TokenKey[] = [];
  const add = (taken: readonly TokenAlgorithm[], find: JWTVerifyGetKey) => {
    if (taken.length > 0) keys.push({ algorithms: taken.flatMap((algorithm) => NAMES[algorithm]), find });
  };
  if (secret !== undefined && algorithms.includes('HS256')) {
    const key = createSecretKey(secret, 'utf8');
    add(['HS256'], async () => key);
  }
  if (publicKey !== undefined) {
    const key = createPublicKey(publicKey);
    const own = algorithmOf(key);
    add(
      asymmetric.filter((algorithm) => algorithm === own),
      async () => key,
    );
  }
  if (jwksUrl !== undefined) add(asymmetric, remote(new URL(jwksUrl), options));
  if (keys.length === 0)
    throw new Error(`There is no key to check a token of ${algorithms.join(', ')} with.`);
  return keys;
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject) {
  if (type === 'rsa') return 'RS256';
  if (type === 'ec') return details?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  return type === 'ed25519' ? 'EdDSA' : undefined;
}

/** Finds keys in a set elsewhere. @throws TidingsError `unavailable` when it cannot be had. */
function remote(url: URL, { clock, onError }: TokenKeyOptions): JWTVerifyGetKey {
  let failedAt = Number.NEGATIVE_INFINITY;
  const find = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT,
    // A server in trouble is not asked by every client that comes back.
    [customFetch]: async (address, init) => {
      // In either direction: a clock that was set back must not make the pause longer.
      if (Math.abs(clock.now() - failedAt) < FETCH_PAUSE)
        throw new Error('The key set could not be had a moment ago.');
      try {
        const response = await fetch(address, init);
        if (response.ok) return response;
        throw new Error(`The key set's server answered ${response.status}.`);
      } catch (error) {
        failedAt = clock.now();
        onError?.(error);
        throw error;
      }
    },
  });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      if (isTokensFault(error)) throw error;
      throw new TidingsError('unavailable', 'The keys that tokens are checked with cannot be had.', {
        retryAfter: FETCH_PAUSE,
        cause: error,
      });
    }
  };
}

/** Whether the key set was there and merely has no one key for this token. */
function isTokensFault(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
