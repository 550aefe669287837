import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHANNEL_PATTERN, isEventName, parseChannelName, RESERVED_EVENTS } from './channel-name.ts';

describe('a channel', () => {
  test('comes apart at its first colon, and goes together again', () => {
    const name = fc.tuple(
      fc.stringMatching(/^[a-z][a-z0-9_-]{0,31}$/),
      fc.stringMatching(/^[^\s,\p{C}]{1,160}$/u),
    );
    fc.assert(
      fc.property(name, ([namespace, rest]) => {
        expect(parseChannelName(`${namespace}:${rest}`)).toEqual({ namespace, rest });
      }),
    );
  });

  test('whatever is taken has nothing in it that a header, a log line or a list of channels could trip over', () => {
    const pattern = new RegExp(CHANNEL_PATTERN, 'u');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (rest) => {
        const text = `a:${rest}`;
        const name = parseChannelName(text);
        expect(pattern.test(text)).toBe(name !== undefined);
        if (!name) return;
        expect(name).toEqual({ namespace: 'a', rest });
        expect(rest).not.toMatch(/[\s,\p{Cc}]/u);
        expect(rest.isWellFormed()).toBe(true);
        expect([...rest].length).toBeLessThanOrEqual(160);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '',
    'a',
    'a:',
    ':a',
    'A:1',
    '1:1',
    '-a:1',
    'a b:1',
    'a:1 ',
    'a:1,2',
    'a:1\n',
    'a:\u0000',
    'a:\u200b',
    'a:\u202e',
    'a:\ud800',
    'é:1',
    `${'a'.repeat(33)}:1`,
    `a:${'x'.repeat(161)}`,
    '__proto__:1',
  ])('%j is none', (text) => {
    expect(parseChannelName(text)).toBeUndefined();
  });

  test.each([
    'a:1',
    'a:*',
    'presence:thread:9',
    'a::',
    'a:é',
    `a:${'😀'.repeat(160)}`,
    'constructor:__proto__',
  ])('%j is one', (text) => {
    expect(parseChannelName(text)).toBeDefined();
  });
});

describe('an event', () => {
  test.each(['x', 'price.update', 'a:b-c_d', 'X9', `a${'b'.repeat(63)}`])('%j may be', (name) => {
    expect(isEventName(name)).toBe(true);
  });

  test.each(['', '1', '_x', '__proto__', 'a b', 'a\n', 'é', `a${'b'.repeat(64)}`, ...RESERVED_EVENTS])(
    '%j may not be',
    (name) => {
      expect(isEventName(name)).toBe(false);
    },
  );
});
