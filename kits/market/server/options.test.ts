import { expect, it } from 'vitest';
import { marketOptions, optionsFrom } from './options.ts';

it('are read from the environment, above the defaults', () => {
  expect(marketOptions(optionsFrom({}))).toMatchObject({ maxOpen: 200, offerDays: 30 });
  const env = { MARKET_MAX_OPEN: '5', MARKET_OFFER_DAYS: '7', MARKET_PAYMENT_HOURS: '' };
  expect(marketOptions(optionsFrom(env))).toMatchObject({ maxOpen: 5, offerDays: 7, paymentHours: 24 });
});

it.each([
  ['MARKET_MAX_OPEN', '0'],
  ['MARKET_MAX_OPEN', '1.5'],
  ['MARKET_PAYMENT_HOURS', 'soon'],
  ['MARKET_OFFER_DAYS', '91'],
  ['MARKET_DROP_PERCENT', '100'],
])('refuse %s=%s', (variable, value) => {
  expect(() => marketOptions(optionsFrom({ [variable]: value }))).toThrow(
    `${variable} must be a whole number`,
  );
});
