/**
 * Who may: live sessions and their tokens.
 *
 * A session ends with its token, or when token or user are revoked; an application can end sessions by user or id.
 *
 * @module
 */
import { disconnect } from '@tidings/protocol';
import type { Core } from '../../core/core.ts';
import type { Authenticator } from '../../core/ports/authenticator.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Session } from '../../core/session.ts';
import { authenticateCommand } from './authenticate-command.ts';
import type { Revocation, Revocations } from './revocations.ts';

export interface AuthOptions {
  readonly core: Pick<Core, 'hub' | 'namespaces' | 'dispatch'>;
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  readonly clock: Clock;
  /** How long after its `exp` a token is still taken, milliseconds, as the authenticator has it. @default 0 */
  readonly clockTolerance?: number | undefined;
  /** A kit's rights function failed; the channel is left. */
  readonly onError: (error: unknown) => void;
}

/** When a revocation begins, and when it may be forgotten. */
export type RevocationTimes = Pick<Revocation, 'at' | 'expiresAt'>;

/** How a session is ended. */
export interface EndOptions {
  /** Whether the client may come back by itself. @default true */
  readonly reconnect?: boolean;
}

/** How often sessions are looked through, milliseconds. */
const GUARD_INTERVAL = 1000;

/** Adds the command `authenticate`, and watches over the tokens of live sessions. */
export class Auth {
  readonly #options: AuthOptions;
  readonly #tolerance: number;
  readonly #guard: { cancel(): void };

  constructor(options: AuthOptions) {
    const { core, clock } = options;
    this.#options = options;
    this.#tolerance = options.clockTolerance ?? 0;
    core.dispatch.add(authenticateCommand(options));
    this.#guard = clock.every(GUARD_INTERVAL, () => this.#check());
  }

  /**
   * Refuses all tokens of a user that were issued until now, and ends the sessions that came with one.
   *
   * `iat` counts seconds, so a token issued in the same second is refused too.
   *
   * @returns how many sessions were ended.
   * @throws TidingsError `storage_unavailable`; the sessions have ended all the same.
   */
  revokeUser(user: string, times: RevocationTimes = {}): Promise<number> {
    return this.#revoke({ kind: 'user', value: user, ...times });
  }

  /** Refuses one token by its `jti`, and ends the sessions that came with it. As {@link revokeUser}. */
  revokeToken(tokenId: string, times: Pick<RevocationTimes, 'expiresAt'> = {}): Promise<number> {
    return this.#revoke({ kind: 'token', value: tokenId, ...times });
  }

  /** Ends the sessions of a user, without revoking anything. @returns how many. */
  disconnectUser(user: string, options: EndOptions = {}): number {
    let ended = 0;
    for (const session of this.#options.core.hub.sessions.values()) {
      if (session.identity.user !== user) continue;
      this.#end(session, options);
      ended += 1;
    }
    return ended;
  }

  /** Ends one session. @returns whether there was one. */
  disconnectSession(id: string, options: EndOptions = {}): boolean {
    const session = this.#options.core.hub.sessions.get(id);
    if (session) this.#end(session, options);
    return session !== undefined;
  }

  /** Stops watching. */
  close(): void {
    this.#guard.cancel();
  }

  async #revoke(revocation: Revocation): Promise<number> {
    const stored = this.#options.revocations.add(revocation);
    const ended = this.#check();
    await stored;
    return ended;
  }

  #end(session: Session, { reconnect = true }: EndOptions): void {
    this.#options.core.hub.disconnect(session, disconnect(reconnect ? 'disconnected' : 'kicked'));
  }

  /** Ends the sessions whose token has expired or is revoked. @returns how many were revoked. */
  #check(): number {
    const { core, clock, revocations } = this.#options;
    const now = clock.now();
    let revoked = 0;
    for (const session of core.hub.sessions.values()) {
      const { identity } = session;
      if (revocations.covers(identity)) {
        core.hub.disconnect(session, disconnect('token_revoked'));
        revoked += 1;
      } else if (identity.expiresAt !== undefined && identity.expiresAt + this.#tolerance <= now) {
        core.hub.disconnect(session, disconnect('token_expired'));
      }
    }
    return revoked;
  }
}
