/**
 * Builds the demo's pages when they are missing or older than their sources, so that `npm start` on a
 * fresh clone has something to show. Says nothing and does nothing when they are fresh.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const app = join(root, 'apps/demo');
const output = join(app, 'dist/index.html');
const sources = [app, join(root, 'packages/protocol/src')];

const { scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as {
  scripts?: Record<string, string>;
};

if (scripts?.build && !(await isFresh())) {
  const { status } = spawnSync('npm', ['run', 'build', '--silent', '--workspace', 'apps/demo'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.exitCode = status ?? 1;
}

async function isFresh(): Promise<boolean> {
  if (!existsSync(output)) return false;
  const builtAt = statSync(output).mtimeMs;
  const times = await Promise.all(sources.map(newest));
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
