import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const COMMAND = join(import.meta.dirname, '../../packages/server/bin/tidings.js');

/** What a command did. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** @default a new, empty one */
  readonly directory?: string;
}

/** The command `tidings` in a process of its own, killed when the test ends. */
export class TidingsCommand {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #outcome: Promise<Outcome>;
  #arrived = Promise.withResolvers<void>();

  constructor(args: readonly string[], options: CommandOptions = {}) {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: options.directory ?? temporaryDirectory(),
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of the developer's own configuration, and no vitest flags.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    });
    this.#child = child;
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        this.#lines.push(line);
        this.#wake();
      });
    this.#outcome = new Promise((resolve) => {
      child.on('close', (code) => {
        resolve({ code, stdout, stderr });
        this.#wake();
      });
    });
    onTeardown(async () => {
      child.kill('SIGKILL');
      await this.#outcome;
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the end. */
  ended(): Promise<Outcome> {
    return this.#outcome;
  }

  /** Waits for a line, of stdout or stderr, that was not waited for yet. @throws Error when the command ends before. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const index = this.#lines.findIndex((line) => pattern.test(line));
      const [line] = index < 0 ? [] : this.#lines.splice(index, 1);
      if (line !== undefined) return line;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        const { stdout, stderr } = await this.#outcome;
        throw new Error(`No line ${pattern}; the command ended with:\n${stdout}${stderr}`);
      }
      await this.#arrived.promise;
    }
  }

  #wake(): void {
    const { resolve } = this.#arrived;
    this.#arrived = Promise.withResolvers<void>();
    resolve();
  }
}

/** Runs a command to its end. */
export function tidings(args: readonly string[], options?: CommandOptions): Promise<Outcome> {
  return new TidingsCommand(args, options).ended();
}
