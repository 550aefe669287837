import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNames } from './compare-names.ts';

test('orders as the bytes of UTF-8 do', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffee', '\u{10000}', '😀'),
  });
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(Math.sign(compareNames(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
