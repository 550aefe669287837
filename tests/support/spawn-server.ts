import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfigInput } from '../../packages/server/src/config.ts';
import { API_KEY } from './credentials.ts';
import { freePort } from './free-port.ts';
import { testConfig } from './start-server.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const CLI = join(import.meta.dirname, '../../packages/server/bin/tidings.js');

/** How long a server may take to be ready, and to end, milliseconds. */
const PATIENCE = 30_000;

/** How often a starting server is asked whether it is ready, milliseconds. */
const POLL = 20;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server in a process of its own, started by the command line as a user does. */
export class ServerProcess {
  readonly url: string;
  readonly apiKey = API_KEY;
  readonly data: string;
  /** Everything it wrote to stdout and stderr, over all starts. */
  output = '';
  readonly #arguments: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #exit: Promise<Exit> | undefined;

  constructor(
    data: string,
    port: number,
    extra: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.data = data;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = env;
    this.#arguments = ['start', '--port', String(port), '--data', data, ...extra];
  }

  /** The id of the process; undefined when none runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process without waiting for anything. */
  launch(): void {
    const child = spawn(process.execPath, [CLI, ...this.#arguments], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of the developer's own configuration, and no vitest flags.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'development', ...this.#env },
    });
    const write = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    child.stdout.on('data', write);
    child.stderr.on('data', write);
    this.#child = child;
    this.#exit = once(child, 'close').then(([code, signal]) => {
      if (this.#child === child) this.#child = undefined;
      return { code, signal } as Exit;
    });
  }

  /** Starts it and waits until it answers. @throws Error with its output when it ends instead. */
  async start(): Promise<void> {
    this.launch();
    const until = Date.now() + PATIENCE;
    while (Date.now() < until) {
      if (!this.#child) throw new Error(`The server ended instead of starting:\n${this.output}`);
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      await delay(POLL);
    }
    throw new Error(`The server was not ready in ${PATIENCE} ms:\n${this.output}`);
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    this.signal(signal);
    return this.exited();
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Waits for the end. */
  async exited(): Promise<Exit> {
    const timeout = AbortSignal.timeout(PATIENCE);
    const late = once(timeout, 'abort').then(() => {
      throw new Error(`The server did not end in ${PATIENCE} ms:\n${this.output}`);
    });
    return Promise.race([this.#exit ?? Promise.reject(new Error('The server was not started.')), late]);
  }

  /** Starts it again: same data, same port. */
  async restart(): Promise<void> {
    if (this.#child) await this.kill('SIGKILL');
    await this.start();
  }
}

export interface SpawnOptions {
  readonly config?: ConfigInput;
  /** Further arguments of `tidings start`. */
  readonly arguments?: readonly string[];
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default a new one */
  readonly data?: string;
  /** @default a free one */
  readonly port?: number;
}

/** Prepares a server in a process of its own, killed when the test ends; `start` or `launch` it. */
export async function prepareServer(options: SpawnOptions = {}): Promise<ServerProcess> {
  const data = options.data ?? temporaryDirectory();
  const file = join(temporaryDirectory(), 'tidings.config.ts');
  const { data: _, ...config } = testConfig(data, options.config);
  writeFileSync(file, `export default ${JSON.stringify(config, undefined, 2)};\n`);
  const extra = ['--config', file, ...(options.arguments ?? [])];
  const server = new ServerProcess(data, options.port ?? (await freePort()), extra, options.env);
  onTeardown(async () => {
    if (server.pid !== undefined) await server.kill('SIGKILL');
  });
  return server;
}

/** Starts a server in a process of its own and waits until it answers; killed when the test ends. */
export async function spawnServer(options: SpawnOptions = {}): Promise<ServerProcess> {
  const server = await prepareServer(options);
  await server.start();
  return server;
}
