import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAmount, typedAmount } from './parse-amount.ts';

it.each([
  ['129,90', 'TRY', 12990],
  ['129.9', 'TRY', 12990],
  ['1 299', 'UAH', 129900],
  ['1500', 'JPY', 1500],
  ['1.234', 'KWD', 1234],
])('reads %s %s', (text, currency, amount) => {
  expect(parseAmount(text, currency)).toBe(amount);
});

it.each(['', '0', '-5', 'NaN', '1e400', '1.299,90', '12,505', 'abc', '9'.repeat(13)])(
  'refuses %j',
  (text) => {
    expect(parseAmount(text, 'TRY')).toBeUndefined();
  },
);

it('reads what it writes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 ** 12 }),
      fc.constantFrom('TRY', 'JPY', 'KWD'),
      (amount, currency) => {
        expect(parseAmount(typedAmount(amount, currency), currency)).toBe(amount);
      },
    ),
  );
});
