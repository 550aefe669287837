/**
 * A market for tests of clients: bids are commands, prices are heard on `product:ID`.
 *
 * @module
 */
import { defineCommand, defineKit, TidingsError, Type } from '../../packages/server/src/kit.ts';

/** The events of a product. */
export interface MarketEvents {
  readonly BID_UPDATED: { readonly price: number };
  readonly ASK_UPDATED: { readonly price: number };
  readonly MATCH_CREATED: { readonly id: number; readonly price: number };
}

const Price = Type.Object({ price: Type.Number() });

export default defineKit({
  name: 'market',
  namespaces: {
    product: {
      presence: true,
      typing: true,
      rights: { subscribe: 'anyone', publish: 'anyone' },
      events: {
        BID_UPDATED: Price,
        ASK_UPDATED: Price,
        MATCH_CREATED: Type.Object({ id: Type.Integer(), price: Type.Number() }),
      },
    },
  },
  commands: ({ publish }) => [
    defineCommand({
      name: 'place_bid',
      summary: 'Bids for a product.',
      data: Type.Object({ product: Type.String(), price: Type.Number() }),
      async handle({ product, price }) {
        if (price <= 0) throw new TidingsError('invalid_request', 'Bid something.');
        await publish({ channel: `product:${product}`, event: 'BID_UPDATED', data: { price } });
        return { highest: price };
      },
    }),
  ],
});
