/**
 * Builds what a script tag loads: `dist/js/tidings.js`, with the global `tidings`, and beside it its SRI hash.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';

const root = join(import.meta.dirname, '..');
const output = join(root, 'dist/js');

const { code } = await bundle(join(root, 'src/script-tag.ts'), 'tidings');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'tidings.js'), code);
writeFileSync(
  join(output, 'tidings.js.sri'),
  `sha384-${createHash('sha384').update(code).digest('base64')}\n`,
);
