#!/usr/bin/env node
// Starts the CLI: the built one when installed from npm, the TypeScript sources inside the repository.
// Kept to what an old Node understands, because its first task is to find a new one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const oldestNode = 24;
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '..', 'src', 'cli', 'main.ts');
const built = join(here, '..', 'dist', 'cli', 'main.js');
// The published package carries its sources for debuggers; Node refuses to run TypeScript in node_modules.
const fromSource = existsSync(source) && !here.split(sep).includes('node_modules');
const main = fromSource ? source : built;
const flags = fromSource ? ['--conditions=source'] : [];

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  const node = findNode();
  if (node) run(node);
  else {
    console.error(
      `tidings needs Node ${oldestNode} or newer, and this is ${process.version}. ` +
        'Install a newer Node, or add one to the project: npm install --save-dev node',
    );
    process.exitCode = 1;
  }
} else if (flags.length === 0 || process.execArgv.includes(flags[0])) {
  // commander and the like read argv[1] as the name of the program: it stays `tidings`.
  await import(pathToFileURL(main).href);
} else run(process.execPath);

/** The Node that the `node` npm package installed, here or in a directory above. */
function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let directory = here; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', 'node', 'bin', name);
    if (existsSync(candidate)) return candidate;
    if (directory === dirname(directory)) return undefined;
  }
}

/** Becomes the given Node where the system can (same process id, so signals need no help), else starts it. */
function run(node) {
  const argv = [...flags, main, ...process.argv.slice(2)];
  if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...argv], process.env);

  const child = spawn(node, argv, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code ?? 1;
  });
}
