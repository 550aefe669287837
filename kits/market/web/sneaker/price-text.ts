import type { Language } from '../../../shared/web/languages.ts';
import { moneyText } from '../../../shared/web/money.ts';

/** A price as a language writes it. @param price in whole units of the currency */
export function priceText(price: number, currency: string, language: Language): string {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return moneyText({ amount: Math.round(price * 10 ** maximumFractionDigits), currency }, language);
}
