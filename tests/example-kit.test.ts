import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { JWT_SECRET } from './support/credentials.ts';
import { prepareServer } from './support/spawn-server.ts';

const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'examples/kit/README.md');

/** The address that the README takes for granted. */
const ADDRESS = '127.0.0.1:3000';

/** Stands between the outputs of two blocks. */
const MARK = '=== next block ===';

/** Commands, and the output that stands below them. */
interface Block {
  readonly commands: string;
  readonly output?: string;
}

function blocks(markdown: string): readonly Block[] {
  const pattern = /```sh\n(?<commands>.*?)```\n(?:\n```text\n(?<output>.*?)```\n)?/gs;
  return [...markdown.matchAll(pattern)].map(({ groups }) => groups as unknown as Block);
}

it('the tour of the example kit says what happens', async () => {
  const [start, ...rest] = blocks(readFileSync(README, 'utf8'));
  const [, ...starting] = start?.commands.trim().split(' ') ?? [];
  expect(starting.slice(0, 2)).toEqual(['tidings', 'start']);
  const server = await prepareServer({ arguments: starting.slice(2) });
  await server.start();
  const script = rest.map(({ commands }) => `${commands}\necho; echo '${MARK}'`).join('\n');
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-euo', 'pipefail', '-c', script.replaceAll(ADDRESS, new URL(server.url).host)],
    { cwd: ROOT, env: { ...process.env, TIDINGS_DATA: server.data, TIDINGS_AUTH_SECRET: JWT_SECRET } },
  );
  const outputs = stdout.split(MARK).slice(0, -1);
  expect(outputs.map((output) => output.trim())).toEqual(rest.map(({ output }) => output?.trim()));
}, 60_000);
