/**
 * What a command is to the server: a schema, and a handler. Every transport and the HTTP API reach the same one.
 *
 * @module
 */
import type { Static, TSchema } from 'typebox';
import type { Identity } from './identity.ts';
import type { Call } from './ports/answer-memory.ts';
import type { Session } from './session.ts';

/** Who sends a command, and how. */
export interface Caller {
  readonly identity: Identity;
  /** The live connection it came by; `undefined` for a call over HTTP. */
  readonly session: Session | undefined;
}

/** What a handler gets beside the data. */
export interface CommandContext extends Caller, Omit<Call, 'identity'> {
  /** The client waits for the answer; otherwise nobody reads what the handler gives. */
  readonly awaited: boolean;
  /** It took too long and the client was told so: whatever it has begun is to be undone. */
  readonly answered: boolean;
  /** Runs right after the answer has been put in line, before anything else can be. */
  afterReply(callback: () => void): void;
}

/** A command. */
export interface CommandDefinition<S extends TSchema = TSchema> {
  readonly name: string;
  /** What it does, one sentence; stands in OpenAPI and AsyncAPI. */
  readonly summary: string;
  /** The schema of its data; what does not fit is answered `invalid_request`. */
  readonly data: S;
  /** Refuse callers without a user. @default false */
  readonly authenticated?: boolean;
  /** Refuse callers without a live connection. @default false */
  readonly live?: boolean;
  /**
   * Doing it twice is as doing it once, so what it was answered under a key is not remembered. A repeat of any other
   * command that needs no live connection has one effect and the same answer. @default false
   */
  readonly idempotent?: boolean;
  /** Hold the session's later commands back until this one is answered. @default false */
  readonly exclusive?: boolean;
  /**
   * It is another form of a command that is there already: taken where the data fit its schema and none before it. It is
   * live, idempotent and exclusive if and only if that command is. @default false
   */
  readonly form?: boolean;
  /** Does it, and gives the answer's data. Throw a `TidingsError` to refuse. */
  handle(data: Static<S>, context: CommandContext): unknown;
}

/** Keeps a command's data type while it is declared. */
export function defineCommand<S extends TSchema>(definition: CommandDefinition<S>): CommandDefinition<S> {
  return definition;
}
