/**
 * Keys of commands: a command that is sent again under its key has one effect and the same answer.
 *
 * A client whose connection was lost cannot know whether its command was taken, so it sends it again. The answer is
 * written down before it is given; a repeat that comes while the first is still under way waits for the same answer. Keys
 * belong to a user. Those of anonymous clients share one scope, since a client that comes back is another session: there a
 * key should be random.
 *
 * A handler whose transaction answers the command ({@link CommandKeys.once}) has its effect and its answer on disk together.
 * Of any other a server that is killed between the effect and the writing of the answer runs a repeat anew.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import { expressionBuilder, type Kysely, type Transaction } from 'kysely';
import type { AnswerMemory, Call, KeyedCommand } from '../../core/ports/answer-memory.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { Recurring } from '../../core/recurring.ts';
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
  /** The answer that a transaction has written down. */
  written: string | undefined;
}

/** How often what has expired is deleted, and how long an answer is held in memory beside the table, milliseconds. */
const SWEEP_INTERVAL = 60_000;

export class CommandKeys implements AnswerMemory {
  readonly #db: Kysely<CoreTables & Tables>;
  readonly #options: CommandKeysOptions;
  readonly #recent = new Map<string, Recent>();
  /** Calls that a transaction has answered. */
  readonly #answered = new WeakSet<Call>();
  readonly #sweeping: Recurring;

  constructor(options: CommandKeysOptions) {
    this.#options = options;
    this.#db = options.db.withTables<Tables>();
    const { clock, onError } = options;
    this.#sweeping = new Recurring({ clock, interval: SWEEP_INTERVAL, run: () => this.#sweep(), onError });
  }

  close(): Promise<void> {
    return this.#sweeping.close();
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
    const { promise: answer, resolve } = Promise.withResolvers<unknown>();
    const recent: Recent = { hash, answer, doneAt: undefined, written: undefined };
    this.#recent.set(id, recent);
    resolve(this.#remember(command, recent, handle));
    try {
      const data = await answer;
      recent.doneAt = this.#options.clock.now();
      return data;
    } catch (error) {
      this.#recent.delete(id);
      throw error;
    }
  }

  /**
   * Does what a call asks for inside a transaction, and writes down there what it gives: as the call's answer, unless its
   * handler gives another. When it has been done already, gives that answer instead, as JSON has kept it.
   *
   * @throws TidingsError `key_conflict`; whatever `work` throws, and then the key is not used up.
   * @throws Error when the call has been answered by a transaction already.
   */
  async once<T>(db: Transaction<CoreTables>, call: Call, work: () => Promise<T>): Promise<T> {
    if (call.key === undefined) return work();
    const recent = this.#recent.get(idOf(call));
    const now = this.#options.clock.now();
    const one = { scope: scopeOf(call), command: call.name, key: call.key };
    const fresh = { hash: recent?.hash ?? hashOf(call), answer: '', expires_at: now + this.#options.window };
    const keys = db.withTables<Tables>();
    // Who comes second waits here until the first has committed.
    const taken = await keys
      .insertInto('command_keys')
      .values({ ...one, ...fresh })
      .onConflict((conflict) =>
        conflict
          .columns(['scope', 'command', 'key'])
          .doUpdateSet(fresh)
          .where('command_keys.expires_at', '<=', now),
      )
      .returning('key')
      .executeTakeFirst();
    const its = expressionBuilder<Tables, 'command_keys'>().and(one);
    if (!taken) {
      if (this.#answered.has(call)) throw new Error('Only one transaction can answer a call.');
      const before = await keys.selectFrom('command_keys').selectAll().where(its).executeTakeFirstOrThrow();
      if (before.hash !== fresh.hash) throw new TidingsError('key_conflict');
      return JSON.parse(before.answer);
    }
    this.#answered.add(call);
    const result = await work();
    const answer = JSON.stringify(result) ?? 'null';
    await keys.updateTable('command_keys').set({ answer }).where(its).execute();
    if (recent) recent.written = answer;
    return result;
  }

  async #read(command: KeyedCommand) {
    try {
      return await this.#db
        .selectFrom('command_keys')
        .select(['hash', 'answer', 'expires_at'])
        .where('scope', '=', scopeOf(command))
        .where('command', '=', command.name)
        .where('key', '=', command.key)
        .executeTakeFirst();
    } catch (error) {
      throw new TidingsError('storage_unavailable', 'The key could not be looked up; nothing was done.', {
        cause: error,
      });
    }
  }

  async #remember(command: KeyedCommand, recent: Recent, handle: () => unknown): Promise<unknown> {
    const data = await handle();
    const answer = JSON.stringify(data) ?? 'null';
    if (answer === recent.written) return data;
    const { clock, window, onError } = this.#options;
    const { hash } = recent;
    const { name, key } = command;
    const row = {
      scope: scopeOf(command),
      command: name,
      key,
      hash,
      answer,
      expires_at: clock.now() + window,
    };
    try {
      await this.#db
        .insertInto('command_keys')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['scope', 'command', 'key'])
            .doUpdateSet({ hash, answer, expires_at: row.expires_at }),
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

function scopeOf({ identity: { user }, server }: Call): string {
  if (server) return 'server';
  return user === undefined ? 'anonymous' : `user ${user}`;
}

function idOf(call: Call): string {
  return JSON.stringify([scopeOf(call), call.name, call.key]);
}

function hashOf({ data }: Call): string {
  return createHash('sha256')
    .update(JSON.stringify(data) ?? '')
    .digest('base64url');
}
