import type { AskUpdated, BidUpdated, BookUpdated, Offer } from '../../events.ts';
import { TOLD_LEVELS } from '../../events.ts';
import { depthChannel, MARKET, sneakerChannel, userChannel } from '../channels.ts';
import type { Transaction } from '../market-part.ts';
import { priceOrNull } from '../money.ts';
import type { WaitingOffer } from './books.ts';
import { levelViews } from './level-views.ts';
import { matchView, ownMatchView, type Role } from './match-view.ts';
import { OPEN, offerView, type ShownEnd } from './offer-view.ts';
import type { Turn } from './turn.ts';
import type { WrittenTurn } from './written-turn.ts';

/** Tells of a turn: everybody what was sold and what the best prices are now, each user what has become of their offers. */
export async function tellTurn(turn: Turn, written: WrittenTurn, transaction: Transaction): Promise<void> {
  await tellMatches(turn, written, transaction);
  await tellBests(turn, written, transaction);
  await tellBooks(turn, written, transaction);
  await tellOffers(turn, written, transaction);
}

async function tellMatches(
  { product }: Turn,
  { matches }: WrittenTurn,
  transaction: Transaction,
): Promise<void> {
  const event = 'MATCH_CREATED';
  for (const { deal, row } of matches) {
    const data = matchView(row, product);
    // A conflating reader is to hear of each.
    const conflate = `match ${row.id}`;
    for (const channel of [sneakerChannel(row.product), MARKET])
      await transaction.publish({ channel, event, data, conflate });
    const parties: readonly [Role, WaitingOffer, template: string][] = [
      ['seller', deal.ask, 'sold'],
      ['buyer', deal.bid, 'bought'],
    ];
    for (const [role, { user, language }, template] of parties) {
      const own = ownMatchView(row, product, role, language);
      await transaction.publish({ channel: `user:${user}`, event, data: own });
      await transaction.notify(user, {
        template,
        values: {
          product: product.name,
          size: row.size,
          price: { amount: row.amount, currency: product.currency },
        },
        key: `market-match:${row.id}:${role}`,
        url: `/market?order=${row.id}`,
        data: { event, match_id: row.id, order_id: row.id, product_id: row.product, role },
      });
    }
  }
}

async function tellBests(
  { product: { product, currency } }: Turn,
  { books, changes }: WrittenTurn,
  { publish }: Transaction,
): Promise<void> {
  for (const { side, size, after, productAfter, at } of changes) {
    const data: BidUpdated | AskUpdated = {
      product_id: product,
      ...{ price: priceOrNull(productAfter, currency), amount: productAfter, currency },
      ...{ size, size_price: priceOrNull(after, currency), size_amount: after },
      ...{ version: books.find(({ row }) => row.size === size)?.row.version ?? 0, at },
    };
    const event = side === 'bid' ? 'BID_UPDATED' : 'ASK_UPDATED';
    for (const channel of [sneakerChannel(product), MARKET])
      await publish({ channel, event, data, conflate: `${event} ${product}` });
  }
}

async function tellBooks(
  { product: { product, currency }, now }: Turn,
  { books }: WrittenTurn,
  { publish }: Transaction,
): Promise<void> {
  for (const { book, row } of books) {
    const { size, orders } = book;
    const levels = (side: 'bid' | 'ask') => levelViews(orders.levels(side, TOLD_LEVELS), currency);
    const data: BookUpdated = {
      ...{ product_id: product, size, currency },
      ...{ bids: levels('bid'), asks: levels('ask'), version: row.version, at: now },
    };
    await publish({ channel: depthChannel(product), event: 'BOOK_UPDATED', data, conflate: size });
  }
}

async function tellOffers(turn: Turn, { matches }: WrittenTurn, transaction: Transaction): Promise<void> {
  const { product, now: at, ended } = turn;
  const matchOf = new Map(
    matches.flatMap(({ deal: { bid, ask, id } }) => [[bid, id] as const, [ask, id] as const]),
  );
  for (const offer of new Set([...turn.placed.keys(), ...turn.moved, ...ended.keys()])) {
    const channel = userChannel(offer.user);
    if (!channel) continue;
    const status = ended.get(offer);
    const end: ShownEnd = status ? { status, ended: at, match_id: matchOf.get(offer) ?? null } : OPEN;
    const view: Offer = offerView(offer, product, end);
    await transaction.publish({ channel, event: 'OFFER_UPDATED', data: { offer: view, at } });
    if (status === 'expired' || status === 'withdrawn')
      await transaction.notify(offer.user, {
        template: status === 'expired' ? `${offer.side}-expired` : 'offer-withdrawn',
        values: {
          product: product.name,
          size: offer.size,
          price: { amount: offer.amount, currency: product.currency },
        },
        key: `market-offer:${offer.id}`,
        url: `/market?product=${encodeURIComponent(product.product)}`,
        data: { event: 'OFFER_UPDATED', offer_id: offer.id, product_id: product.product, status },
      });
  }
}
