import { TidingsError } from '@tidings/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { Identity } from '../../core/identity.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { Recurring } from '../../core/recurring.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { AuthTables } from './tables.ts';

export interface RevocationsOptions {
  /** With this feature's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** Expired ones could not be deleted; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** What is revoked. */
export interface Revocation {
  readonly kind: 'token' | 'user';
  /** The claim `jti`, or the user. */
  readonly value: string;
  /** Of a user, tokens issued at or before this are meant, milliseconds since 1970-01-01 UTC. @default now */
  readonly at?: number | undefined;
  /** When no such token can be valid any more, milliseconds since 1970-01-01 UTC. @default never */
  readonly expiresAt?: number | undefined;
}

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<AuthTables, 'revocations'>;

type Row = Selectable<AuthTables['revocations']>;

/** How often expired revocations are deleted, milliseconds. */
const PRUNE_INTERVAL = 60_000;

/** The revoked tokens and users: on disk, and in memory, where every token is looked up. */
export class Revocations {
  readonly #db: Kysely<CoreTables & Tables>;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #rows = { token: new Map<string, Row>(), user: new Map<string, Row>() };
  #pruning: Recurring | undefined;

  constructor({ db, clock, onError }: RevocationsOptions) {
    this.#db = db.withTables<Tables>();
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Reads what was revoked before. */
  async start(): Promise<void> {
    await this.reload();
    const run = () => this.#prune();
    const [clock, onError] = [this.#clock, this.#onError];
    this.#pruning = new Recurring({ clock, interval: PRUNE_INTERVAL, run, onError });
  }

  /** Reads what other servers on the database may have revoked meanwhile. */
  async reload(): Promise<void> {
    for (const { expires_at, ...row } of await this.#db.selectFrom('revocations').selectAll().execute())
      this.take({ ...row, expiresAt: expires_at ?? undefined });
  }

  async close(): Promise<void> {
    await this.#pruning?.close();
  }

  /** Whether the token of an identity is revoked, by itself or with its user. A token without `iat` is older than any revocation. */
  covers({ user, tokenId, issuedAt = 0 }: Identity): boolean {
    const now = this.#clock.now();
    if (tokenId !== undefined && isAlive(this.#rows.token.get(tokenId), now)) return true;
    const row = user === undefined ? undefined : this.#rows.user.get(user);
    return isAlive(row, now) && issuedAt <= row.at;
  }

  /**
   * Revokes from this moment on, and fulfils once that is on disk. What was revoked stays so: an earlier or shorter
   * revocation changes nothing.
   *
   * @throws TidingsError `storage_unavailable`; what was asked for then holds until this server ends.
   */
  async add(revocation: Revocation): Promise<void> {
    const row = this.take(revocation);
    try {
      await this.#db
        .insertInto('revocations')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['kind', 'value'])
            .doUpdateSet({ at: row.at, expires_at: row.expires_at })
            .where('revocations.at', '<=', row.at),
        )
        .execute();
    } catch (error) {
      throw new TidingsError('storage_unavailable', 'The revocation could not be stored.', { cause: error });
    }
  }

  /** Revokes from this moment on, in memory alone: another server has stored it. @returns what now stands of it. */
  take({ kind, value, at = this.#clock.now(), expiresAt }: Revocation): Row {
    const before = this.#rows[kind].get(value);
    const row: Row = {
      kind,
      value,
      at: Math.max(at, before?.at ?? 0),
      expires_at: later(expiresAt ?? null, before ? before.expires_at : 0),
    };
    this.#rows[kind].set(value, row);
    return row;
  }

  async #prune(): Promise<void> {
    const now = this.#clock.now();
    for (const rows of Object.values(this.#rows))
      for (const [value, row] of rows) if (!isAlive(row, now)) rows.delete(value);
    await this.#db.deleteFrom('revocations').where('expires_at', '<=', now).execute();
  }
}

function isAlive(row: Row | undefined, now: number): row is Row {
  return row !== undefined && (row.expires_at === null || row.expires_at > now);
}

/** The later of two ends; null is never. */
function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other);
}
