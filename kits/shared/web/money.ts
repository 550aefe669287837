import type { Language } from './languages.ts';

/** An amount of money. */
export interface Money {
  /** In minor units (kuruş, kopecks, cents): whole. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

const formats = new Map<string, Intl.NumberFormat>();

/** Money as a language writes it; decimals only where there are any. */
export function moneyText({ amount, currency }: Money, language: Language): string {
  const name = `${language} ${currency}`;
  let format = formats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(language, {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      trailingZeroDisplay: 'stripIfInteger',
    });
    formats.set(name, format);
  }
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
