import { currencyNamed } from '../../../shared/server/money/currency-marks.ts';
import {
  type Money,
  minorDigits,
  moneyOfNumber,
  type PriceResult,
  refuse,
} from '../../../shared/server/money/money.ts';
import { parsePrice } from '../../../shared/server/money/parse-price.ts';
import { PageError } from './page-error.ts';

/** What a page says of a price beside its figure. */
interface AmountHints {
  /** As the page writes it: a code, or a sign. */
  readonly currency: unknown;
  /** The page's language. */
  readonly locale: string | undefined;
}

/** One to three digits, a point, three digits. */
const POINT_OR_THOUSANDS = /^\s*[1-9]\d{0,2}\.\d{3}\s*$/;
/** The minor digits of nearly all currencies. */
const USUAL_DIGITS = 2;

/**
 * Reads the figure of a price in mark-up. Schema.org's decimal separator is a point; shops write all there is, so this
 * refuses what could be another price. `12.500` TRY is 12.50 by the standard and 12,500 by habit: no price.
 *
 * @throws PageError `no_price` when there is none or it is zero, `bad_price`
 */
export function readAmount(value: string | number, { currency, locale }: AmountHints): Money {
  const result = read(value, typeof currency === 'string' ? currency.trim() : '', locale);
  if (result.ok && result.money.amount > 0) return result.money;
  if (result.ok || result.fault === 'empty') throw new PageError('no_price', 'The page says no price.');
  throw new PageError('bad_price', result.message);
}

function read(value: string | number, sign: string, locale: string | undefined): PriceResult {
  const currency = sign === '' ? undefined : currencyNamed(sign);
  if (sign !== '' && currency === undefined)
    return refuse('unknown_currency', 'The page names a currency that is not known.');
  if (typeof value === 'number') {
    return currency === undefined
      ? refuse('no_currency', 'The price has no currency.')
      : moneyOfNumber(value, currency);
  }
  if (POINT_OR_THOUSANDS.test(value) && (currency === undefined || minorDigits(currency) <= USUAL_DIGITS))
    return refuse('ambiguous', 'The separator may be of thousands or of decimals.');
  return parsePrice(value, { currency, locale });
}
