import { expect, it } from 'vitest';
import { createApiKeyCheck } from './api-key.ts';

const matches = createApiKeyCheck('tidings_0123456789abcdef');

it('takes the key as a bearer token', () => {
  expect(matches('Bearer tidings_0123456789abcdef')).toBe(true);
  expect(matches('bearer tidings_0123456789abcdef')).toBe(true);
  expect(matches('bearer  tidings_0123456789abcdef ')).toBe(true);
});

it.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'tidings_0123456789abcdef',
  'Basic tidings_0123456789abcdef',
  'Bearer tidings_0123456789abcde',
  'Bearer tidings_0123456789abcdef0',
  'Bearer TIDINGS_0123456789ABCDEF',
  'Bearer tidings_0123456789abcdef, Bearer x',
  `Bearer ${'x'.repeat(10_000)}`,
])('refuses %s', (header) => {
  expect(matches(header)).toBe(false);
});

it.each(['ключ', 'k', 'clé-é'])('takes %s and nothing like it', (key) => {
  const matchesKey = createApiKeyCheck(key);
  expect(matchesKey(`Bearer ${key}`)).toBe(true);
  for (const other of [
    `${key}x`,
    key.slice(0, -1),
    `${key.slice(0, -1)}я`,
    'x'.repeat(Buffer.byteLength(key)),
  ])
    expect(matchesKey(`Bearer ${other}`)).toBe(false);
  // What was asked before stays in no answer.
  expect(matchesKey('Bearer')).toBe(false);
});
