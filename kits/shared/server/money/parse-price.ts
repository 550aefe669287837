import { currenciesOf } from './currency-marks.ts';
import { CURRENCIES, minorDigits, moneyOf, type PriceResult, refuse } from './money.ts';

/** What is known of a price beside its text. */
export interface PriceHints {
  /** ISO 4217: taken when the text names no currency, or one that this may be (`$` and CAD); another one is a conflict. */
  readonly currency?: string | undefined;
  /** BCP 47: decides between two readings where both are possible, as in `1.299 KWD`. */
  readonly locale?: string | undefined;
}

/** Characters; a price is short. */
const LONGEST = 64;

const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const NUMBER = /\d(?:[\d., '’]*\d)?/;
const EXPONENT = /\d\s?[eE][+-]?\d/;
const MINUS = /[-−–—]/;
/** "12,-": no minor units, as shops write it. */
const NO_MINOR_UNITS = /^[.,][-–—]+/;

/**
 * Reads a price as shops, files and people write it: `1.299,90 TL`, `₺90`, `1 299,90 руб.`, `$1,299.90`, `EUR 12`,
 * `12,50`. Nothing is guessed: what can be read in two ways, or has more to it than a number and a currency, is refused.
 */
export function parsePrice(text: unknown, hints: PriceHints = {}): PriceResult {
  if (typeof text !== 'string') return refuse('not_a_price', 'The price is not a text.');
  if (text.length > LONGEST) return refuse('not_a_price', 'The text is too long for a price.');
  const clean = text.replace(INVISIBLE, '').normalize('NFKC').trim();
  if (clean === '') return refuse('empty', 'There is no price.');
  const found = NUMBER.exec(clean);
  if (!found || EXPONENT.test(clean)) return refuse('not_a_price', 'This is not a price.');
  const before = clean.slice(0, found.index);
  const after = clean.slice(found.index + found[0].length).replace(NO_MINOR_UNITS, '');
  if (MINUS.test(before)) return refuse('negative', 'A price is not negative.');
  if (/\d/.test(after)) return refuse('ambiguous', 'There is more than one number.');
  const currency = currencyIn([before, after], hints);
  if (typeof currency !== 'string') return currency;
  return amountIn(found[0], currency, hints.locale);
}

function currencyIn(sides: readonly string[], { currency: told, locale }: PriceHints): string | PriceResult {
  if (told !== undefined && !CURRENCIES.has(told))
    return refuse('unknown_currency', 'The currency is not a code of ISO 4217 such as TRY.');
  const marks = sides.map((side) => side.trim()).filter((side) => side !== '');
  if (marks.length === 0) return told ?? refuse('no_currency', 'The price has no currency.');
  let named: string | undefined;
  for (const mark of marks) {
    const { first, all } = currenciesOf(mark, languageOf(locale));
    if (all.size === 0)
      return /^[A-Z]{3}$/.test(mark)
        ? refuse('unknown_currency', 'The currency is not a code of ISO 4217 such as TRY.')
        : refuse('not_a_price', 'There is more than a number and a currency.');
    const expected = told ?? named;
    if (expected !== undefined && !all.has(expected))
      return refuse('currency_conflict', `The price names another currency than ${expected}.`);
    if (expected === undefined && first.size > 1)
      return refuse('ambiguous', 'Several currencies are written like that.');
    named = expected ?? [...first][0];
  }
  return named ?? refuse('no_currency', 'The price has no currency.');
}

/** One way to read digits and separators. */
interface Reading {
  readonly whole: string;
  readonly fraction: string;
  readonly decimal: string;
}

const PLAIN = /^\d+$/;
const GROUPED = /^[1-9]\d{0,2}(?:([., '’])\d{3})(?:\1\d{3})*$/;
const ZEROS = /^0*$/;

/** Every way to read a number: with a decimal point, a decimal comma, or neither. */
function readings(number: string): Reading[] {
  return ['.', ',', ''].flatMap((decimal) => {
    const [whole = '', fraction = '', ...more] = decimal === '' ? [number] : number.split(decimal);
    const missing = decimal !== '' && !PLAIN.test(fraction);
    const grouped = GROUPED.exec(whole)?.[1];
    if (missing || more.length > 0 || !(PLAIN.test(whole) || (grouped && grouped !== decimal))) return [];
    return [{ whole: whole.replace(/\D/g, ''), fraction, decimal }];
  });
}

function amountIn(number: string, currency: string, locale: string | undefined): PriceResult {
  const places = minorDigits(currency);
  const possible = readings(number);
  if (possible.length === 0) return refuse('not_a_price', 'The digits are grouped as no number is.');
  const exact = possible.filter(({ fraction }) => fraction.length <= places);
  // "¥1,299.00" and "1299.0000" say no more than "1299".
  const padded = possible.filter(({ fraction }) => ZEROS.test(fraction.slice(places)));
  const fitting = exact.length > 0 ? exact : padded;
  if (fitting.length === 0)
    return refuse('too_precise', `${currency} has ${places} digits behind the decimal point.`);
  const chosen = fitting.length > 1 ? fitting.filter((reading) => isUsual(reading, number, locale)) : fitting;
  const [reading] = chosen;
  if (!reading || chosen.length > 1)
    return refuse('ambiguous', 'The separator may be of thousands or of decimals.');
  return moneyOf(Number(reading.whole + reading.fraction.slice(0, places).padEnd(places, '0')), currency);
}

/** Whether a locale reads it so: its decimal separator, if it is there, is one. */
function isUsual({ decimal }: Reading, number: string, locale: string | undefined): boolean {
  const separator = decimalSeparator(locale);
  return separator !== undefined && decimal === (number.includes(separator) ? separator : '');
}

function decimalSeparator(locale: string | undefined): string | undefined {
  if (locale === undefined) return undefined;
  try {
    return new Intl.NumberFormat(locale).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value;
  } catch {
    // What a page calls its language may be anything.
    return undefined;
  }
}

function languageOf(locale: string | undefined): string | undefined {
  return locale?.split(/[-_]/, 1)[0]?.toLowerCase();
}
