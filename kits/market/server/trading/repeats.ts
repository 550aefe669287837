/**
 * Placements that come again: what was placed under a key is answered as it was.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Language, Placed, PlaceOffer } from '../../events.ts';
import type { Transaction } from '../market-part.ts';
import { amountOf } from '../money.ts';
import type { ProductRow } from '../products/products.ts';
import type { Row } from '../tables.ts';
import { ownMatchView } from './match-view.ts';
import { OPEN, offerView } from './offer-view.ts';

/** A placement that was written before. */
export type PlacedRow = Row<'market_offers'>;

/** Whose placement, under which key. */
export interface PlacementKey {
  readonly user: string;
  readonly key: string | null;
}

/** The placements that were made under some keys before. @returns finds one of them. */
export async function readRepeated(
  db: Transaction['db'],
  placements: readonly PlacementKey[],
): Promise<(placement: PlacementKey) => PlacedRow | undefined> {
  const keys = placements.flatMap(({ key }) => key ?? []);
  if (keys.length === 0) return () => undefined;
  const users = [...new Set(placements.map(({ user }) => user))];
  const rows = await db
    .selectFrom('market_offers')
    .selectAll()
    .where('user', 'in', users)
    .where('key', 'in', keys)
    .execute();
  return ({ user, key }) =>
    key === null ? undefined : rows.find((row) => row.user === user && row.key === key);
}

/** The answer that a placement was given. @throws TidingsError `key_conflict` when something else is asked for now. */
export async function answerAgain(
  db: Transaction['db'],
  row: PlacedRow,
  asked: string,
  product: ProductRow,
): Promise<Placed> {
  if (row.asked !== asked) throw new TidingsError('key_conflict');
  const { id, side } = row;
  // Its price may be another since then.
  const amount = amountOf(JSON.parse(asked) as PlaceOffer, product.currency);
  const match = await db
    .selectFrom('market_matches')
    .selectAll()
    .where(side, '=', id)
    .where('taker', '=', side)
    .where('at', '=', row.placed)
    .executeTakeFirst();
  const end = match ? ({ status: 'matched', ended: match.at, match_id: match.id } as const) : OPEN;
  const role = side === 'bid' ? 'buyer' : 'seller';
  return {
    offer: offerView({ ...row, amount }, product, end),
    match: match ? ownMatchView(match, product, role, row.language as Language) : null,
  };
}
