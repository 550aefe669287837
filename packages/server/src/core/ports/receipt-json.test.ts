import fc from 'fast-check';
import { expect, test } from 'vitest';
import { receiptJson } from './receipt-json.ts';

test('is what JSON.stringify writes', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{1,24}$/);
  const receipt = fc.record({ channel: fc.string(), offset: fc.nat(), epoch: word, id: word });
  fc.assert(
    fc.property(receipt, (each) => {
      expect(receiptJson(each)).toBe(JSON.stringify(each));
    }),
  );
});
