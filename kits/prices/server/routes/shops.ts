/**
 * `/prices/shops`: products whose price is read from a shop's page.
 *
 * @module
 */
import { Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { ProductState } from '../../events.ts';
import { actorOf, requireOwner } from '../actor.ts';
import type { Settings } from '../options.ts';
import { findProduct, lockProduct, noProduct, productView } from '../products.ts';
import { ShopInput, type Shops, withShop } from '../shops.ts';
import type { Prices } from '../tables.ts';
import { languageFor } from './language.ts';

const Params = Type.Object({ product: Type.String({ description: 'The product’s id.' }) });

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes to the scope under `/api/v1`. */
export function shopRoutes(app: FastifyInstance, prices: Prices, settings: Settings, shops: Shops): void {
  app.post<{ Body: Type.Static<typeof ShopInput> }>(
    '/prices/shops',
    {
      schema: {
        security,
        summary: 'Add a product by the address of its page',
        description:
          'The page is read now and then, and a new price treated as one that is set. Of a page that is watched already, the answer is 200 and its product.',
        body: ShopInput,
        response: { 200: ProductState, 201: ProductState },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(prices, request);
      const { product, added } = await shops.add(actor, request.body.url);
      const language = await languageFor(prices, {}, actor, settings);
      const view = productView(await findProduct(prices.db, product), language);
      return reply
        .code(added ? 201 : 200)
        .header('location', `/api/v1/prices/products/${product}`)
        .send(await withShop(prices.db, view));
    },
  );

  app.delete<{ Params: Type.Static<typeof Params> }>(
    '/prices/shops/:product',
    {
      schema: {
        security,
        summary: 'Read a product’s page no more',
        description: 'Its owner, or a backend. The product stays.',
        params: Params,
        response: { 204: Type.Null({ description: 'Done.' }) },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(prices, request);
      await prices.transaction(async (transaction) => {
        const row = await lockProduct(transaction, request.params.product);
        if (!row) throw noProduct();
        requireOwner(actor, row.owner);
        await shops.end(transaction, row.product);
      });
      return reply.code(204).send();
    },
  );
}
