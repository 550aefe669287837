/**
 * The secrets of servers that tests start, and tokens for them.
 *
 * @module
 */
import { createHmac } from 'node:crypto';
import type { Right } from '../../packages/server/src/core/identity.ts';

/** The API key of a server that a test starts. */
export const API_KEY = 'test-api-key-that-is-long-enough';

/** The secret of tokens for a server that a test starts. */
export const JWT_SECRET = 'test-secret-of-at-least-thirty-two-bytes';

/** Claims of a token; the rest is whatever a test wants to try. */
export interface Claims {
  readonly sub?: string;
  /** Seconds since 1970-01-01 UTC. */
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly channels?: Readonly<Record<string, readonly Right[]>>;
  readonly [claim: string]: unknown;
}

/** Seconds since 1970-01-01 UTC, so many seconds from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Signs a token by HS256. */
export function signToken(
  claims: Claims,
  secret: string = JWT_SECRET,
  header: Readonly<Record<string, unknown>> = { alg: 'HS256', typ: 'JWT' },
): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode(header)}.${encode({ iat: inSeconds(0), exp: inSeconds(3600), ...claims })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** Every right on every channel: for the tests that are not about rights. */
export const ALL_RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  '*': ['subscribe', 'publish', 'history', 'presence', 'typing'],
};

/** A token of a user who may do everything. */
export function tokenFor(user: string, claims: Claims = {}): string {
  return signToken({ sub: user, channels: ALL_RIGHTS, ...claims });
}
