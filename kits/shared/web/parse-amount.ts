/**
 * Reads a price that somebody typed. @returns minor units; `undefined` for what is no price.
 *
 * Either a comma or a point stands before the decimals, whatever the language: nobody types thousands apart.
 */
export function parseAmount(text: string, currency: string): number | undefined {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits as number;
  const match = /^(\d{1,12})(?:[.,](\d{1,3}))?$/.exec(text.trim().replace(/[\s\u00a0]/g, ''));
  if (!match) return undefined;
  const [, whole = '', part = ''] = match;
  if (part.length > digits) return undefined;
  const amount = Number(whole + part.padEnd(digits, '0'));
  return amount > 0 ? amount : undefined;
}

/** An amount as it would be typed. */
export function typedAmount(amount: number, currency: string): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits as number;
  const text = (amount / 10 ** digits).toFixed(digits);
  return text.replace(/\.0+$/, '');
}
