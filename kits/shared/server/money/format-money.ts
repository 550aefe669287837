import { hasDistinctSign } from './currency-marks.ts';
import { type Money, minorDigits } from './money.ts';

const formats = new Map<string, (amount: Intl.StringNumericLiteral) => string>();

/** How a language writes a currency. Made once: a format costs far more to make than to use. */
function formatOf(language: string, currency: string) {
  const key = `${language} ${currency}`;
  const known = formats.get(key);
  if (known) return known;
  // "90" where there is nothing behind the point, "90,50" where there is.
  const whole = {
    minimumFractionDigits: minorDigits(currency),
    trailingZeroDisplay: 'stripIfInteger',
  } as const;
  let format: (amount: Intl.StringNumericLiteral) => string;
  if (language === 'tr' && currency === 'TRY') {
    // Written out in Turkish shops; Intl only has the sign.
    const number = new Intl.NumberFormat(language, whole);
    format = (amount) => `${number.format(amount)} TL`;
  } else {
    const currencyDisplay = hasDistinctSign(language, currency) ? 'narrowSymbol' : 'symbol';
    const number = new Intl.NumberFormat(language, {
      style: 'currency',
      currency,
      currencyDisplay,
      ...whole,
    });
    format = (amount) => number.format(amount);
  }
  formats.set(key, format);
  return format;
}

/**
 * A price for a reader: `90 TL` and `1.299,90 TL` in Turkish, `₺1,299.90` in English, `1 299,90 ₴` in Ukrainian.
 *
 * @param language BCP 47, of the few that the app speaks: a format is kept for each.
 */
export function formatMoney({ amount, currency }: Money, language: string): string {
  const places = minorDigits(currency);
  // As a decimal text, because a large amount divided by a hundred is no longer exact.
  const text = String(amount).padStart(places + 1, '0');
  const cut = text.length - places;
  return formatOf(
    language,
    currency,
  )(`${text.slice(0, cut)}.${text.slice(cut)}0` as Intl.StringNumericLiteral);
}
