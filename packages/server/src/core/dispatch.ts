/**
 * Dispatch gives a command to its handler, whatever it came by: known, fitting its schema, from someone who may, in time.
 *
 * @module
 */
import { FLAT_COMMANDS, TidingsError } from '@tidings/protocol';
import type { Caller, CommandContext, CommandDefinition } from './command.ts';
import { type Dated, Deadlines } from './deadlines.ts';
import type { AnswerMemory, KeyedCommand } from './ports/answer-memory.ts';
import type { Clock } from './ports/clock.ts';
import type { Command, Reply } from './ports/dialect.ts';
import { assertSchema, fitsSchema } from './schema.ts';

/** Told of every command that was answered. */
export type DispatchObserver = (name: string, outcome: 'ok' | TidingsError['code']) => void;

export interface DispatchOptions {
  readonly clock: Clock;
  /** How long a handler may take, milliseconds. */
  readonly timeout: number;
  /** A handler threw something that is no `TidingsError`. */
  readonly onError: (error: unknown, command: string) => void;
}

/** What answering a command gives: the reply, and what to run once it is in line. */
export interface Outcome {
  readonly reply: Reply;
  readonly after: readonly (() => void)[];
}

const NOTHING: readonly (() => void)[] = [];

/** What a handler is given; a class, because one is made for every command. */
class Context implements CommandContext {
  readonly identity: Caller['identity'];
  readonly session: Caller['session'];
  readonly name: string;
  readonly data: unknown;
  readonly key: string | undefined;
  readonly awaited: boolean;
  answered = false;
  after = NOTHING;

  constructor({ identity, session }: Caller, { name, data, key, id, awaited }: Command) {
    this.identity = identity;
    this.session = session;
    this.name = name;
    this.data = data;
    this.key = key;
    // Over HTTP there always is an answer.
    this.awaited = awaited ?? (id !== undefined || session === undefined);
  }

  /** Bound only for who asks: handlers take the context apart. */
  get afterReply(): CommandContext['afterReply'] {
    return (callback) => {
      this.after = [...this.after, callback];
    };
  }
}

/** A command whose handler has not answered yet. */
export class UnderWay implements Dated {
  readonly until: number;
  before: Dated | undefined = undefined;
  after: Dated | undefined = undefined;
  readonly expire: () => void;
  #outcome: Outcome | undefined;
  #callback: ((outcome: Outcome) => void) | undefined;

  /** @param expire ends it, when it has taken too long. */
  constructor(until: number, expire: () => void) {
    this.until = until;
    this.expire = expire;
  }

  /** Tells the outcome, once there is one. */
  whenDone(callback: (outcome: Outcome) => void): void {
    if (this.#outcome) callback(this.#outcome);
    else this.#callback = callback;
  }

  /** There is one. */
  settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#callback?.(outcome);
  }
}

