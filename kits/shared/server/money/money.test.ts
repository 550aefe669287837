import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMoney } from './format-money.ts';
import { CURRENCIES, minorDigits, moneyOf, moneyOfNumber } from './money.ts';
import { parsePrice } from './parse-price.ts';

/** For tests that have much to do; milliseconds. */
const PATIENCE = 60_000;

const price = (amount: number, currency: string) => ({ ok: true, money: { amount, currency } });
const fault = (name: string) => expect.objectContaining({ ok: false, fault: name });

describe('parsePrice', () => {
  test.each([
    ['1.299,90 TL', price(129_990, 'TRY')],
    ['1.299 TL', price(129_900, 'TRY')],
    ['12,5 TL', price(1250, 'TRY')],
    ['₺90', price(9000, 'TRY')],
    ['90,00 ₴', price(9000, 'UAH')],
    ['1\u00a0299,90\u00a0грн.', price(129_990, 'UAH')],
    ['1 299,90 руб.', price(129_990, 'RUB')],
    ['1 299 р.', price(129_900, 'RUB')],
    ['$1,299.90', price(129_990, 'USD')],
    ['US $1,299.90', price(129_990, 'USD')],
    ['CA$12', price(1200, 'CAD')],
    ['EUR 12', price(1200, 'EUR')],
    ['12,- €', price(1200, 'EUR')],
    ["CHF 1'299.50", price(129_950, 'CHF')],
    ['¥1,299', price(1299, 'JPY')],
    ['¥1,299.00', price(1299, 'JPY')],
    ['KWD 1,299.125', price(1_299_125, 'KWD')],
    ['1299.0000 TRY', price(129_900, 'TRY')],
    ['1.299.900,05 TL', price(129_990_005, 'TRY')],
    ['\u200e₺\u00a090\u200f', price(9000, 'TRY')],
    ['90071992547409.91 TRY', price(Number.MAX_SAFE_INTEGER, 'TRY')],
    ['0 TL', price(0, 'TRY')],
  ])('reads %j', (text, expected) => {
    expect(parsePrice(text)).toEqual(expected);
  });

  test('takes the currency that it is told where the text names none, or one that is written the same', () => {
    expect(parsePrice('12,50', { currency: 'TRY' })).toEqual(price(1250, 'TRY'));
    expect(parsePrice('$12', { currency: 'CAD' })).toEqual(price(1200, 'CAD'));
    expect(parsePrice('100 kr', { currency: 'SEK' })).toEqual(price(10_000, 'SEK'));
  });

  test('lets the locale decide between thousands and decimals', () => {
    expect(parsePrice('1.299 KWD', { locale: 'en' })).toEqual(price(1299, 'KWD'));
    expect(parsePrice('1.299 KWD', { locale: 'tr-TR' })).toEqual(price(1_299_000, 'KWD'));
    expect(parsePrice('1,299 KWD', { locale: 'tr' })).toEqual(price(1299, 'KWD'));
    expect(parsePrice('1.299 KWD', { locale: 'no such locale' })).toEqual(fault('ambiguous'));
  });

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['NaN', 'not_a_price'],
    ['Infinity', 'not_a_price'],
    ['1e400', 'not_a_price'],
    ['1 e5 TL', 'not_a_price'],
    ['-5 TL', 'negative'],
    ['−5 TL', 'negative'],
    ['$-5', 'negative'],
    ['12,50', 'no_currency'],
    ['1.299 KWD', 'ambiguous'],
    ['100 kr', 'ambiguous'],
    ['100 TL 90 TL', 'ambiguous'],
    ['100-200 TL', 'ambiguous'],
    ['12 ZZZ', 'unknown_currency'],
    ['12 elma', 'not_a_price'],
    ['<b>12</b> TL', 'not_a_price'],
    ['1.29.9 TL', 'not_a_price'],
    ['1,2,3', 'no_currency'],
    ['12.345,678 TL', 'too_precise'],
    ['0,999 TL', 'too_precise'],
    ['¥12.50', 'too_precise'],
    ['90071992547409.92 TRY', 'too_large'],
    [`${'9'.repeat(60)} TL`, 'too_large'],
    [`${'9'.repeat(70)} TL`, 'not_a_price'],
    ['90 TL €', 'not_a_price'],
    ['€ 90 TL', 'currency_conflict'],
    [12.5, 'not_a_price'],
    [null, 'not_a_price'],
  ])('refuses %j as %s', (text, name) => {
    expect(parsePrice(text)).toEqual(fault(name));
  });

  test('refuses a currency other than the one it is told', () => {
    expect(parsePrice('$12', { currency: 'TRY' })).toEqual(fault('currency_conflict'));
    expect(parsePrice('12', { currency: 'ABC' })).toEqual(fault('unknown_currency'));
  });

  test('answers to any text, and never with a price that is none', { timeout: PATIENCE }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const result = parsePrice(text, { currency: 'TRY' });
        if (result.ok) expect(moneyOf(result.money.amount, result.money.currency)).toEqual(result);
      }),
    );
  });
});

