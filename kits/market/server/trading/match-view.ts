import type { Language, MatchCreated, MyMatchCreated } from '../../events.ts';
import { priceOf } from '../money.ts';
import type { Row } from '../tables.ts';
import type { ShownProduct } from './offer-view.ts';
import { matchTexts, ownMatchTexts } from './texts.ts';

/** What is kept of a match. */
export type MatchRow = Row<'market_matches'>;

/** Who one is in a match. */
export type Role = 'buyer' | 'seller';

/** The language of what everybody hears. */
const COMMON_LANGUAGE: Language = 'en';

/** A match, as everybody hears of it. */
export function matchView(
  { id, product, size, amount, taker, version, at }: MatchRow,
  { currency }: ShownProduct,
): MatchCreated {
  const texts = matchTexts({ amount, currency });
  return {
    ...{ match_id: id, product_id: product, size },
    ...{ price: priceOf(amount, currency), amount, currency },
    ...{ message: texts[COMMON_LANGUAGE], texts },
    ...{ timestamp: new Date(at).toISOString(), at, taker, version },
  };
}

/** A match, as one of its parties hears of it. */
export function ownMatchView(
  row: MatchRow,
  product: ShownProduct,
  role: Role,
  language: Language,
): MyMatchCreated {
  const { amount, bid, ask, id } = row;
  const texts = ownMatchTexts(role, { amount, currency: product.currency });
  return {
    ...matchView(row, product),
    product_name: product.name,
    ...{ message: texts[language], texts, role },
    order_id: id,
    offer_id: role === 'buyer' ? bid : ask,
  };
}
