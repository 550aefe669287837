import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis server of a test's own. */
export interface TestRedis {
  readonly url: string;
  /** Ends the process at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts the process again, on the same port and files, once it was killed. */
  restart(): Promise<void>;
  /** Lets the process do nothing, as a machine that hangs; the result lets it go on. */
  freeze(): () => void;
  /** Ends it and deletes its files. */
  stop(): Promise<void>;
}

/** What makes Redis keep what it has answered. */
export const ON_DISK = ['--appendonly', 'yes', '--appendfsync', 'always'];

const ATTEMPTS = 5;

/** A disk that is memory, where there is one: what tests kill is the process, so nobody need wait for a real one. */
const MEMORY_DISK = '/dev/shm';

/**
 * Starts a Redis server on a free port, with files of its own.
 *
 * @param settings more arguments, as of the command line. @default all is on disk before it is answered
 * @throws Error when Redis is not installed.
 */
export async function startRedis(settings: readonly string[] = ON_DISK): Promise<TestRedis> {
  const program = programOf();
  const directory = mkdtempSync(join(existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir(), 'tidings-redis-'));
  let port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
    server = spawn(program, [...place, '--save', '', ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const line of server.stdout ?? []) if (String(line).includes('Ready to accept')) return;
    throw new Error('Redis did not start.');
  };
  const kill = async () => {
    const process = server;
    server = undefined;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
  };
  // The port may be taken by somebody else before Redis has it.
  for (let attempt = 1; ; attempt += 1) {
    try {
      await start();
      break;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      port = await freePort();
    }
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: start,
    freeze() {
      const process = server;
      process?.kill('SIGSTOP');
      return () => void process?.kill('SIGCONT');
    },
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function programOf(): string {
  for (const program of ['redis-server', 'valkey-server']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
      return program;
    } catch {
      // The other one may be there.
    }
  }
  throw new Error('Redis is not installed (Debian: apt-get install redis-server).');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
