/**
 * What a browser gives for pushes (PushSubscription of the Push API), checked before anything is sent to it.
 *
 * @module
 */
import { createHash, ECDH } from 'node:crypto';
import { type ErrorDetail, TidingsError } from '@tidings/protocol';
import { mayBePublic } from './public-address.ts';

/** A PushSubscription as its `toJSON` gives it. */
export interface Subscription {
  /** Where the push service takes messages for this browser. */
  readonly endpoint: string;
  readonly keys: {
    /** A point on P-256, uncompressed, base64url. */
    readonly p256dh: string;
    /** 16 bytes, base64url. */
    readonly auth: string;
  };
}

/** Characters of an endpoint; those of known push services have less than half of it. */
export const LONGEST_ENDPOINT = 2048;

/** Bytes of the secret (RFC 8291, 3.2). */
const AUTH_BYTES = 16;

/** Bytes of a point on P-256, uncompressed. */
const POINT_BYTES = 65;

/** Bytes of a device's id. */
const ID_BYTES = 16;

/** The id of the device behind an endpoint: the first 16 bytes of its SHA-256, base64url. */
export function deviceIdOf(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest().subarray(0, ID_BYTES).toString('base64url');
}

/**
 * Checks a subscription that a stranger brings.
 *
 * @param trusted Origins whose endpoints may be anywhere, such as a push service of one's own network.
 * @throws TidingsError `invalid_request` that names every fault.
 */
export function checkSubscription({ endpoint, keys }: Subscription, trusted: ReadonlySet<string>): void {
  const details: ErrorDetail[] = [];
  const fault = endpointFault(endpoint, trusted);
  if (fault) details.push({ path: '/endpoint', message: fault });
  if (!isPoint(keys.p256dh)) details.push({ path: '/keys/p256dh', message: 'must be a point on P-256' });
  if (bytesOf(keys.auth)?.length !== AUTH_BYTES)
    details.push({ path: '/keys/auth', message: `must be ${AUTH_BYTES} bytes in base64url` });
  if (details.length > 0) throw new TidingsError('invalid_request', undefined, { details });
}

/** What is wrong with an endpoint; nothing when messages may be sent to it. */
export function endpointFault(endpoint: string, trusted: ReadonlySet<string>): string | undefined {
  if (endpoint.length > LONGEST_ENDPOINT) return `must have at most ${LONGEST_ENDPOINT} characters`;
  const url = URL.parse(endpoint);
  if (url?.protocol !== 'https:') return 'must be an https: URL';
  if (url.username !== '' || url.password !== '') return 'must have no user and no password';
  if (!trusted.has(url.origin) && !mayBePublic(url.hostname)) return 'must be on the public internet';
  return undefined;
}

/** Browsers write base64url without padding, and some libraries base64 with it. */
function bytesOf(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : undefined;
}

function isPoint(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== POINT_BYTES) return false;
  try {
    // Fails for what is not on the curve.
    ECDH.convertKey(bytes, 'prime256v1', undefined, undefined, 'compressed');
    return true;
  } catch {
    return false;
  }
}
