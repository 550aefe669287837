import type { Language } from './languages.ts';

/** The forms of a word beside a number; `other` serves those that are not given. */
export type Forms = { readonly other: string } & { readonly [R in Intl.LDMLPluralRule]?: string };

/**
 * Makes the function that writes counts of a language: `counted(5, {one: '# event', other: '# events'})`.
 * `#` is the number.
 */
export function countedIn(language: Language): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace('#', numbers.format(count));
}
