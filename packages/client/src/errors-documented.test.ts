import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('documents every code of the client', () => {
  const source = readFileSync(join(import.meta.dirname, 'client-error.ts'), 'utf8');
  const codes = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code);
  const documented = readFileSync(join(import.meta.dirname, '../../../docs/CLIENT.md'), 'utf8');
  expect(codes.length).toBeGreaterThan(15);
  expect(codes.filter((code) => !documented.includes(`| \`${code}\` |`))).toEqual([]);
});
