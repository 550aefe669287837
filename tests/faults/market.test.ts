/**
 * The market and `kill -9`: what is placed has one effect, and a pair is sold with everything that belongs to it, or not.
 *
 * @module
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Offer, Order, Product, Trade } from '../../kits/market/events.ts';
import { Api, type Body } from '../support/api.ts';
import { tokenFor } from '../support/credentials.ts';
import { readHistory } from '../support/read-history.ts';
import { spawnServer } from '../support/spawn-server.ts';

const KIT = join(import.meta.dirname, 'kits/mortal-market.ts');
const TRADERS = ['a', 'b', 'c', 'd'];

/** Before the commit, and so many turns of the event loop after it. */
const DEATHS = [-1, 0, 3];

/** Placements of each time that the server dies; some of them match, in whatever order they come. */
const PLACEMENTS = 16;

it('placements that come again have one effect, whenever the process died', async () => {
  const server = await spawnServer({ arguments: ['--kit', KIT] });
  const backend = new Api({ url: server.url, bearer: server.apiKey });
  const as = (user: string) => new Api({ url: server.url, bearer: tokenFor(user) });
  await backend.call('PUT', '/market/products/p', { name: 'P', currency: 'USD' });

  const placements = DEATHS.flatMap((_, death) =>
    Array.from({ length: PLACEMENTS }, (_, n) => {
      const side = n % 2 ? 'ask' : 'bid';
      return {
        side,
        user: `${side}der-${TRADERS[(n >> 1) % TRADERS.length]}`,
        price: 200 + ((n * 7 + death) % 11),
        key: `${death}-${n}`,
        death,
      };
    }),
  );
  const place = ({ side, user, price, key }: (typeof placements)[number]) =>
    as(user).post(`/market/${side}s`, { product_id: 'p', price }, { 'idempotency-key': key });
  for (const [death, turns] of DEATHS.entries()) {
    const these = placements.filter((placement) => placement.death === death);
    await as('death').post('/commands/die', { turns });
    await Promise.all(these.map((placement) => place(placement).catch(() => undefined)));
    await server.exited();
    await server.start();
    const answers = await Promise.all(these.map(place));
    expect(answers.map(({ status }) => status)).toEqual(these.map(() => 201));
    // And once more, now that all is there.
    expect((await place(these[0]!)).body).toEqual(answers[0]?.body);
  }

  const { trades } = (await backend.get('/market/products/p/trades?limit=200')).body as unknown as {
    trades: Trade[];
  };
  expect(trades.length).toBeGreaterThan(DEATHS.length);
  const matches = trades.map(({ match_id }) => match_id).toSorted((one, other) => one - other);
  const openAmounts: Record<string, number[]> = { bid: [], ask: [] };
  const sold: Record<string, number[]> = { bid: [], ask: [] };
  for (const side of ['bid', 'ask'] as const)
    for (const user of TRADERS.map((name) => `${side}der-${name}`)) {
      const api = as(user);
      const { offers } = (await api.get(`/market/${side}s?status=all&limit=200`)).body as unknown as {
        offers: Offer[];
      };
      expect(offers).toHaveLength(placements.filter((placement) => placement.user === user).length);
      openAmounts[side]?.push(
        ...offers.filter(({ status }) => status === 'open').map(({ amount }) => amount),
      );
      const own = offers.flatMap(({ match_id }) => match_id ?? []);
      sold[side]?.push(...own);
      const ascending = own.toSorted((one, other) => one - other);
      const { orders } = (await api.get('/market/orders?limit=100')).body as unknown as { orders: Order[] };
      expect(orders.map(({ order_id }) => order_id).toReversed()).toEqual(ascending);
      const told = await readHistory(backend, `user:${user}`);
      const ofMatches = (event: string) =>
        told.filter((message) => message.event === event).map(({ data }) => data as Body);
      expect(ofMatches('MATCH_CREATED').map(({ match_id }) => match_id)).toEqual(ascending);
      const notified = ofMatches('notification').filter(({ category }) => category === 'market.matches');
      expect(notified.map(({ data }) => (data as Body).match_id)).toEqual(ascending);
    }
  for (const side of ['bid', 'ask'])
    expect(sold[side]?.toSorted((one, other) => one - other)).toEqual(matches);
  const product = (await backend.get('/market/products/p')).body as unknown as Product;
  expect([product.highest_bid_amount ?? 0, product.lowest_ask_amount ?? Number.POSITIVE_INFINITY]).toEqual([
    Math.max(0, ...(openAmounts.bid as number[])),
    Math.min(Number.POSITIVE_INFINITY, ...(openAmounts.ask as number[])),
  ]);
  expect(product.highest_bid_amount ?? 0).toBeLessThan(product.lowest_ask_amount ?? Number.POSITIVE_INFINITY);

  const events = await readHistory(backend, 'sneaker:p');
  const heard = events.filter(({ event }) => event === 'MATCH_CREATED').map(({ data }) => data?.match_id);
  expect(heard).toEqual(matches);
  const lastOf = (name: string) => events.findLast(({ event }) => event === name)?.data?.amount ?? null;
  expect([lastOf('BID_UPDATED'), lastOf('ASK_UPDATED')]).toEqual([
    product.highest_bid_amount,
    product.lowest_ask_amount,
  ]);
});
