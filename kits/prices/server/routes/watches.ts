/**
 * `/prices/watches`: a user's watch list. Nobody else's can be asked for.
 *
 * @module
 */
import { Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { userOf } from '../actor.ts';
import type { Settings } from '../options.ts';
import type { Prices } from '../tables.ts';
import { endWatch, listWatches, readWatch, setWatch, Watch, WatchInput } from '../watches.ts';
import { LanguageQuery, languageFor } from './language.ts';
import { Limit, limitOf, Next } from './page.ts';

const Params = Type.Object({ product: Type.String({ description: 'The product’s id.' }) });

const ListQuery = Type.Object({
  ...LanguageQuery.properties,
  after: Type.Optional(
    Type.String({
      maxLength: 100,
      pattern: '^\\P{Cc}*$',
      description: 'Where the page before ended: its `next`.',
    }),
  ),
  limit: Limit,
});

const WatchList = Type.Object({ watches: Type.Array(Watch), next: Next });

const security = [{ userToken: [] }];

/** Adds the routes to the scope under `/api/v1`. */
export function watchRoutes(app: FastifyInstance, prices: Prices, settings: Settings): void {
  app.get<{ Querystring: Type.Static<typeof ListQuery> }>(
    '/prices/watches',
    {
      schema: {
        security,
        summary: 'Your watch list',
        querystring: ListQuery,
        response: { 200: WatchList },
      },
    },
    async (request) => {
      const user = await userOf(prices, request);
      const { after = '', limit } = request.query;
      const language = await languageFor(prices, request.query, { user }, settings);
      return listWatches(prices, user, { after, limit: limitOf(limit) }, language);
    },
  );

  app.get<{ Params: Type.Static<typeof Params>; Querystring: Type.Static<typeof LanguageQuery> }>(
    '/prices/watches/:product',
    {
      schema: {
        security,
        summary: 'Your watch on a product',
        params: Params,
        querystring: LanguageQuery,
        response: { 200: Watch },
      },
    },
    async (request) => {
      const user = await userOf(prices, request);
      const language = await languageFor(prices, request.query, { user }, settings);
      return readWatch(prices, { user, product: request.params.product }, language);
    },
  );

  app.put<{ Params: Type.Static<typeof Params>; Body: Type.Static<typeof WatchInput> }>(
    '/prices/watches/:product',
    {
      schema: {
        security,
        summary: 'Watch a product',
        description:
          'You are notified when its price falls past the threshold: once, and again only after it has been above.',
        params: Params,
        body: WatchInput,
        response: { 200: Watch },
      },
    },
    async (request) => {
      const user = await userOf(prices, request);
      const language = await languageFor(prices, {}, { user }, settings);
      const { maxWatches } = settings;
      const key = { user, product: request.params.product };
      return setWatch(prices, key, request.body, { maxWatches, language });
    },
  );

  app.delete<{ Params: Type.Static<typeof Params> }>(
    '/prices/watches/:product',
    {
      schema: {
        security,
        summary: 'Watch a product no more',
        params: Params,
        response: { 204: Type.Null({ description: 'Done.' }) },
      },
    },
    async (request, reply) => {
      const user = await userOf(prices, request);
      await endWatch(prices, { user, product: request.params.product });
      return reply.code(204).send();
    },
  );
}
