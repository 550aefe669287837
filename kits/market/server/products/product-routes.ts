/**
 * `/market/products`: list, read, and for backends add, change and remove products.
 *
 * @module
 */
import { type Static, Type } from '@tidings/server/kit';
import { Product, ProductState, Size } from '../../events.ts';
import { requireBackend } from '../callers.ts';
import { callOf, KeyHeader } from '../keys.ts';
import type { MarketPart } from '../market-part.ts';
import type { Trading } from '../trading/trading.ts';
import { listProducts, readState } from './list-products.ts';
import {
  addProduct,
  changeProduct,
  findProduct,
  lockProduct,
  noProduct,
  ProductChange,
  ProductInput,
  removeProduct,
  type Shelf,
} from './products.ts';

type App = Parameters<NonNullable<MarketPart['routes']>>[0];

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

const Params = Type.Object({ product: Type.String({ description: 'The product’s id.' }) });
const Query = Type.Object({
  search: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Part of the name or the brand; case and accents do not matter.',
    }),
  ),
  brand: Type.Optional(Type.String({ maxLength: 100 })),
  size: Type.Optional(Size),
  sort: Type.Optional(
    Type.Enum(['newest', 'ask', 'bid', 'trades'], {
      default: 'newest',
      description: 'The newest, the cheapest, the highest bid, or what was sold most, first.',
    }),
  ),
  after: Type.Optional(
    Type.String({ maxLength: 40, description: 'Where the page before ended: its `next`.' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});
const Page = Type.Object({
  products: Type.Array(Product),
  next: Type.Union([Type.String(), Type.Null()], {
    description: 'Ask again with this as `after`; null on the last page.',
  }),
});

const security = [{ apiKey: [] }, { userToken: [] }];
const backend = [{ apiKey: [] }];

/** Who calls, for the keys of a backend. */
const SERVER = { server: true } as const;

interface OfProduct {
  Params: Static<typeof Params>;
}
interface Keyed {
  Headers: Static<typeof KeyHeader>;
}

/** Adds the routes. */
export function productRoutes(app: App, shelf: Shelf, trading: Trading): void {
  const { market } = shelf;
  const { db } = market;

  app.get<{ Querystring: Static<typeof Query> }>(
    '/market/products',
    {
      schema: {
        security,
        summary: 'List products, with what is bid and asked for them',
        querystring: Query,
        response: { 200: Page },
      },
    },
    async (request) => {
      await market.callerOf(request);
      const { limit = DEFAULT_PAGE, ...query } = request.query;
      return listProducts(db, { ...query, limit });
    },
  );

  app.get<OfProduct>(
    '/market/products/:product',
    {
      schema: {
        security,
        summary: 'A product, and what is bid and asked for each of its sizes',
        params: Params,
        response: { 200: ProductState },
      },
    },
    async (request) => {
      await market.callerOf(request);
      return readState(db, await findProduct(db, request.params.product));
    },
  );

  app.post<Keyed & { Body: Static<typeof ProductInput> }>(
    '/market/products',
    {
      schema: {
        security: backend,
        summary: 'Add a product',
        headers: KeyHeader,
        body: ProductInput,
        response: { 201: ProductState },
      },
    },
    async (request, reply) => {
      await requireBackend(market, request);
      const { body, headers } = request;
      const answers = callOf(SERVER, 'POST /market/products', headers['idempotency-key'], body);
      const product = await market.transaction(
        async (transaction) => readState(transaction.db, await addProduct(shelf, transaction, body)),
        { answers },
      );
      return reply.code(201).header('location', `/api/v1/market/products/${product.id}`).send(product);
    },
  );

  app.put<OfProduct & { Body: Static<typeof ProductInput> }>(
    '/market/products/:product',
    {
      schema: {
        security: backend,
        summary: 'Set a product under an id of your own: adds it, or changes what is given',
        params: Params,
        body: ProductInput,
        response: { 200: ProductState },
      },
    },
    async (request) => {
      await requireBackend(market, request);
      const { body, params } = request;
      return market.transaction(async (transaction) => {
        const before = await lockProduct(transaction.db, params.product);
        const row =
          before && before.removed === null
            ? await changeProduct(shelf, transaction, before, body)
            : await addProduct(shelf, transaction, body, params.product);
        return readState(transaction.db, row);
      });
    },
  );

  app.patch<OfProduct & Keyed & { Body: Static<typeof ProductChange> }>(
    '/market/products/:product',
    {
      schema: {
        security: backend,
        summary: 'Change a product, such as halting its trade',
        description: 'A size for which something is bid or asked stays (`conflict`).',
        params: Params,
        headers: KeyHeader,
        body: ProductChange,
        response: { 200: ProductState },
      },
    },
    async (request) => {
      await requireBackend(market, request);
      const { body, params, headers } = request;
      const data = { ...body, product: params.product };
      const answers = callOf(SERVER, 'PATCH /market/products', headers['idempotency-key'], data);
      return market.transaction(
        async (transaction) => {
          const before = await lockProduct(transaction.db, params.product);
          if (!before || before.removed !== null) throw noProduct();
          return readState(transaction.db, await changeProduct(shelf, transaction, before, body));
        },
        { answers },
      );
    },
  );

  app.delete<OfProduct>(
    '/market/products/:product',
    {
      schema: {
        security: backend,
        summary: 'Remove a product; what is bid and asked for it is withdrawn, what was sold stays',
        params: Params,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await requireBackend(market, request);
      const { product } = request.params;
      await market.transaction(async (transaction) => {
        const row = await lockProduct(transaction.db, product);
        if (!row) throw noProduct();
        if (row.removed === null) await removeProduct(shelf, transaction, row);
      });
      // Should this server die now, another goes on with it.
      await trading.withdrawAll(product);
      return reply.code(204).send();
    },
  );
}
