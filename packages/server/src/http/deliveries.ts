/**
 * `/deliveries`: what goes to users' devices and by mail, and how that went.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { type Delivery, DeliveryView, DeliveryWithLog, STATES } from '../features/delivery/index.ts';
import { problems } from './answers.ts';
import { requireServer } from './caller.ts';
import { DEFAULT_LIMIT, Limit } from './page.ts';
import type { HttpParts } from './parts.ts';

const DeliveryList = Type.Object({
  deliveries: Type.Array(DeliveryView, { description: 'Those of the newest notifications first.' }),
  next: Type.Optional(
    Type.String({ description: 'Ask again with this as `after`; absent on the last page.' }),
  ),
});

const ListQuery = Type.Object(
  {
    user: Type.Optional(Type.String()),
    notification: Type.Optional(Type.String()),
    state: Type.Optional(Type.Enum([...STATES])),
    courier: Type.Optional(Type.Enum(['push', 'email'])),
    after: Type.Optional(
      Type.String({ maxLength: 64, description: 'Where the page before ended: its `next`.' }),
    ),
    limit: Limit,
  },
  { additionalProperties: false },
);

const DeliveryParams = Type.Object({ id: Type.String() });

const tags = ['deliveries'];
const security = [{ apiKey: [] }];

/** Adds the routes to a scope under `/api/v1`. */
export function deliveryRoutes(
  app: FastifyInstance,
  parts: HttpParts & { readonly delivery: Delivery },
): void {
  const { delivery } = parts;
  const onRequest = requireServer(parts);

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/deliveries',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'List deliveries',
        querystring: ListQuery,
        response: { 200: DeliveryList, ...problems('invalid_request', 'invalid_api_key') },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, ...query } }) => {
      const found = await delivery.list({ ...query, limit: limit + 1 });
      const deliveries = found.slice(0, limit);
      const last = deliveries.at(-1);
      return { deliveries, ...(found.length > limit && last ? { next: last.id } : {}) };
    },
  );

  app.get<{ Params: Static<typeof DeliveryParams> }>(
    '/deliveries/:id',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'Read a delivery and its log',
        params: DeliveryParams,
        response: { 200: DeliveryWithLog, ...problems('invalid_api_key', 'not_found') },
      },
    },
    async ({ params }) => delivery.read(params.id),
  );

  app.post<{ Params: Static<typeof DeliveryParams> }>(
    '/deliveries/:id/resend',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'Send a delivery again',
        description:
          'At once and whether or not it was seen; what has expired, or the user does not want, is not sent all the same.',
        params: DeliveryParams,
        response: { 200: DeliveryWithLog, ...problems('invalid_request', 'invalid_api_key', 'not_found') },
      },
    },
    async ({ params }) => delivery.resend(params.id),
  );
}
