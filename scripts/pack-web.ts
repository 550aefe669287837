/**
 * Puts what the server serves into its package: the demo page, and the client for script tags. Runs at the end of `build`.
 */
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const server = join(root, 'packages/server');

for (const [from, to] of [
  ['apps/demo/dist', 'web'],
  ['packages/client/dist/js', 'js'],
] as const) {
  const built = join(root, from);
  if (!existsSync(built)) throw new Error(`${from} was not built.`);
  rmSync(join(server, to), { recursive: true, force: true });
  cpSync(built, join(server, to), { recursive: true });
}
