/**
 * The load generator, from the side of the run: a process on the other core that takes one command at a time.
 *
 * @module
 */

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compiled } from './compile.ts';
import { type Running, start } from './processes.ts';
import type { Step, Wire } from './wire.ts';

/** What came of opening connections; times are nanoseconds from the beginning of the opening of all. */
export interface Connected {
  readonly connected: number;
  readonly failed: number;
  readonly seconds: number;
  /** Events that came while the connections opened: what a resume brought. */
  readonly events: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** The first thing that went wrong. */
  readonly fault: string;
}

/** What came of publishing; latencies in nanoseconds, from sending to receiving. */
export interface Published {
  readonly messages: number;
  readonly deliveries: number;
  readonly seconds: number;
  /** Deliveries that never came. */
  readonly lost: number;
  /** Deliveries too many, or out of order. */
  readonly extra: number;
  /** Connections that the server ended. */
  readonly closed: number;
  readonly errors: number;
  /** Bytes that the subscribers received. */
  readonly bytes: number;
  /** Seconds of processor time in which the generator only waited; absent where it slept meanwhile. */
  readonly idle?: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly fault: string;
}

/** What came of asking; latencies in nanoseconds. */
export interface Answered {
  readonly answers: number;
  readonly seconds: number;
  readonly lost: number;
  readonly closed: number;
  readonly errors: number;
  /** As of {@link Published}. */
  readonly idle?: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly fault: string;
}

/** Connections that may be in their handshake at the same time; fewer than what a listener keeps waiting. */
const AT_ONCE = 200;

/** What one command may take before the generator counts as stuck, milliseconds; it gives up by itself much earlier. */
const PATIENCE = 90_000;

export class Generator {
  readonly process: Running;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: Running) {
    this.process = process;
    const { stdout } = process.child;
    if (!stdout) throw new Error('the load generator has no output');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Starts the generator: the C program where there is a compiler, else the same in TypeScript. */
  static start(port: number, language: 'c' | 'typescript' = loadLanguage()): Promise<Generator> {
    const program = language === 'c' ? compiled('load/load.c') : undefined;
    const command = program ? [program] : [process.execPath, join(import.meta.dirname, 'load/load.ts')];
    const generator = new Generator(start('load', command));
    return generator.#tell(`port ${port}`).then(() => generator);
  }

  /** Tells it how the server is spoken to. */
  async speak(wire: Wire): Promise<void> {
    await this.#tell('reset');
    await this.#tell(`framing ${wire.framing.subscriber} ${wire.framing.publisher}`);
    for (const step of wire.subscriber) await this.#tell(`subscriber ${stepText(step)}`);
    for (const step of wire.publisher) await this.#tell(`publisher ${stepText(step)}`);
    await this.#tell(`message ${hex(wire.message)} ${hex(wire.success ?? '')}`);
  }

  /** Opens so many subscribers over so many channels, in place of those that are open. */
  connect(count: number, channels: number, atOnce: number = AT_ONCE): Promise<Connected> {
    return this.#ask<Connected>(`connect ${count} ${channels} ${atOnce}`);
  }

  /** Opens so many publishers. @throws Error when one does not get in. */
  async publishers(count: number): Promise<void> {
    const { failed, fault } = await this.#ask<Connected>(`publishers ${count}`);
    if (failed > 0) throw new Error(`${failed} of ${count} publishers did not get in: ${fault}`);
  }

  /** Publishes for some seconds with so many messages in flight; one is done when every subscriber has it. */
  run(inFlight: number, seconds: number): Promise<Published> {
    return this.#ask<Published>(`run ${inFlight} ${seconds}`);
  }

  /** Publishes so many messages a second. */
  pace(rate: number, seconds: number): Promise<Published> {
    return this.#ask<Published>(`pace ${rate} ${seconds}`);
  }

  /** Each publisher sends, waits for its answer, and sends again. */
  ask(seconds: number): Promise<Answered> {
    return this.#ask<Answered>(`ask ${seconds}`);
  }

  /** The last so many subscribers read nothing any more, and no longer count. */
  async stall(count: number): Promise<void> {
    await this.#tell(`stall ${count}`);
  }

  /** Cuts all subscribers. */
  async drop(): Promise<void> {
    await this.#tell('drop');
  }

  async #tell(command: string): Promise<string> {
    this.process.child.stdin?.write(`${command}\n`);
    const timer = setTimeout(() => void this.process.stop(), PATIENCE);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (done || !value.startsWith('ok'))
      throw new Error(`the load generator ${this.process.ended() ?? `answered ${value}`}`);
    return value;
  }

  /** The answer is a list of NAME=NUMBER and a quoted fault. */
  async #ask<Answer>(command: string): Promise<Answer> {
    const answer = await this.#tell(command);
    const fields = [...answer.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)];
    return Object.fromEntries(
      fields.map(([, name, text, number]) => [name, text ?? Number(number)]),
    ) as Answer;
  }
}

let language: 'c' | 'typescript' | undefined;

/** Which of the two generators this machine uses. */
export function loadLanguage(): 'c' | 'typescript' {
  language ??= compiled('load/load.c') ? 'c' : 'typescript';
  return language;
}

const stepText = ({ send, expect }: Step) => `${hex(send)} ${hex(expect)}`;
const hex = (bytes: string | Buffer) => Buffer.from(bytes as string).toString('hex') || '-';
