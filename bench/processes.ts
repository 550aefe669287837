/**
 * The processes of a run: each is started here, and none is left at the end, however the run ends.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pinned } from './machine.ts';

const running = new Set<ChildProcess>();
const directories = new Set<string>();

/** What a server is given to start, milliseconds. */
const START_TIMEOUT = 20_000;
/** What a process is given to end by itself, milliseconds. */
const STOP_TIMEOUT = 2000;
/** Ticks of processor time in a second, as /proc counts it; Linux has had no other value for decades. */
const TICKS = 100;
const NS_PER_S = 1e9;

process.once('exit', stopAllNow);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    stopAllNow();
    process.exit(130);
  });

function stopAllNow(): void {
  for (const child of running) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
}

/** A directory that goes when the run ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-bench-'));
  directories.add(directory);
  return directory;
}

/** A process of the run. */
export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Why it ended, when it has. */
  ended(): string | undefined;
  /** Ends it, by force when it takes long. */
  stop(): Promise<void>;
}

/** Starts a command on the core of its role. */
export function start(
  role: 'server' | 'load',
  command: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Running {
  const [program = '', ...args] = pinned(role, command);
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  running.add(child);
  let last = '';
  let ended: string | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    last = (last + chunk.toString()).slice(-500);
  });
  child.stdin.on('error', () => {});
  child.once('error', (error) => {
    ended = error.message;
    running.delete(child);
  });
  child.once('exit', (code, signal) => {
    ended = `ended with ${signal ?? `code ${code}`}${last ? `: ${last.trim().split('\n').at(-1)}` : ''}`;
    running.delete(child);
  });
  return {
    child,
    pid: child.pid ?? 0,
    ended: () => ended,
    async stop() {
      if (ended !== undefined) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
      await exit;
      clearTimeout(timer);
    },
  };
}

/** Waits until a process has said something on its standard output; fulfilled with what the expression found. */
export async function said(process: Running, pattern: RegExp): Promise<RegExpExecArray> {
  let heard = '';
  process.child.stdout?.on('data', (chunk: Buffer) => {
    heard = (heard + chunk.toString()).slice(-10_000);
  });
  return until(process, async () => pattern.exec(heard) ?? undefined);
}

/** Waits until somebody listens on a port. */
export async function listens(process: Running, port: number): Promise<void> {
  await until(process, async () => ((await accepts(port)) ? true : undefined));
}

async function until<T>(process: Running, look: () => Promise<T | undefined>): Promise<T> {
  for (const began = Date.now(); Date.now() - began < START_TIMEOUT; await delay(20)) {
    const found = await look();
    if (found !== undefined) return found;
    const ended = process.ended();
    if (ended !== undefined) throw new Error(ended);
  }
  throw new Error('did not start in time');
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port on which nobody listens just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Processor time of a process so far, user and system, all its threads; seconds. */
export function processorTime(pid: number): number {
  try {
    // To the nanosecond, where /proc/PID/stat counts in hundredths of a second.
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
      .reduce((sum, nanoseconds) => sum + nanoseconds / NS_PER_S, 0);
  } catch {
    return ticksOf(pid) / TICKS;
  }
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory of a process, bytes. */
export function residentMemory(pid: number): number {
  return kilobytes(pid, 'VmRSS') * 1024;
}

function kilobytes(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
}

/** Resident memory once it has stayed the same to within a percent for a while: the collector has done its work. */
export async function restingMemory(pid: number): Promise<number> {
  let last = 0;
  for (let same = 0; same < 3; ) {
    await delay(400);
    const now = residentMemory(pid);
    same = Math.abs(now - last) < now / 100 ? same + 1 : 0;
    last = now;
  }
  return last;
}
