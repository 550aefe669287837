/**
 * Prices as the wire has them: a number of whole units, to be shown, beside minor units, to be reckoned with.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import { minorDigits, moneyOf, moneyOfNumber } from '../../shared/server/money/money.ts';

/** Minor units as a number of whole units: 20500 is 205. */
export function priceOf(amount: number, currency: string): number {
  return amount / 10 ** minorDigits(currency);
}

/** Likewise, of a price that may be missing. */
export function priceOrNull(amount: number | null, currency: string): number | null {
  return amount === null ? null : priceOf(amount, currency);
}

/** What a client offers: of `price` and `amount` one. */
export interface Offered {
  readonly price?: number | undefined;
  readonly amount?: number | undefined;
}

/** Minor units of what a client offers. @throws TidingsError `invalid_request` unless it is a price above nothing. */
export function amountOf({ price, amount }: Offered, currency: string): number {
  if ((price === undefined) === (amount === undefined))
    throw new TidingsError('invalid_request', 'Give a "price" or an "amount", and not both.');
  const result = price === undefined ? moneyOf(amount, currency) : moneyOfNumber(price, currency);
  if (!result.ok) throw new TidingsError('invalid_request', result.message);
  if (result.money.amount === 0) throw new TidingsError('invalid_request', 'A price is more than nothing.');
  return result.money.amount;
}
