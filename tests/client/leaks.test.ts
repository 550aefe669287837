/**
 * What a client holds on to after very many reconnects: nothing.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'support/reconnect-process.ts');

/** What the heap may differ by without anything being held (compiled code comes and goes): 100 bytes a reconnect. */
const NOISE = 9000 * 100;

it('weighs the same after 10,000 reconnects as after 1,000', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=source',
    '--expose-gc',
    SCRIPT,
    '10000',
  ]);
  const { first, last, timers } = JSON.parse(stdout) as { first: number; last: number; timers: number };
  expect(last - first).toBeLessThan(NOISE);
  expect(timers).toBe(0);
}, 120_000);
