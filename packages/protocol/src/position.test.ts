import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPosition, POSITION_PATTERN, parsePosition } from './position.ts';

const epoch = fc.stringMatching(/^[A-Za-z0-9]{1,24}$/);

test('what is written is read again', () => {
  fc.assert(
    fc.property(epoch, fc.maxSafeNat(), (name, offset) => {
      expect(parsePosition(formatPosition({ epoch: name, offset }))).toEqual({ epoch: name, offset });
    }),
  );
});

test('what is read is written the same, and fits the pattern', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9]{0,25}:[0-9]{0,17}$/));
  fc.assert(
    fc.property(text, (input) => {
      const position = parsePosition(input);
      if (!position) return;
      expect(formatPosition(position)).toBe(input);
      expect(input).toMatch(new RegExp(POSITION_PATTERN));
    }),
    { numRuns: 1000 },
  );
});

test.each([
  '',
  ':',
  'e',
  'e:',
  ':1',
  'e:-1',
  'e:01',
  'e:1.5',
  'e:1e3',
  'e:9007199254740992',
  'e:1:2',
  ' e:1',
  'e:1\n',
  'é:1',
  `${'e'.repeat(25)}:1`,
  '__proto__:1',
])('%j is none', (text) => {
  expect(parsePosition(text)).toBeUndefined();
});
