/**
 * Bids and asks, as they are kept.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Offer, Side } from '../../events.ts';
import type { Database } from '../market-part.ts';
import type { Row } from '../tables.ts';
import { offerView } from './offer-view.ts';

export type OfferRow = Row<'market_offers'>;

/** There is no such bid or ask; also of somebody else's. */
function noOffer(side: Side): TidingsError {
  return new TidingsError('not_found', `You have no such ${side}.`);
}

/** One of a user's bids or asks. @throws TidingsError `not_found`. */
export async function findOffer(
  db: Database,
  { user, side, id }: { readonly user: string; readonly side: Side; readonly id: number },
): Promise<OfferRow> {
  const row = await db.selectFrom('market_offers').selectAll().where('id', '=', id).executeTakeFirst();
  if (row?.user !== user || row.side !== side) throw noOffer(side);
  return row;
}

/** How many bids and asks users have open. */
export async function countOpen(db: Database, users: readonly string[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('market_offers')
    .select(({ fn }) => ['user', fn.countAll<number>().as('count')])
    .where('user', 'in', [...new Set(users)])
    .where('status', '=', 'open')
    .groupBy('user')
    .execute();
  return new Map(rows.map(({ user, count }) => [user, Number(count)]));
}

/** What is listed of one's bids or asks. */
export interface OfferQuery {
  readonly user: string;
  readonly side: Side;
  readonly status?: 'open' | 'all' | undefined;
  readonly product_id?: string | undefined;
  /** The id at which the page before has ended. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A user's bids or asks, the newest first. */
export async function listOffers(
  db: Database,
  { user, side, status = 'open', product_id, before, limit }: OfferQuery,
): Promise<{ readonly offers: readonly Offer[]; readonly next: number | null }> {
  let query = offersWith(db).where('market_offers.user', '=', user).where('side', '=', side);
  if (status === 'open') query = query.where('status', '=', 'open');
  if (product_id !== undefined) query = query.where('market_offers.product', '=', product_id);
  if (before !== undefined) query = query.where('market_offers.id', '<', before);
  const rows = await query
    .orderBy('market_offers.id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  return {
    offers: page.map((row) => offerView(row, row, row)),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** One of a user's bids or asks, as it is now. @throws TidingsError `not_found`. */
export async function readOffer(
  db: Database,
  { user, side, id }: { readonly user: string; readonly side: Side; readonly id: number },
): Promise<Offer> {
  const row = await offersWith(db)
    .where('market_offers.id', '=', id)
    .where('market_offers.user', '=', user)
    .where('side', '=', side)
    .executeTakeFirst();
  if (!row) throw noOffer(side);
  return offerView(row, row, row);
}

function offersWith(db: Database) {
  return db
    .selectFrom('market_offers')
    .innerJoin('market_products', 'market_products.product', 'market_offers.product')
    .leftJoin('market_matches', (join) =>
      join.on(({ or, eb }) =>
        or([
          eb('market_matches.bid', '=', eb.ref('market_offers.id')),
          eb('market_matches.ask', '=', eb.ref('market_offers.id')),
        ]),
      ),
    )
    .select([
      'market_offers.id',
      'market_offers.side',
      'market_offers.product',
      'market_offers.size',
      'market_offers.amount',
      'market_offers.status',
      'market_offers.placed',
      'market_offers.expires',
      'market_offers.ended',
      'market_products.name',
      'market_products.currency',
      'market_matches.id as match_id',
    ]);
}