describe('formatMoney', () => {
  test.each([
    [9000, 'TRY', 'tr', '90 TL'],
    [129_990, 'TRY', 'tr', '1.299,90 TL'],
    [129_990, 'TRY', 'en', '₺1,299.90'],
    [129_950, 'TRY', 'ru', '1\u00a0299,50\u00a0₺'],
    [129_990, 'UAH', 'uk', '1\u00a0299,90\u00a0₴'],
    [129_990, 'RUB', 'ru', '1\u00a0299,90\u00a0₽'],
    [129_990, 'USD', 'tr', '$1.299,90'],
    [129_990, 'CAD', 'en', 'CA$1,299.90'],
    [90, 'JPY', 'en', '¥90'],
    [1, 'KWD', 'en', 'KWD\u00a00.001'],
    [5, 'TRY', 'tr', '0,05 TL'],
    [Number.MAX_SAFE_INTEGER, 'TRY', 'tr', '90.071.992.547.409,91 TL'],
  ])('writes %d %s in %s as %j', (amount, currency, language, expected) => {
    expect(formatMoney({ amount, currency }, language)).toBe(expected);
  });

  test('is read back as the same, in every language and currency', { timeout: PATIENCE }, () => {
    const money = fc.record({
      amount: fc.oneof(fc.nat(200_000), fc.maxSafeNat()),
      currency: fc.constantFrom(...CURRENCIES),
    });
    fc.assert(
      fc.property(money, fc.constantFrom('en', 'tr', 'ru', 'uk'), (expected, locale) => {
        expect(parsePrice(formatMoney(expected, locale), { locale })).toEqual({ ok: true, money: expected });
      }),
      { numRuns: 2000 },
    );
  });
});

test('minor digits are those of the currency', () => {
  expect(['TRY', 'JPY', 'KWD'].map(minorDigits)).toEqual([2, 0, 3]);
});

test.each([
  [9050, 'TRY', undefined],
  [0, 'TRY', undefined],
  [-5, 'TRY', 'negative'],
  [12.5, 'TRY', 'not_a_price'],
  ['12,50', 'TRY', 'not_a_price'],
  ['9050', 'TRY', 'not_a_price'],
  [Number.NaN, 'TRY', 'not_a_price'],
  [Number.POSITIVE_INFINITY, 'TRY', 'not_a_price'],
  [JSON.parse('1e400'), 'TRY', 'not_a_price'],
  [2 ** 53, 'TRY', 'too_large'],
  [9050, 'ZZZ', 'unknown_currency'],
  [9050, 'try', 'unknown_currency'],
  [9050, undefined, 'unknown_currency'],
])('moneyOf(%j, %j) takes minor units and nothing else', (amount, currency, name) => {
  expect(moneyOf(amount, currency)).toEqual(name ? fault(name) : price(amount, currency as string));
});

test.each([
  [12.5, 'TRY', price(1250, 'TRY')],
  [89.99, 'TRY', price(8999, 'TRY')],
  [89.990_000_000_000_01, 'TRY', price(8999, 'TRY')],
  [1.005, 'TRY', fault('too_precise')],
  [1299, 'JPY', price(1299, 'JPY')],
  [12.5, 'JPY', fault('too_precise')],
  [-5, 'TRY', fault('negative')],
  [1e300, 'TRY', fault('too_large')],
  [Number.NaN, 'TRY', fault('not_a_price')],
  [12.5, 'ZZZ', fault('unknown_currency')],
])('moneyOfNumber(%d, %s) takes major units', (value, currency, expected) => {
  expect(moneyOfNumber(value, currency)).toEqual(expected);
});
