import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSecrets } from './secrets.ts';

let parent: string;
let data: string;
let file: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tidings-secrets-'));
  data = join(parent, 'deep', 'data');
  file = join(data, 'secrets.json');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test('the first start makes secrets that only the owner reads', () => {
  const secrets = openSecrets(data);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(data).mode & 0o777).toBe(0o700);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(secrets);
  expect(secrets.jwtSecret.length).toBeGreaterThanOrEqual(32);
  expect(new Set([secrets.jwtSecret, secrets.apiKey, secrets.vapid.privateKey]).size).toBe(3);
});

test('later starts read the same secrets and leave nothing else behind', () => {
  const first = openSecrets(data);
  expect(openSecrets(data)).toEqual(first);
  expect(readdirSync(data)).toEqual(['secrets.json']);
});

test('two data directories have different secrets', () => {
  expect(openSecrets(data)).not.toEqual(openSecrets(join(parent, 'other')));
});

test('a file that everyone can read is refused', () => {
  openSecrets(data);
  chmodSync(file, 0o644);
  expect(() => openSecrets(data)).toThrow(/can be read by everyone.*chmod 600/);
});

test.each([
  ['half a file', '{"jwtSecret": "', /is not JSON/],
  ['an empty file', '', /is not JSON/],
  ['a short secret', '{"jwtSecret":"short","apiKey":"","vapid":{}}', /jwtSecret .*; put back a copy/],
  ['an array', '[]', /is malformed/],
])('%s is refused and kept', (_name, text, message) => {
  openSecrets(data);
  writeFileSync(file, text);
  expect(() => openSecrets(data)).toThrow(message);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a message about a malformed file shows no secret', () => {
  const secrets = openSecrets(data);
  writeFileSync(
    file,
    JSON.stringify({ ...secrets, vapid: { publicKey: 'no-key', privateKey: 'private-part' } }),
  );
  expect(() => openSecrets(data)).toThrow(/vapid\.publicKey (?!.*private-part)/);
});

test('a data directory that cannot be made is named', () => {
  writeFileSync(join(parent, 'deep'), 'a file where the directory should be');
  expect(() => openSecrets(data)).toThrow(/secrets\.json cannot be/);
  expect(existsSync(data)).toBe(false);
});
