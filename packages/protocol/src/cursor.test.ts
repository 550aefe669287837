import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CURSOR_PATTERN, formatCursor, formatSequence, parseCursor } from './cursor.ts';

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,24}$/), fc.maxSafeNat(), (log, sequence) => {
      expect(parseCursor(formatCursor(log, sequence))).toEqual({ log, sequence });
    }),
  );
  expect(parseCursor(formatCursor('log', Number.MAX_SAFE_INTEGER))?.sequence).toBe(Number.MAX_SAFE_INTEGER);
});

test('what is read fits the pattern, and is a place', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9]{0,25}\.[0-9a-z]{0,12}$/));
  fc.assert(
    fc.property(text, (input) => {
      const cursor = parseCursor(input);
      if (!cursor) return;
      expect(input).toMatch(new RegExp(CURSOR_PATTERN));
      expect(Number.isSafeInteger(cursor.sequence)).toBe(true);
      expect(parseCursor(formatCursor(cursor.log, cursor.sequence))).toEqual(cursor);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  '',
  '.',
  'log',
  'log.',
  '.1',
  'log.A',
  'log.-1',
  'log.zzzzzzzzzzz',
  'log.1.2',
  'log.1\n',
  ' log.1',
])('%j is none', (text) => {
  expect(parseCursor(text)).toBeUndefined();
});

test('a sequence is written as the language writes it', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (sequence) => {
      expect(formatSequence(sequence)).toBe(sequence.toString(36));
    }),
  );
  for (const edge of [0, 36 ** 5 - 1, 36 ** 5, Number.MAX_SAFE_INTEGER])
    expect(formatSequence(edge)).toBe(edge.toString(36));
});
