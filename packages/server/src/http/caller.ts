/**
 * Who makes a call: a backend with the API key, or a user with a token.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ANONYMOUS, type Identity } from '../core/identity.ts';
import type { Authenticator } from '../core/ports/authenticator.ts';

/** Someone who calls. */
export interface HttpCaller {
  /** A backend with the API key, which may do everything. */
  readonly server: boolean;
  /** Of a backend, nobody's. */
  readonly identity: Identity;
}

export interface CallerParts {
  /** Whether an `Authorization` header carries the API key; takes the same time whatever the answer. */
  readonly apiKeyMatches: (authorization: string | undefined) => boolean;
  readonly authenticator: Authenticator;
  /** Whether a call without a token may be made; what it may do is up to the namespaces. */
  readonly anonymous: boolean;
  /** Calls a second of one user, or of one address. */
  readonly perSecond: number;
}

/** A hook that lets only the server's own key pass. */
export function requireServer({ apiKeyMatches }: Pick<CallerParts, 'apiKeyMatches'>) {
  return ({ headers }: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void =>
    done(apiKeyMatches(headers.authorization) ? undefined : new TidingsError('invalid_api_key'));
}

/** Tells who calls, and how fast a user may. */
export class Callers {
  readonly #parts: CallerParts;
  readonly #limiter: RateLimiterMemory;

  constructor(parts: CallerParts) {
    this.#parts = parts;
    this.#limiter = new RateLimiterMemory({ points: parts.perSecond, duration: 1 });
  }

  /** @throws TidingsError `unauthenticated`, `invalid_token`, `token_expired`, `token_revoked`, `rate_limited`. */
  async anyone(request: FastifyRequest): Promise<HttpCaller> {
    if (this.#parts.apiKeyMatches(request.headers.authorization))
      return { server: true, identity: ANONYMOUS };
    return { server: false, identity: await this.user(request) };
  }

  /** As {@link anyone}, but a backend's key is no user's token. */
  async user(request: FastifyRequest): Promise<Identity> {
    const token = tokenOf(request);
    if (token === undefined && !this.#parts.anonymous) throw new TidingsError('unauthenticated');
    let identity = ANONYMOUS;
    try {
      if (token !== undefined) identity = await this.#parts.authenticator.verify(token);
    } catch (error) {
      // Who guesses tokens is counted too.
      await this.#pace(request.ip);
      throw error;
    }
    await this.#pace(identity.user === undefined ? request.ip : `user ${identity.user}`);
    return identity;
  }

  /** Holds back an address that calls too fast without saying who it is. @throws TidingsError `rate_limited`. */
  async stranger({ ip }: Pick<FastifyRequest, 'ip'>): Promise<void> {
    await this.#pace(ip);
  }

  async #pace(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new TidingsError('rate_limited', undefined, { retryAfter: Math.max(1, refusal.msBeforeNext) });
    }
  }
}

/** The token of a call: from the header, or from the query. */
function tokenOf({ headers, query }: FastifyRequest): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const { token } = query as { readonly token?: unknown };
  return bearer ?? (typeof token === 'string' && token !== '' ? token : undefined);
}
