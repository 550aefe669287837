/**
 * `/prices/products`: add, list, read and change products, and their history.
 *
 * @module
 */
import { sql, TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { fold } from '../../../shared/server/fold.ts';
import { ProductState } from '../../events.ts';
import { actorOf } from '../actor.ts';
import { History, HistoryQuery, readHistory } from '../history.ts';
import { callOf, KeyHeader } from '../keys.ts';
import type { Settings } from '../options.ts';
import {
  addProduct,
  changeProduct,
  findProduct,
  lockProduct,
  noProduct,
  ProductChange,
  ProductInput,
  productView,
} from '../products.ts';
import { shopsOf, withShop } from '../shops.ts';
import type { Prices } from '../tables.ts';
import { LanguageQuery, languageFor } from './language.ts';
import { Limit, limitOf, Next } from './page.ts';

const Params = Type.Object({ product: Type.String({ description: 'The product’s id.' }) });

const ListQuery = Type.Object({
  ...LanguageQuery.properties,
  search: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Part of the name or the brand; case and accents do not matter.',
    }),
  ),
  owner: Type.Optional(Type.String({ maxLength: 200, description: 'Only those this user added.' })),
  after: Type.Optional(
    Type.String({ pattern: '^\\d{1,15}$', description: 'Where the page before ended: its `next`.' }),
  ),
  limit: Limit,
});

const ProductList = Type.Object({
  products: Type.Array(ProductState, { description: 'The newest first.' }),
  next: Next,
});

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes to the scope under `/api/v1`. */
export function productRoutes(app: FastifyInstance, prices: Prices, settings: Settings): void {
  app.get<{ Querystring: Type.Static<typeof ListQuery> }>(
    '/prices/products',
    {
      schema: {
        security,
        summary: 'List products',
        querystring: ListQuery,
        response: { 200: ProductList },
      },
    },
    async (request) => {
      const { identity } = await prices.callerOf(request);
      const { search, owner, after, limit } = request.query;
      const size = limitOf(limit);
      let query = prices.db.selectFrom('prices_products').selectAll();
      if (after !== undefined) query = query.where('id', '<', Number(after));
      if (owner !== undefined) query = query.where('owner', '=', printable(owner));
      for (const word of fold(search ?? '').split(/\s+/u))
        if (word !== '') query = query.where(sql<boolean>`search like ${containing(word)} escape '\\'`);
      const rows = await query
        .orderBy('id', 'desc')
        .limit(size + 1)
        .execute();
      const language = await languageFor(prices, request.query, identity, settings);
      const page = rows.slice(0, size);
      const last = page.at(-1);
      const shops = await shopsOf(
        prices.db,
        page.map(({ product }) => product),
      );
      return {
        products: page.map((row) => ({
          ...productView(row, language),
          shop: shops.get(row.product) ?? null,
        })),
        ...(rows.length > size && last ? { next: String(last.id) } : {}),
      };
    },
  );

  app.post<{ Body: Type.Static<typeof ProductInput>; Headers: Type.Static<typeof KeyHeader> }>(
    '/prices/products',
    {
      schema: {
        security,
        summary: 'Add a product',
        description: 'A backend, or a user, whose it is then.',
        headers: KeyHeader,
        body: ProductInput,
        response: { 201: ProductState },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(prices, request);
      const act = { settings, actor, now: prices.clock.now() };
      const language = await languageFor(prices, {}, actor, settings);
      const answers = callOf(actor, request.headers['idempotency-key'], ['add', request.body]);
      const product = await prices.transaction(
        async (transaction) =>
          withShop(transaction.db, productView(await addProduct(transaction, act, request.body), language)),
        { answers },
      );
      return reply.code(201).header('location', `/api/v1/prices/products/${product.id}`).send(product);
    },
  );

  app.get<{ Params: Type.Static<typeof Params>; Querystring: Type.Static<typeof LanguageQuery> }>(
    '/prices/products/:product',
    {
      schema: {
        security,
        summary: 'Read a product',
        params: Params,
        querystring: LanguageQuery,
        response: { 200: ProductState },
      },
    },
    async (request) => {
      const { identity } = await prices.callerOf(request);
      const row = await findProduct(prices.db, request.params.product);
      const language = await languageFor(prices, request.query, identity, settings);
      return withShop(prices.db, productView(row, language));
    },
  );

  app.put<{ Params: Type.Static<typeof Params>; Body: Type.Static<typeof ProductInput> }>(
    '/prices/products/:product',
    {
      schema: {
        security,
        summary: 'Set a product under an id of your own',
        description: 'Adds it, or changes all of it. Of a product that is there, its owner or a backend.',
        params: Params,
        body: ProductInput,
        response: { 200: ProductState },
      },
    },
    async (request) => {
      const actor = await actorOf(prices, request);
      const act = { settings, actor, now: prices.clock.now() };
      const language = await languageFor(prices, {}, actor, settings);
      const { brand = null, url = null, image = null, ...input } = request.body;
      const whole = { brand, url, image, ...input };
      return prices.transaction(async (transaction) => {
        const { product } = request.params;
        const row = await lockProduct(transaction, product);
        const after = row
          ? await changeProduct(transaction, act, row, whole)
          : await addProduct(transaction, act, whole, product);
        return withShop(transaction.db, productView(after, language));
      });
    },
  );

  app.patch<{
    Params: Type.Static<typeof Params>;
    Body: Type.Static<typeof ProductChange>;
    Headers: Type.Static<typeof KeyHeader>;
  }>(
    '/prices/products/:product',
    {
      schema: {
        security,
        summary: 'Change a product, such as its price',
        description:
          'Its owner, or a backend. A new price is heard as `price_update`, a lower one as `price_drop` too, and the watchers whose threshold it crosses are notified.',
        params: Params,
        headers: KeyHeader,
        body: ProductChange,
        response: { 200: ProductState },
      },
    },
    async (request) => {
      const { body, params, headers } = request;
      const actor = await actorOf(prices, request);
      const act = { settings, actor, now: prices.clock.now() };
      const language = await languageFor(prices, {}, actor, settings);
      const answers = callOf(actor, headers['idempotency-key'], ['change', params.product, body]);
      return prices.transaction(
        async (transaction) => {
          const row = await lockProduct(transaction, params.product);
          if (!row) throw noProduct();
          const after = await changeProduct(transaction, act, row, body);
          return withShop(transaction.db, productView(after, language));
        },
        { answers },
      );
    },
  );

  app.get<{ Params: Type.Static<typeof Params>; Querystring: HistoryQuery }>(
    '/prices/products/:product/history',
    {
      schema: {
        security,
        summary: 'What a product cost',
        params: Params,
        querystring: HistoryQuery,
        response: { 200: History },
      },
    },
    async (request) => {
      await prices.callerOf(request);
      const { product, currency } = await findProduct(prices.db, request.params.product);
      const { from, to } = request.query;
      if (from !== undefined && to !== undefined && from > to)
        throw new TidingsError('invalid_request', 'The part of the history ends before it begins.');
      return { currency, points: await readHistory(prices.db, product, request.query) };
    },
  );
}

/** Taken by every database: PostgreSQL has no NUL in a text. */
function printable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

/** A pattern for what contains a text. */
function containing(text: string): string {
  return `%${printable(text).replace(/[\\%_]/g, '\\$&')}%`;
}
