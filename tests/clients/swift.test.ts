/**
 * examples/clients/swift, compiled where there is a Swift.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { it } from 'vitest';
import { cache, Missing, needs } from './toolchains.ts';

const SOURCES = join(import.meta.dirname, '../../examples/clients/swift');

/** On a busy machine with nothing built yet, milliseconds. */
const PREPARATION = 400_000;

const SWIFT = 5.9;

it(
  'the client in Swift compiles',
  async (context) => {
    await needs('swift', '--version', SWIFT).catch((error: unknown) => {
      if (error instanceof Missing) return context.skip(error.message);
      throw error;
    });
    const folder = join(cache, 'swift');
    cpSync(SOURCES, folder, { recursive: true });
    await promisify(execFile)('swift', ['build', '--package-path', folder], { timeout: PREPARATION });
  },
  PREPARATION,
);
