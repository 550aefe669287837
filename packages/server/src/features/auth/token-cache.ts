import { hash } from 'node:crypto';
import type { Identity } from '../../core/identity.ts';

/**
 * Identities of tokens that were verified not long ago, so that a storm of reconnects pays for each signature once.
 *
 * Tokens themselves are not kept, only their digests. Expiry and revocation are for the caller to check.
 */
export class TokenCache {
  readonly #max: number;
  readonly #ttl: number;
  /** Least recently verified first. */
  readonly #entries = new Map<string, { readonly identity: Identity; readonly until: number }>();

  /** @param ttl how long a signature is believed, milliseconds: so long a key that was withdrawn still counts. */
  constructor(max: number, ttl: number) {
    this.#max = max;
    this.#ttl = ttl;
  }

  get(token: string, now: number): Identity | undefined {
    const digest = digestOf(token);
    const entry = this.#entries.get(digest);
    if (!entry) return undefined;
    if (entry.until > now) return entry.identity;
    this.#entries.delete(digest);
    return undefined;
  }

  set(token: string, identity: Identity, now: number): void {
    const digest = digestOf(token);
    this.#entries.delete(digest);
    this.#entries.set(digest, { identity, until: now + this.#ttl });
    if (this.#entries.size <= this.#max) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
