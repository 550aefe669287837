import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDataDirectory } from './data-directory.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const MODULE = new URL('./data-directory.ts', import.meta.url).href;

/** A process that takes the directory and says so. */
async function otherServer(path: string) {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { openDataDirectory } = await import(${JSON.stringify(MODULE)});
       globalThis.held = openDataDirectory(${JSON.stringify(path)});
       console.log('taken');
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('creates the directory for its owner alone', () => {
  const path = join(temporaryDirectory(), 'a', 'b');
  const directory = openDataDirectory(path);
  onTestFinished(() => directory.close());
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(directory.path).toBe(path);
});

test('refuses a directory that another process has, and names it', async () => {
  const path = temporaryDirectory();
  const child = await otherServer(path);
  expect(() => openDataDirectory(path)).toThrow(
    `${path} is in use by another Tidings server (process ${child.pid})`,
  );
});

test('takes a directory whose server was killed', async () => {
  const path = temporaryDirectory();
  const child = await otherServer(path);
  child.kill('SIGKILL');
  await once(child, 'exit');
  openDataDirectory(path).close();
});

test('refuses it within the same process too, until it is closed', () => {
  const path = temporaryDirectory();
  const first = openDataDirectory(path);
  expect(() => openDataDirectory(path)).toThrow(`process ${process.pid}`);
  // The refused attempt has not taken the lock away from the first.
  expect(() => openDataDirectory(path)).toThrow('in use');
  first.close();
  first.close();
  openDataDirectory(path).close();
});

test('says when the directory cannot be made', () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  expect(() => openDataDirectory(join(file, 'data'))).toThrow(`${join(file, 'data')} cannot be created`);
});

test('says when the lock cannot be made', () => {
  const path = temporaryDirectory();
  mkdirSync(join(path, 'lock.db'));
  expect(() => openDataDirectory(path)).toThrow('lock.db cannot be opened');
});

test('the lock is seen by every program that knows SQLite', () => {
  const path = temporaryDirectory();
  const directory = openDataDirectory(path);
  onTestFinished(() => directory.close());
  const code = `
    const { DatabaseSync } = require('node:sqlite');
    try { new DatabaseSync(${JSON.stringify(join(path, 'lock.db'))}, { timeout: 0 }).exec('BEGIN IMMEDIATE'); }
    catch (error) { console.log(error.errcode); }`;
  expect(execFileSync(process.execPath, ['-e', code]).toString().trim()).toBe('5');
});
