/**
 * `/market/orders`, and the same as a command.
 *
 * @module
 */
import { type CommandDefinition, defineCommand, type Static, Type } from '@tidings/server/kit';
import { Id, Order, OrderStatus, UpdateOrder, UserId } from '../../events.ts';
import { actorOf, callingUser } from '../callers.ts';
import { callOf, KeyHeader } from '../keys.ts';
import type { Market, MarketPart } from '../market-part.ts';
import { listOrders, readOrder } from './orders.ts';
import { setOrderStatus } from './set-status.ts';

type App = Parameters<NonNullable<MarketPart['routes']>>[0];

const DEFAULT_PAGE = 20;
const MAX_PAGE = 100;

const Params = Type.Object({ order: Id });
const Query = Type.Object({
  user: Type.Optional(Type.Union([UserId], { description: 'For backends: whose orders.' })),
  role: Type.Optional(Type.Enum(['buyer', 'seller'])),
  status: Type.Optional(OrderStatus),
  before: Type.Optional(Type.Union([Id], { description: '`next` of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});
const Page = Type.Object({
  orders: Type.Array(Order),
  next: Type.Union([Id, Type.Null()], { description: 'Ask again with this as `before`; null at the end.' }),
});
const Body = Type.Omit(UpdateOrder, ['order_id']);

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes. */
export function orderRoutes(app: App, market: Market): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/market/orders',
    {
      schema: {
        security,
        summary: 'One’s orders, the newest first; for backends everybody’s',
        querystring: Query,
        response: { 200: Page },
      },
    },
    async (request) => {
      const { limit = DEFAULT_PAGE, ...query } = request.query;
      return listOrders(market.db, await actorOf(market, request), { ...query, limit });
    },
  );

  app.get<{ Params: Static<typeof Params> }>(
    '/market/orders/:order',
    { schema: { security, summary: 'One order with its steps', params: Params, response: { 200: Order } } },
    async (request) => readOrder(market.db, await actorOf(market, request), request.params.order),
  );

  app.post<{
    Params: Static<typeof Params>;
    Headers: Static<typeof KeyHeader>;
    Body: Static<typeof Body>;
  }>(
    '/market/orders/:order/status',
    {
      schema: {
        security,
        summary: 'Take a step of an order; for payment backends, sellers and buyers',
        description:
          'A repeat of a step that was taken has no effect, and is answered with the order as it is. `conflict`: the step does not follow. `forbidden`: it is somebody else’s.',
        params: Params,
        headers: KeyHeader,
        body: Body,
        response: { 200: Order },
      },
    },
    async (request) => {
      const actor = await actorOf(market, request);
      const update = { ...request.body, order_id: request.params.order };
      const key = request.headers['idempotency-key'];
      return setOrderStatus(market, actor, update, callOf(actor, 'POST /market/orders/status', key, update));
    },
  );
}

/** The commands. */
export function orderCommands(market: Market): readonly CommandDefinition[] {
  return [
    defineCommand({
      name: 'update_order',
      summary:
        'Take a step of an order: a seller ships, a buyer cancels what is not paid, or has received it.',
      data: UpdateOrder,
      authenticated: true,
      handle: (data, context) => setOrderStatus(market, callingUser(context.identity), data, context),
    }) as CommandDefinition,
  ];
}
