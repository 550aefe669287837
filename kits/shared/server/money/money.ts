/** A price: never a fraction, so that adding and comparing are exact. */
export interface Money {
  /** Minor units of the currency: 9050 is 90.50 TL, and ¥90 is 90. A safe integer, not negative. */
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

/** Why something is no price. */
export type PriceFault =
  | 'empty'
  | 'not_a_price'
  | 'negative'
  | 'ambiguous'
  | 'too_precise'
  | 'too_large'
  | 'no_currency'
  | 'unknown_currency'
  | 'currency_conflict';

/** A price, or why there is none: the fault for programs, the message (English, one sentence) for people. */
export type PriceResult =
  | { readonly ok: true; readonly money: Money }
  | { readonly ok: false; readonly fault: PriceFault; readonly message: string };

/** Says that there is no price, and why. */
export function refuse(fault: PriceFault, message: string): PriceResult {
  return { ok: false, fault, message };
}

/** The codes of all currencies that this runtime knows. */
export const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const digits = new Map<string, number>();

/** How many digits of a currency are behind the decimal point: 2 for TRY, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  let known = digits.get(currency);
  if (known === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    known = format.resolvedOptions().maximumFractionDigits ?? 0;
    digits.set(currency, known);
  }
  return known;
}

/**
 * A price from values of unknown type that should already be minor units and a code, as in a JSON body: nothing is
 * converted, so `"12,50"`, `12.5` and `NaN` are refused.
 */
export function moneyOf(amount: unknown, currency: unknown): PriceResult {
  if (typeof currency !== 'string' || !CURRENCIES.has(currency))
    return refuse('unknown_currency', 'The currency is not a code of ISO 4217 such as TRY.');
  if (typeof amount !== 'number' || !Number.isInteger(amount))
    return refuse('not_a_price', 'The amount is not a whole number of minor units.');
  if (amount < 0) return refuse('negative', 'A price is not negative.');
  if (!Number.isSafeInteger(amount))
    return refuse('too_large', 'The amount is larger than can be kept exactly.');
  return { ok: true, money: { amount, currency } };
}

/** How far a product of floating point may be from the whole number that was meant, as a share of it. */
const ROUNDING = 1e-9;

/** A price from a number of major units (`12.5` is 12.50 TL), as JSON has it. */
export function moneyOfNumber(value: number, currency: string): PriceResult {
  if (!Number.isFinite(value)) return refuse('not_a_price', 'The price is not a finite number.');
  const exact = CURRENCIES.has(currency) ? value * 10 ** minorDigits(currency) : 0;
  const amount = Math.round(exact);
  if (Math.abs(exact - amount) > ROUNDING * Math.max(1, Math.abs(exact)))
    return refuse('too_precise', `${currency} has ${minorDigits(currency)} digits behind the decimal point.`);
  return moneyOf(amount, currency);
}