export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #commands = new Map<string, CommandDefinition>();
  /** Further forms of commands that have some. */
  readonly #forms = new Map<string, CommandDefinition[]>();
  readonly #observers: DispatchObserver[] = [];
  #memory: AnswerMemory | undefined;
  readonly #underWay = new Deadlines();

  constructor(options: DispatchOptions) {
    this.#options = options;
    // One timer for all commands: a deadline is met to within its interval.
    options.clock.every(Math.min(1000, options.timeout), () => this.#underWay.expire(options.clock.now()));
  }

  /** @throws Error when the name is taken, or a form is not one of a command that is there. */
  add(definition: CommandDefinition): void {
    if (definition.form) {
      this.#addForm(definition);
      return;
    }
    if (this.#commands.has(definition.name))
      throw new Error(`command "${definition.name}" is declared twice`);
    this.#commands.set(definition.name, definition);
  }

  /** What is asked of a command before its data are read holds for all its forms. */
  #addForm(form: CommandDefinition): void {
    const { name } = form;
    const command = this.#commands.get(name);
    if (!command) throw new Error(`command "${name}" is not there, so it has no further form`);
    for (const flag of ['live', 'idempotent', 'exclusive'] as const)
      if ((form[flag] ?? false) !== (command[flag] ?? false))
        throw new Error(`a form of the command "${name}" must be "${flag}" if and only if that is`);
    const forms = this.#forms.get(name) ?? [];
    this.#forms.set(name, forms);
    forms.push(form);
  }

  /** The form of a command that its data fit; the first, where none does. */
  #formOf({ name, data }: Command): CommandDefinition | undefined {
    const command = this.#commands.get(name);
    const forms = this.#forms.get(name);
    if (!command || !forms || fitsSchema(command.data, data)) return command;
    return forms.find((form) => fitsSchema(form.data, data)) ?? command;
  }

  get commands(): ReadonlyMap<string, CommandDefinition> {
    return this.#commands;
  }

  observe(observer: DispatchObserver): void {
    this.#observers.push(observer);
  }

  /** From now on the answers to commands with a key are remembered. */
  remember(memory: AnswerMemory): void {
    this.#memory = memory;
  }

  /** What a command was answered before under its key; nothing to wait for when it has none that is remembered. */
  recall(command: Command, caller: Caller): Promise<Outcome | undefined> | undefined {
    const keyed = this.#keyed(command, caller);
    return (
      keyed &&
      this.#memory?.recall(keyed).then(
        (known) => known && this.#done(command, new Context(caller, command), known.data),
        (error: unknown) => this.#failed(command, error),
      )
    );
  }

  /** As {@link start}, for who has time for a promise. */
  async run(command: Command, caller: Caller): Promise<Outcome> {
    const outcome = this.start(command, caller);
    return outcome instanceof UnderWay ? new Promise((resolve) => outcome.whenDone(resolve)) : outcome;
  }

  /** Answers a command: at once where the handler does, so that a session's commands take effect in their order. */
  start(command: Command, caller: Caller): Outcome | UnderWay {
    try {
      const definition = this.#formOf(command);
      if (!definition)
        throw new TidingsError('unknown_command', `No command is named "${command.name.slice(0, 64)}".`);
      if (definition.authenticated && caller.identity.user === undefined)
        throw new TidingsError('unauthenticated');
      if (definition.live && !caller.session)
        throw new TidingsError('invalid_request', 'This command needs a live connection.');
      assertSchema(definition.data, command.data, 'invalid_request');
      const context = new Context(caller, command);
      const keyed = this.#keyed(command, caller);
      const result =
        keyed && this.#memory
          ? this.#memory.run(keyed, () => definition.handle(command.data, context))
          : definition.handle(command.data, context);
      if (result instanceof Promise) return this.#inTime(command, context, result);
      return this.#done(command, context, result);
    } catch (error) {
      return this.#failed(command, error);
    }
  }

  /** The answer to a command that was refused before it could run. */
  refuse(command: Pick<Command, 'name' | 'id'>, error: TidingsError): Reply {
    for (const observer of this.#observers) observer(this.#label(command.name), error.code);
    return { command: command.name, id: command.id, ok: false, error: error.toBody() };
  }

  /** The answer to a command whose handler threw; what is no `TidingsError` is told to `onError` and answered `internal`. */
  fault(command: Command, error: unknown): Reply {
    if (error instanceof TidingsError) return this.refuse(command, error);
    this.#options.onError(error, command.name);
    return this.refuse(command, new TidingsError('internal'));
  }

  /** The protocol's own commands change nothing when they come again, or look after their keys themselves. */
  #keyed({ name, data, key }: Command, { identity }: Caller): KeyedCommand | undefined {
    const definition = this.#commands.get(name);
    if (!this.#memory || key === undefined || !definition) return undefined;
    if (FLAT_COMMANDS.has(name) || definition.live || definition.idempotent) return undefined;
    return { name, data, key, identity };
  }

  #done(command: Command, { after }: Context, data: unknown): Outcome {
    for (const observer of this.#observers) observer(this.#label(command.name), 'ok');
    return { reply: { command: command.name, id: command.id, ok: true, data }, after };
  }

  #failed(command: Command, error: unknown): Outcome {
    return { reply: this.fault(command, error), after: NOTHING };
  }

  /** A name that a client made up is no label for a metric. */
  #label(name: string): string {
    return this.#commands.has(name) ? name : 'unknown';
  }

  /** Waits for a handler's answer, but not longer than it may take. */
  #inTime(command: Command, context: Context, result: Promise<unknown>): UnderWay {
    const fail = (error: unknown) => {
      context.answered = true;
      underWay.settle(this.#failed(command, error));
    };
    const until = this.#options.clock.now() + this.#options.timeout;
    const underWay = new UnderWay(until, () => fail(new TidingsError('timeout')));
    this.#underWay.add(underWay);
    result.then(
      (data) => {
        if (this.#underWay.delete(underWay)) underWay.settle(this.#done(command, context, data));
      },
      (error: unknown) => {
        if (this.#underWay.delete(underWay)) fail(error);
      },
    );
    return underWay;
  }
}
