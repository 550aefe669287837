import { currencyNamed } from '../../../shared/server/money/currency-marks.ts';
import { moneyOf, moneyOfNumber, type PriceResult, refuse } from '../../../shared/server/money/money.ts';
import { parsePrice } from '../../../shared/server/money/parse-price.ts';
import type { Column } from './columns.ts';
import type { Row, RowFault, RowFaultCode } from './row.ts';

/** What is known of all prices beside their rows. */
export interface RowHints {
  /** ISO 4217, where a row names none. */
  readonly currency?: string | undefined;
  /** BCP 47: decides between decimals and thousands where both are possible. */
  readonly locale?: string | undefined;
}

/** The values of a row: texts in CSV, anything in JSON. */
export type Values = ReadonlyMap<Column, unknown>;

/** Characters. */
const LONGEST = { id: 200, sku: 200, url: 2048, name: 300, brand: 100 } as const;
type TextColumn = keyof typeof LONGEST;
const TEXTS = Object.keys(LONGEST) as TextColumn[];

/** Says that a row is left out. */
export function faultOf(line: number, fault: RowFaultCode, message: string): RowFault {
  return { line, fault, message };
}

/** Makes a row of its values, if they are one. */
export function makeRow(line: number, values: Values, hints: RowHints): Row {
  const texts: Partial<Record<TextColumn, string>> = {};
  for (const column of TEXTS) {
    const value = values.get(column);
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string' && !(Number.isSafeInteger(value) && (column === 'id' || column === 'sku')))
      return faultOf(line, 'bad_field', `The ${column} is not a text.`);
    const text = String(value).trim();
    if (text === '') continue;
    // What a decoder puts for bytes that its encoding does not have.
    if (text.includes('\ufffd'))
      return faultOf(line, 'bad_encoding', 'The row is not in the encoding of the file.');
    if (text.length > LONGEST[column])
      return faultOf(line, 'bad_field', `The ${column} is longer than ${LONGEST[column]} characters.`);
    if (/\p{Cc}/u.test(text))
      return faultOf(line, 'bad_field', `The ${column} has control characters in it.`);
    texts[column] = text;
  }
  if (texts.id === undefined && texts.sku === undefined && texts.url === undefined)
    return faultOf(line, 'no_product', 'The row names no product: it needs an id, a SKU or a URL.');
  if (texts.url !== undefined && !/^https?:$/.test(URL.parse(texts.url)?.protocol ?? ''))
    return faultOf(line, 'bad_field', 'The url is not the address of a web page.');
  const result = priceOf(values, hints);
  return result.ok ? { line, ...texts, price: result.money } : faultOf(line, result.fault, result.message);
}

function priceOf(values: Values, { currency: usual, locale }: RowHints): PriceResult {
  const price = values.get('price');
  if (typeof price === 'object' && price !== null && 'amount' in price && 'currency' in price)
    return moneyOf(price.amount, price.currency);
  const named = values.get('currency') ?? '';
  const sign = typeof named === 'string' ? named.trim() : undefined;
  const currency = sign === '' ? usual : sign === undefined ? undefined : currencyNamed(sign);
  if (sign !== '' && currency === undefined)
    return refuse('unknown_currency', 'The currency is not a code of ISO 4217 such as TRY.');
  if (price === undefined && values.has('amount')) return minorUnits(values.get('amount'), currency);
  if (typeof price !== 'number') return parsePrice(price ?? '', { currency, locale });
  return currency === undefined
    ? refuse('no_currency', 'The price has no currency.')
    : moneyOfNumber(price, currency);
}

/** CSV has only texts: there, the digits of a whole number are one. */
function minorUnits(amount: unknown, currency: string | undefined): PriceResult {
  const digits = typeof amount === 'string' && /^\d{1,16}$/.test(amount.trim());
  return moneyOf(digits ? Number(amount) : amount, currency);
}
