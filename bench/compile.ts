import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { hasProgram } from './machine.ts';
import { temporaryDirectory } from './processes.ts';

const programs = new Map<string, string | undefined>();
let directory: string | undefined;

/**
 * A C program of the bench, compiled at its first use; `undefined` where there is no compiler.
 *
 * @throws Error when it does not compile.
 */
export function compiled(source: string): string | undefined {
  if (!programs.has(source)) programs.set(source, compile(source));
  return programs.get(source);
}

function compile(source: string): string | undefined {
  if (process.env.BENCH_NO_COMPILER || !hasProgram('cc')) return undefined;
  directory ??= temporaryDirectory();
  const program = join(directory, basename(source, '.c'));
  execFileSync('cc', ['-O2', '-std=gnu11', '-o', program, join(import.meta.dirname, source)], {
    stdio: 'pipe',
  });
  return program;
}
