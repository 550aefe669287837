import type { Language } from '../../events.ts';
import type { Match, Transaction } from '../market-part.ts';
import type { OrderRow } from './orders.ts';
import { recordStep } from './take-step.ts';

const HOUR = 60 * 60 * 1000;

/** Makes the order of a match, in its transaction; both parties hear that it is placed. */
export async function createOrder(
  transaction: Transaction,
  match: Match,
  paymentHours: number,
): Promise<void> {
  const { db } = transaction;
  const { id, product, name, image, size, amount, currency, buyer, seller, at } = match;
  const row: OrderRow = {
    id,
    product,
    product_name: name,
    image,
    size,
    amount,
    currency,
    buyer,
    seller,
    status: 'placed',
    carrier: null,
    tracking: null,
    pay_until: at + paymentHours * HOUR,
    steps: 1,
    created: at,
    updated: at,
  };
  await db.insertInto('market_orders').values(row).execute();
  const offers = await db
    .selectFrom('market_offers')
    .select(['id', 'language'])
    .where('id', 'in', [match.bid, match.ask])
    .execute();
  const languageOf = (offer: number) =>
    (offers.find((candidate) => candidate.id === offer)?.language ?? 'en') as Language;
  const languages = { buyer: languageOf(match.bid), seller: languageOf(match.ask) };
  await recordStep(transaction, row, { by: 'market' }, languages);
}
