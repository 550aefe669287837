/**
 * `/prices/imports`: many prices at once.
 *
 * @module
 */
import { Readable } from 'node:stream';
import { TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { CURRENCIES } from '../../../shared/server/money/money.ts';
import { Import } from '../../events.ts';
import { actorOf } from '../actor.ts';
import type { Imports } from '../imports.ts';
import { KeyHeader } from '../keys.ts';
import type { Prices } from '../tables.ts';

const Params = Type.Object({ import: Type.String({ pattern: '^[0-9a-f-]{1,64}$' }) });

/** What an import may be written in. */
const TYPE = /^\s*(text\/csv|application\/x-ndjson)\s*(?:;|$)/i;

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;

const Query = Type.Object({
  currency: Type.Optional(
    Type.String({ pattern: '^[A-Z]{3}$', description: 'Of prices that name none, ISO 4217.' }),
  ),
  locale: Type.Optional(
    Type.String({
      maxLength: 35,
      pattern: '^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$',
      description:
        'How numbers are written that can be read in two ways, BCP 47: `tr` makes 1.299 a thousand.',
    }),
  ),
});

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes to the scope under `/api/v1`. */
export function importRoutes(app: FastifyInstance, prices: Prices, imports: Imports): void {
  // Read by the route as it comes, and not into memory.
  app.addContentTypeParser(TYPE, (_request, body, done) => done(null, body));

  app.post<{ Headers: Type.Static<typeof KeyHeader>; Querystring: Type.Static<typeof Query> }>(
    '/prices/imports',
    {
      schema: {
        security,
        summary: 'Import products and prices',
        description:
          'The body is `text/csv` whose first line names the columns, or `application/x-ndjson`: `id`, `sku` or `url`, `price`, and maybe `currency`, `name`, `brand`. A product that is there is changed, another one added. A row that is refused is told with its line, the others are done. The answer comes once the body is there; how far the import is, is told on `import:ID`.',
        consumes: ['text/csv', 'application/x-ndjson'],
        headers: KeyHeader,
        querystring: Query,
        response: { 202: Import },
      },
    },
    async (request, reply) => {
      try {
        const actor = await actorOf(prices, request);
        const given = request.headers['content-type'] ?? '';
        const type = TYPE.exec(given)?.[1]?.toLowerCase();
        const charset = CHARSET.exec(given)?.[1] ?? 'utf-8';
        const { body } = request;
        if (type === undefined || !(body instanceof Readable) || !isCharset(charset))
          throw new TidingsError(
            'unsupported_media_type',
            'The body must be text/csv or application/x-ndjson, in a charset that there is.',
          );
        const { currency, locale } = request.query;
        if (currency !== undefined && !CURRENCIES.has(currency))
          throw new TidingsError('invalid_request', `There is no currency ${currency}.`);
        const report = await imports.receive(actor, {
          format: type === 'text/csv' ? 'csv' : 'jsonl',
          ...{ charset, currency, locale, stream: body },
          key: request.headers['idempotency-key'],
        });
        return await reply.code(202).header('location', `/api/v1/prices/imports/${report.id}`).send(report);
      } catch (error) {
        // What of the body is still on its way would stand before the next request.
        reply.header('connection', 'close');
        throw error;
      }
    },
  );

  app.get<{ Params: Type.Static<typeof Params> }>(
    '/prices/imports/:import',
    {
      schema: {
        security,
        summary: 'How far an import is',
        description: 'Of a user’s own; a backend is told of all.',
        params: Params,
        response: { 200: Import },
      },
    },
    async (request) => imports.read(await actorOf(prices, request), request.params.import),
  );
}

function isCharset(label: string): boolean {
  try {
    return new TextDecoder(label) !== undefined;
  } catch {
    return false;
  }
}
