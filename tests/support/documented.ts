import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const headings = new Set(
  readFileSync(join(import.meta.dirname, '../../docs/ERRORS.md'), 'utf8')
    .matchAll(/^### (?:\d+ )?(\S+)/gm)
    .map(([, code]) => code),
);

/** A code that is an error's, or a disconnect's, and stands in docs/ERRORS.md. */
export function expectDocumented(code: unknown): void {
  expect(headings, `${String(code)} is no heading of docs/ERRORS.md`).toContain(code);
}
