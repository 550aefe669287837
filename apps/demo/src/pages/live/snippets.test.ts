import { expect, it } from 'vitest';
import { listenCommand, publishCommand, quoted, tokenCommand } from './snippets.ts';

it('quotes for a shell', () => {
  expect(quoted("it's")).toBe(`'it'\\''s'`);
});

it('writes commands for this server and channel', () => {
  expect(publishCommand('http://h', 'demo:lobby')).toContain(
    `-d '{"channel":"demo:lobby","event":"hello","data":{"text":"Hi"}}'`,
  );
  expect(listenCommand('http://h', 'demo:a&b')).toBe(`curl -N 'http://h/events?channels=demo:a%26b'`);
  expect(tokenCommand('demo:lobby')).toBe(
    `npx tidings token visitor --channel 'demo:lobby=subscribe,publish'`,
  );
});
