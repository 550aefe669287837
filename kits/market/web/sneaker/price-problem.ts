import type { Language } from '../../../shared/web/languages.ts';
import { moneyText } from '../../../shared/web/money.ts';
import { typedAmount } from '../../../shared/web/parse-amount.ts';
import type { Product } from '../../events.ts';
import type { Texts } from '../texts/texts.ts';

/** Why a product's price cannot be this, in the visitor's words. @param amount minor units; `undefined` for what is no price */
export function priceProblem(
  { currency, min_amount: lowest, max_amount: highest, tick }: Product,
  amount: number | undefined,
  t: Texts,
  language: Language,
): string | undefined {
  const text = (of: number) => moneyText({ amount: of, currency }, language);
  if (amount === undefined) return t.place.badPrice(typedAmount(lowest, currency));
  if (amount < lowest || amount > highest) return t.place.outside(text(lowest), text(highest));
  if (amount % tick !== 0) return t.place.steps(text(tick));
  return undefined;
}
