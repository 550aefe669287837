/**
 * Keys of commands: a command that is sent again under its key has one effect and the same answer.
 *
 * A client whose connection was lost cannot know whether its command was taken, so it sends it again. The answer is
 * written down before it is given; a repeat that comes while the first is still under way waits for the same answer. Keys
 * belong to a user. Those of anonymous clients share one scope, since a client that comes back is another session: there a
 * key should be random.
 *
 * What this cannot do: a server that is killed between a handler's effect and the writing of its answer runs a repeat anew.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import type { Kysely } from 'kysely';
import type { AnswerMemory, KeyedCommand } from '../../core/ports/answer-memory.ts';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { CommandKeyTables } from './tables.ts';

export { COMMAND_KEY_MIGRATIONS } from './tables.ts';

export interface CommandKeysOptions {
  /** With this feature's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** How long an answer is remembered, milliseconds. */
  readonly window: number;
  /** An answer could not be written down, or old ones not deleted. */
  readonly onError: (error: unknown) => void;
}

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<CommandKeyTables, 'command_keys'>;

/** A command that is under way, or was until a moment ago. */
interface Recent {
  readonly hash: string;
  readonly answer: Promise<unknown>;
  /** When it was answered. */
  doneAt: number | undefined;
}

/** How often what has expired is deleted, and how long an answer is held in memory beside the table, milliseconds. */
const SWEEP_INTERVAL = 60_000;

export class CommandKeys implements AnswerMemory {
  readonly #db: Kysely<CoreTables & Tables>;
  readonly #options: CommandKeysOptions;
  readonly #recent = new Map<string, Recent>();
  readonly #sweeper: Timer;

  constructor(options: CommandKeysOptions) {
    this.#options = options;
    this.#db = options.db.withTables<Tables>();
    this.#sweeper = options.clock.every(SWEEP_INTERVAL, () => void this.#sweep().catch(options.onError));
  }

  close(): void {
    this.#sweeper.cancel();
  }

  async recall(command: KeyedCommand): Promise<{ readonly data: unknown } | undefined> {
    // What is under way is waited for by `run`.
    if (this.#recent.has(idOf(command))) return undefined;
    const row = await this.#read(command);
    if (!row || row.expires_at <= this.#options.clock.now()) return undefined;
    if (row.hash !== hashOf(command)) throw new TidingsError('key_conflict');
    return { data: JSON.parse(row.answer) };
  }

  async run(command: KeyedCommand, handle: () => unknown): Promise<unknown> {
    const id = idOf(command);
    const hash = hashOf(command);
    const before = this.#recent.get(id);
    if (before) {
      if (before.hash !== hash) throw new TidingsError('key_conflict');
      return before.answer;
    }
    const answer = this.#remember(command, hash, handle());
    const recent: Recent = { hash, answer, doneAt: undefined };
    this.#recent.set(id, recent);
    try {
      const data = await answer;
      recent.doneAt = this.#options.clock.now();
      return data;
    } catch (error) {
      this.#recent.delete(id);
      throw error;
    }
  }

  async #read({ name, key, identity }: KeyedCommand) {
    try {
      return await this.#db
        .selectFrom('command_keys')
        .select(['hash', 'answer', 'expires_at'])
        .where('scope', '=', scopeOf(identity))
        .where('command', '=', name)
        .where('key', '=', key)
        .executeTakeFirst();
    } catch (error) {
      throw new TidingsError('storage_unavailable', 'The key could not be looked up; nothing was done.', {
        cause: error,
      });
    }
  }

  async #remember({ name, key, identity }: KeyedCommand, hash: string, result: unknown): Promise<unknown> {
    const data = await result;
    const { clock, window, onError } = this.#options;
    const row = {
      scope: scopeOf(identity),
      command: name,
      key,
      hash,
      answer: JSON.stringify(data) ?? 'null',
      expires_at: clock.now() + window,
    };
    try {
      await this.#db
        .insertInto('command_keys')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['scope', 'command', 'key'])
            .doUpdateSet({ hash, answer: row.answer, expires_at: row.expires_at }),
        )
        .execute();
    } catch (error) {
      // It has been done, and saying otherwise would have it done again.
      onError(error);
    }
    return data;
  }

  async #sweep(): Promise<void> {
    const now = this.#options.clock.now();
    for (const [id, { doneAt }] of this.#recent)
      if (doneAt !== undefined && doneAt <= now - SWEEP_INTERVAL) this.#recent.delete(id);
    await this.#db.deleteFrom('command_keys').where('expires_at', '<=', now).execute();
  }
}

function scopeOf({ user }: KeyedCommand['identity']): string {
  return user === undefined ? 'anonymous' : `user ${user}`;
}

function idOf({ name, key, identity }: KeyedCommand): string {
  return JSON.stringify([scopeOf(identity), name, key]);
}

function hashOf({ data }: KeyedCommand): string {
  return createHash('sha256')
    .update(JSON.stringify(data) ?? '')
    .digest('base64url');
}
