import { expect, test } from 'vitest';
import { ContentType, isAmong } from './content-type.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const typeOf = async (...parts: readonly Uint8Array[]) => {
  const type = new ContentType();
  await type.begin(parts[0] ?? new Uint8Array());
  for (const part of parts) type.read(part);
  return type.end();
};

test.each([
  ['image/png', PNG],
  ['application/pdf', Buffer.from('%PDF-1.7\n')],
  ['text/plain', Buffer.from('Merhaba, dünya')],
  ['text/plain', Buffer.from('<!DOCTYPE html><script>alert(1)</script>')],
  ['text/plain', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['application/octet-stream', Buffer.from([0x80, 0x81, 0x82, 0x83])],
  ['application/octet-stream', Buffer.from('text\0and more')],
])('sees %s', async (expected, content) => {
  expect(await typeOf(content)).toBe(expected);
});

test('looks at all of a text', async () => {
  // A letter whose two bytes come apart, and bytes that are none of text at the very end.
  expect(await typeOf(Buffer.from([0x41, 0xc3]), Buffer.from([0xbc]))).toBe('text/plain');
  expect(await typeOf(Buffer.from('text'), Buffer.from([0xc3]))).toBe('application/octet-stream');
});

test('a list may have all of a kind', () => {
  const list = ['image/*', 'text/plain'];
  expect(['image/png', 'text/plain', 'text/html', 'imagery/png'].map((type) => isAmong(type, list))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
