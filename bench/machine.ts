/**
 * The machine that measures, and which of its cores does what.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The core of the server under test. */
const SERVER_CORE = 0;
/** The core of the load generator. */
const LOAD_CORE = 1;

/** Whether the server and the load have a core each. */
export function hasTwoCores(): boolean {
  return availableParallelism() >= 2;
}

/** Whether processes can be bound to a core. */
function canPin(): boolean {
  return hasTwoCores() && hasProgram('taskset');
}

/** Whether a program is on the path. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A command line bound to the core of its role; as it is where that is impossible. */
export function pinned(role: 'server' | 'load', command: readonly string[]): readonly string[] {
  if (!canPin()) return command;
  return ['taskset', '-c', String(role === 'server' ? SERVER_CORE : LOAD_CORE), ...command];
}

/** What stands above the tables about the machine. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  readonly pinned: boolean;
  /** Average number of running processes over the last minute, before the run. */
  readonly loadAverage: number;
}

/** Describes this machine. */
export function describeMachine(loadAverage: number): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    system: `${process.platform} ${release()}`,
    node: process.version,
    pinned: canPin(),
    loadAverage,
  };
}

/** Files, connections among them, that one process may have open. */
export function openFiles(): number {
  const line = /Max open files\s+\S+\s+(\S+)/.exec(readFileSync('/proc/self/limits', 'utf8'));
  return line?.[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line?.[1] ?? 0);
}
