import type { Offer, Side, Trade } from '../../events.ts';
import { priceOf } from '../money.ts';
import type { Row } from '../tables.ts';

/** What of its product an offer shows. */
export interface ShownProduct {
  readonly product: string;
  readonly name: string;
  readonly currency: string;
}

/** What is kept of an offer, as far as it is shown. */
export interface ShownOffer {
  readonly id: number;
  readonly side: Side;
  readonly size: string;
  readonly amount: number;
  readonly placed: number;
  readonly expires: number;
}

/** How an offer has ended. */
export interface ShownEnd {
  readonly status: Offer['status'];
  readonly ended: number | null;
  readonly match_id: number | null;
}

/** Of an offer that waits. */
export const OPEN: ShownEnd = { status: 'open', ended: null, match_id: null };

/** An offer, as its user sees it. */
export function offerView(
  { id, side, size, amount, placed, expires }: ShownOffer,
  { product, name, currency }: ShownProduct,
  { status, ended, match_id }: ShownEnd,
): Offer {
  return {
    ...{ id, side, product_id: product, product_name: name, size },
    ...{ price: priceOf(amount, currency), amount, currency },
    ...{ status, placed, expires, ended, match_id },
  };
}

/** A sale, without who. */
export function tradeView(
  { id, product, size, amount, taker, at }: Row<'market_matches'>,
  currency: string,
): Trade {
  return {
    ...{ match_id: id, product_id: product, size },
    ...{ price: priceOf(amount, currency), amount, currency },
    ...{ taker, timestamp: new Date(at).toISOString(), at },
  };
}
