/**
 * Builds what the server shows to browsers, the demo's pages and the client for script tags, when it is missing or older
 * than its sources, so that `npm start` on a fresh clone has something to show. Says nothing and does nothing when it is
 * fresh.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What is built: in a workspace, by one of its scripts, from these directories. */
interface Target {
  readonly workspace: string;
  readonly script: string;
  readonly output: string;
  readonly sources: readonly string[];
}

const TARGETS: readonly Target[] = [
  {
    workspace: 'packages/client',
    script: 'build:script',
    output: 'packages/client/dist/js/tidings.js',
    sources: ['packages/client', 'packages/protocol/src'],
  },
  {
    workspace: 'apps/demo',
    script: 'build',
    output: 'apps/demo/dist/index.html',
    sources: ['apps/demo', 'kits', 'packages/client/src', 'packages/protocol/src', 'packages/react/src'],
  },
];

for (const target of TARGETS) if (hasScript(target) && !(await isFresh(target))) build(target);

function hasScript({ workspace, script }: Target): boolean {
  const { scripts } = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>;
  };
  return scripts?.[script] !== undefined;
}

function build({ workspace, script }: Target): void {
  const { status } = spawnSync('npm', ['run', script, '--silent', '--workspace', workspace], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exitCode = status ?? 1;
}

async function isFresh({ output, sources }: Target): Promise<boolean> {
  const path = join(root, output);
  if (!existsSync(path)) return false;
  const builtAt = statSync(path).mtimeMs;
  const times = await Promise.all(sources.map((source) => newest(join(root, source))));
  return times.every((time) => time <= builtAt);
}

/** The time of the newest file in a directory; what is built or installed does not count. */
async function newest(directory: string): Promise<number> {
  let time = 0;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'node_modules') continue;
    const path = join(directory, entry.name);
    time = Math.max(time, entry.isDirectory() ? await newest(path) : statSync(path).mtimeMs);
  }
  return time;
}
