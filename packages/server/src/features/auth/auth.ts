/**
 * Who may: live sessions and their tokens.
 *
 * A session ends with its token, or when token or user are revoked, on whatever node it is.
 *
 * @module
 */
import { disconnect } from '@tidings/protocol';
import type { Core } from '../../core/core.ts';
import type { NodeCall, NodeCalls } from '../../core/node-calls.ts';
import type { Authenticator } from '../../core/ports/authenticator.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { Recurring } from '../../core/recurring.ts';
import { authenticateCommand } from './authenticate-command.ts';
import { recheck } from './recheck.ts';
import type { Revocation, Revocations } from './revocations.ts';

export interface AuthOptions {
  readonly core: Pick<Core, 'hub' | 'namespaces' | 'dispatch'>;
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  /** Tells the other nodes what is revoked. */
  readonly nodes: Pick<NodeCalls, 'define'>;
  readonly clock: Clock;
  /** How long after its `exp` a token is still taken, milliseconds, as the authenticator has it. @default 0 */
  readonly clockTolerance?: number | undefined;
  /** A kit's rights function failed, and the channel is left; or what was missed could not be read, and it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** When a revocation begins, and when it may be forgotten. */
export type RevocationTimes = Pick<Revocation, 'at' | 'expiresAt'>;

/** How often sessions are looked through, milliseconds. */
const GUARD_INTERVAL = 1000;

/** Adds the command `authenticate`, and watches over the tokens of live sessions. */
export class Auth {
  readonly #options: AuthOptions;
  readonly #tolerance: number;
  readonly #guard: { cancel(): void };
  readonly #revoked: NodeCall<Revocation, number>;
  readonly #catchingUp: Recurring;
  /** Something may have been missed. */
  #behind = false;

  constructor(options: AuthOptions) {
    const { core, clock } = options;
    this.#options = options;
    this.#tolerance = options.clockTolerance ?? 0;
    core.dispatch.add(authenticateCommand(options));
    this.#guard = clock.every(GUARD_INTERVAL, () => this.#check());
    const { onError } = options;
    this.#catchingUp = new Recurring({
      clock,
      interval: GUARD_INTERVAL,
      run: () => this.#catchUp(),
      onError,
    });
    this.#revoked = options.nodes.define('revoked', (revocation) => {
      options.revocations.take(revocation);
      return this.#check();
    });
  }

  /**
   * Refuses all tokens of a user that were issued until now, and ends the sessions that came with one, on all nodes. One
   * that cannot be reached just now reads it from the database when it can.
   *
   * `iat` counts seconds, so a token issued in the same second is refused too.
   *
   * @returns how many sessions were ended, of the nodes that could be asked.
   * @throws TidingsError `storage_unavailable`; the sessions have ended all the same.
   */
  revokeUser(user: string, times: RevocationTimes = {}): Promise<number> {
    return this.#revoke({ kind: 'user', value: user, ...times });
  }

  /** Refuses one token by its `jti`, and ends the sessions that came with it. As {@link revokeUser}. */
  revokeToken(tokenId: string, times: Pick<RevocationTimes, 'expiresAt'> = {}): Promise<number> {
    return this.#revoke({ kind: 'token', value: tokenId, ...times });
  }

  /**
   * This node may not have been told everything: within a second it reads what was revoked, and holds its sessions to it
   * and to their rights on what they follow by right.
   */
  missed(): void {
    this.#behind = true;
  }

  /** Stops watching. */
  async close(): Promise<void> {
    this.#guard.cancel();
    await this.#catchingUp.close();
  }

  async #revoke({ at = this.#options.clock.now(), ...what }: Revocation): Promise<number> {
    const revocation: Revocation = { ...what, at };
    const stored = this.#options.revocations.add(revocation);
    let ended = this.#check();
    try {
      await stored;
    } finally {
      // Once it is stored, so that a node which is not told finds it there.
      const { answers } = await this.#revoked(revocation);
      for (const { result } of answers) ended += result;
    }
    return ended;
  }

  async #catchUp(): Promise<void> {
    if (!this.#behind) return;
    this.#behind = false;
    const { core, revocations } = this.#options;
    try {
      await revocations.reload();
    } catch (error) {
      this.#behind = true;
      throw error;
    }
    this.#check();
    // One after the other: the database has others to serve.
    for (const session of [...core.hub.sessions.values()]) await recheck(this.#options, session);
  }

  /** Ends the sessions of this node whose token has expired or is revoked. @returns how many were revoked. */
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
