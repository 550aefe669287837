/**
 * How each client of docs/clients is made ready to run. Python and curl are Debian's and always there; a compiler and the
 * libraries of its language are used where they are, and where they are not it is said why.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A program and its arguments; channels come after them. */
export type Command = readonly [program: string, ...args: string[]];

/** A client that can run, or why it cannot here. */
export type Ready = { readonly command: Command } | { readonly missing: string };

/** A client of docs/clients. */
export interface Toolchain {
  readonly client: string;
  /** Fetches and compiles, once. @throws Error when the client's own code does not compile. */
  ready(): Promise<Ready>;
}

const sources = join(import.meta.dirname, '../../docs/clients');

/** What was compiled stays here, so that only the first run takes long. */
export const cache = join(import.meta.dirname, '../../node_modules/.cache/tidings/clients');

/** How long a registry is waited for, milliseconds. */
const FETCH_TIMEOUT = 120_000;

/** How long a compiler may take, on a busy machine and with nothing in its caches, milliseconds. */
const BUILD_TIMEOUT = 240_000;

/** So many characters of what a package manager wrote say enough. */
const MAX_REASON = 200;

const run = promisify(execFile);

/** All clients of which there is a test. */
export const toolchains: readonly Toolchain[] = [
  compiled('Rust, tokio-tungstenite', async () => {
    return [await cargoBuild(join(sources, 'rust'), 'tidings-client', ['--locked'])];
  }),
  compiled('Kotlin, OkHttp', async () => {
    const folder = await maven(join(sources, 'kotlin'), ['package']);
    const classes = [join(folder, 'target/classes'), join(folder, 'target/dependency/*')];
    return ['java', '-cp', classes.join(delimiter), 'TidingsClientKt'];
  }),
  compiled('Java, OkHttp', async () => {
    // One file: `java` compiles it as it starts.
    const folder = await maven(join(sources, 'java'), []);
    return ['java', '-cp', join(folder, 'target/dependency/*'), join(folder, 'TidingsClient.java')];
  }),
  compiled('Go, coder/websocket', async () => {
    await needs('go', 'version', 1.23);
    const cwd = join(sources, 'go');
    const program = join(cache, 'go/tidings-client');
    await fetched(run('go', ['mod', 'download'], { cwd, timeout: FETCH_TIMEOUT }));
    await run('go', ['build', '-mod=readonly', '-o', program, '.'], { cwd, timeout: BUILD_TIMEOUT });
    return [program];
  }),
  interpreted('Python, websockets', '/usr/bin/python3', join(sources, 'python/websockets_client.py')),
  interpreted('Python, python-socketio', '/usr/bin/python3', join(sources, 'python/socketio_client.py')),
  interpreted('curl', join(sources, 'curl/tidings.sh'), 'follow'),
];

/**
 * Builds a program of Rust. @param options of cargo's `fetch` and `build`. @returns where the program is.
 *
 * @throws Missing; Error when it does not compile.
 */
export async function cargoBuild(
  cwd: string,
  name: string,
  options: readonly string[] = [],
): Promise<string> {
  await needs('cargo', '--version', 1.85);
  await needs('cc', '--version', 0);
  // What two programs both need is compiled once.
  const target = join(cache, 'rust');
  const env = { ...process.env, CARGO_TARGET_DIR: target };
  await fetched(run('cargo', ['fetch', ...options], { cwd, env, timeout: FETCH_TIMEOUT }));
  const build = ['build', '--quiet', ...options, '--offline'];
  await run('cargo', build, { cwd, env, timeout: BUILD_TIMEOUT });
  return join(target, 'debug', name);
}

function interpreted(client: string, ...command: Command): Toolchain {
  return { client, ready: () => Promise.resolve({ command }) };
}

function compiled(client: string, build: () => Promise<Command>): Toolchain {
  async function ready(): Promise<Ready> {
    try {
      return { command: await build() };
    } catch (error) {
      if (error instanceof Missing) return { missing: error.message };
      throw error;
    }
  }
  return { client, ready };
}

/** This machine has not what a client needs: no fault of the client. */
export class Missing extends Error {}

/** @param minimum `major.minor` of the version that it names first. @throws Missing */
export async function needs(program: string, argument: string, minimum: number): Promise<void> {
  const { stdout, stderr } = await run(program, [argument]).catch(() => {
    throw new Missing(`${program} is not installed`);
  });
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(stdout + stderr)?.map(Number) ?? [];
  const [least = 0, leastMinor = 0] = String(minimum).split('.').map(Number);
  if (major > least || (major === least && minor >= leastMinor)) return;
  throw new Missing(`${program} is ${major}.${minor}, older than ${minimum}`);
}

async function fetched(fetching: Promise<unknown>): Promise<void> {
  await fetching.catch((error: Error) => {
    const why = error.message.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
    throw new Missing(`its libraries could not be fetched: ${why}`);
  });
}

/**
 * A copy of a Maven project with its libraries in `target/dependency`, and built. Maven takes seconds to say that nothing is
 * new, so it is asked once for each content.
 *
 * @param source its folder. @returns the copy's. @throws Missing; Error when it does not compile.
 */
export async function maven(source: string, goals: readonly string[]): Promise<string> {
  await needs('mvn', '--version', 3);
  await needs('javac', '-version', 17);
  const project = basename(source);
  const hash = createHash('sha256');
  for (const name of readdirSync(source).toSorted()) hash.update(readFileSync(join(source, name)));
  const done = join(cache, `${project}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(done)) return done;

  const cwd = `${done}.partial`;
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  cpSync(source, cwd, { recursive: true });
  // -C: what differs from its checksum is no library of ours.
  const fetching = ['-B', '-q', '-C', 'dependency:copy-dependencies', 'dependency:resolve-plugins'];
  await fetched(run('mvn', fetching, { cwd, timeout: FETCH_TIMEOUT }));
  if (goals.length > 0) await run('mvn', ['-B', '-q', '-o', ...goals], { cwd, timeout: BUILD_TIMEOUT });
  renameSync(cwd, done);
  return done;
}
