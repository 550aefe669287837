/**
 * The generated pages of docs/: `npm run docs` writes them, `npm run check:docs` fails when one is out of date.
 * A further page is one more entry in `pages`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asyncApiPage } from './docs/asyncapi-page.ts';
import { configPage } from './docs/config-page.ts';
import { errorsPage } from './docs/errors-page.ts';
import type { Page } from './docs/page.ts';

const pages: readonly Page[] = [configPage, errorsPage, asyncApiPage];

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const { file, render } of pages) {
  const path = join(root, file);
  const text = await render();
  if (read(path) === text) continue;
  stale.push(file);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

if (check && stale.length > 0) {
  console.error(`${stale.join(', ')}: out of date; run npm run docs`);
  process.exitCode = 1;
} else console.log(stale.length === 0 ? 'docs: up to date' : `docs: wrote ${stale.join(', ')}`);

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
