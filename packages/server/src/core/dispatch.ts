/**
 * Dispatch gives a command to its handler, whatever it came by: known, fitting its schema, from someone who may, in time.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { Caller, CommandContext, CommandDefinition } from './command.ts';
import type { Clock } from './ports/clock.ts';
import type { Command, Reply } from './ports/dialect.ts';
import { assertSchema } from './schema.ts';

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

interface Running {
  readonly until: number;
  expire(): void;
}

export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #commands = new Map<string, CommandDefinition>();
  readonly #observers: DispatchObserver[] = [];
  /** In order of begin, so also of deadline. */
  readonly #running = new Set<Running>();

  constructor(options: DispatchOptions) {
    this.#options = options;
    // One timer for all commands: a deadline is met to within its interval.
    options.clock.every(Math.min(1000, options.timeout), () => this.#expire());
  }

  /** @throws Error when the name is taken. */
  add(definition: CommandDefinition): void {
    if (this.#commands.has(definition.name))
      throw new Error(`command "${definition.name}" is declared twice`);
    this.#commands.set(definition.name, definition);
  }

  get commands(): ReadonlyMap<string, CommandDefinition> {
    return this.#commands;
  }

  observe(observer: DispatchObserver): void {
    this.#observers.push(observer);
  }

  /** Answers a command: at once where the handler does, so that a session's commands take effect in their order. */
  run(command: Command, caller: Caller): Outcome | Promise<Outcome> {
    const after: (() => void)[] = [];
    let answered = false;
    try {
      const definition = this.#commands.get(command.name);
      if (!definition)
        throw new TidingsError('unknown_command', `No command is named "${command.name.slice(0, 64)}".`);
      if (definition.authenticated && caller.identity.user === undefined)
        throw new TidingsError('unauthenticated');
      if (definition.live && !caller.session)
        throw new TidingsError('invalid_request', 'This command needs a live connection.');
      assertSchema(definition.data, command.data, 'invalid_request');
      const context: CommandContext = {
        ...caller,
        key: command.key,
        get answered() {
          return answered;
        },
        afterReply: (callback) => after.push(callback),
      };
      const result = definition.handle(command.data, context);
      if (!(result instanceof Promise)) return this.#done(command, result, after);
      return this.#inTime(result).then(
        (data) => this.#done(command, data, after),
        (error: unknown) => {
          answered = true;
          return { reply: this.fault(command, error), after: [] };
        },
      );
    } catch (error) {
      return { reply: this.fault(command, error), after: [] };
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

  #done(command: Command, data: unknown, after: readonly (() => void)[]): Outcome {
    for (const observer of this.#observers) observer(this.#label(command.name), 'ok');
    return { reply: { command: command.name, id: command.id, ok: true, data }, after };
  }

  /** A name that a client made up is no label for a metric. */
  #label(name: string): string {
    return this.#commands.has(name) ? name : 'unknown';
  }

  #inTime(result: Promise<unknown>): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const running: Running = {
      until: this.#options.clock.now() + this.#options.timeout,
      expire: () => reject(new TidingsError('timeout')),
    };
    this.#running.add(running);
    result.then(resolve, reject).finally(() => this.#running.delete(running));
    return promise;
  }

  #expire(): void {
    const now = this.#options.clock.now();
    for (const running of this.#running) {
      if (running.until > now) return;
      this.#running.delete(running);
      running.expire();
    }
  }
}
