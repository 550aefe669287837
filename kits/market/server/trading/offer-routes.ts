/**
 * `/market/bids` and `/market/asks`: one's own.
 *
 * @module
 */
import { type Static, Type } from '@tidings/server/kit';
import { ChangeOffer, Id, Offer, Placed, PlaceOffer, ProductId, SIDES, type Side } from '../../events.ts';
import { userOf } from '../callers.ts';
import { callOf, KeyHeader } from '../keys.ts';
import type { Market, MarketPart } from '../market-part.ts';
import { listOffers, readOffer } from './offers.ts';
import type { Trading } from './trading.ts';

type App = Parameters<NonNullable<MarketPart['routes']>>[0];

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

const Params = Type.Object({ id: Id });
const Query = Type.Object({
  status: Type.Optional(Type.Enum(['open', 'all'], { default: 'open' })),
  product_id: Type.Optional(ProductId),
  before: Type.Optional(Type.Union([Id], { description: '`next` of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});
const Page = Type.Object({
  offers: Type.Array(Offer, { description: 'The newest first.' }),
  next: Type.Union([Id, Type.Null()], { description: 'Ask again with this as `before`; null at the end.' }),
});
const Change = Type.Omit(ChangeOffer, ['id']);

const security = [{ userToken: [] }];

interface OfOffer {
  Params: Static<typeof Params>;
}
interface Keyed {
  Headers: Static<typeof KeyHeader>;
}

/** Adds the routes. */
export function offerRoutes(app: App, market: Market, trading: Trading): void {
  for (const side of SIDES) routesOf(app, market, trading, side);
}

function routesOf(app: App, market: Market, trading: Trading, side: Side): void {
  const path = `/market/${side}s`;
  const { db } = market;

  app.post<Keyed & { Body: Static<typeof PlaceOffer> }>(
    path,
    {
      schema: {
        security,
        summary: `Place ${side === 'bid' ? 'a bid: buy' : 'an ask: sell'} one pair at this price or better`,
        description: 'Of `price` and `amount` give one. It is matched at once where it can be.',
        headers: KeyHeader,
        body: PlaceOffer,
        response: { 201: Placed },
      },
    },
    async (request, reply) => {
      const { user } = await userOf(market, request);
      const placed = await trading.place(user, side, request.body, request.headers['idempotency-key']);
      return reply.code(201).header('location', `/api/v1${path}/${placed.offer.id}`).send(placed);
    },
  );

  app.get<{ Querystring: Static<typeof Query> }>(
    path,
    { schema: { security, summary: `One’s own ${side}s`, querystring: Query, response: { 200: Page } } },
    async (request) => {
      const { user } = await userOf(market, request);
      const { limit = DEFAULT_PAGE, ...query } = request.query;
      return listOffers(db, { ...query, user, side, limit });
    },
  );

  app.get<OfOffer>(
    `${path}/:id`,
    { schema: { security, summary: `One of one’s own ${side}s`, params: Params, response: { 200: Offer } } },
    async (request) => {
      const { user } = await userOf(market, request);
      return readOffer(db, { user, side, id: request.params.id });
    },
  );

  app.patch<OfOffer & Keyed & { Body: Static<typeof Change> }>(
    `${path}/:id`,
    {
      schema: {
        security,
        summary: `Give ${side === 'bid' ? 'a bid' : 'an ask'} another price`,
        description:
          'It comes after those that have that price already, and is matched at once where it can be.',
        params: Params,
        headers: KeyHeader,
        body: Change,
        response: { 200: Placed },
      },
    },
    async (request) => {
      const caller = await userOf(market, request);
      const key = { user: caller.user, side, id: request.params.id };
      const data = { ...request.body, id: key.id };
      return trading.change(
        key,
        request.body,
        callOf(caller, `PATCH ${path}`, request.headers['idempotency-key'], data),
      );
    },
  );

  app.delete<OfOffer & Keyed>(
    `${path}/:id`,
    {
      schema: {
        security,
        summary: `Cancel ${side === 'bid' ? 'a bid' : 'an ask'}`,
        params: Params,
        headers: KeyHeader,
        response: { 200: Offer },
      },
    },
    async (request) => {
      const caller = await userOf(market, request);
      const { id } = request.params;
      const answers = callOf(caller, `DELETE ${path}`, request.headers['idempotency-key'], { id });
      return trading.cancel({ user: caller.user, side, id }, answers);
    },
  );
}
