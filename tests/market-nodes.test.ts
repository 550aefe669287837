import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenOffer, OrderBook } from '../kits/market/server/book/order-book.ts';
import type { MarketTables } from '../kits/market/server/tables.ts';
import { openDatabase } from '../packages/server/src/storage/database.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import type { Body } from './support/api.ts';
import { JumpingClock } from './support/jumping-clock.ts';
import { startTimedMarket } from './support/market/start-timed-market.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const USERS = 12;
const PLACEMENTS = 100;
const SIZES = ['42', '43'];

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres.stop());

it('two servers of one database keep one book', { timeout: 60_000 }, async () => {
  const clock = new JumpingClock(Date.UTC(2026, 10, 20, 12));
  const config = { database: postgres.url };
  const options = { actionsPerMinute: 10_000 };
  const servers = await Promise.all([
    startTimedMarket({ clock, config, options }),
    startTimedMarket({ clock, config, options }),
  ]);
  const product = await servers[0].addProduct({ sizes: SIZES });

  // Each placement is sent to both at once, under one key.
  const answers = await Promise.all(
    Array.from({ length: 2 * PLACEMENTS }, (_, n) => {
      const which = n >> 1;
      const server = servers[n % 2]!;
      const body = { product_id: product, size: SIZES[which % 2], price: 200 + ((which * 37) % 21) };
      return server
        .as(`user${which % USERS}`)
        .post(`/market/${which % 3 ? 'bid' : 'ask'}s`, body, { 'idempotency-key': `k${which}` });
    }),
  );
  for (const { status, body } of answers)
    expect([201, body.code]).toContain(status === 201 ? 201 : 'self_match');
  for (let n = 0; n < answers.length; n += 2)
    if (answers[n]?.status === 201 && answers[n + 1]?.status === 201)
      expect(answers[n]?.body).toEqual(answers[n + 1]?.body);

  const directory = temporaryDirectory();
  const whole = await openDatabase({ directory, url: postgres.url, onError() {} });
  onTeardown(() => whole.destroy());
  const db =
    whole.withTables<
      Pick<MarketTables, 'market_offers' | 'market_matches' | 'market_books' | 'market_orders'>
    >();
  const keys = await db.selectFrom('market_offers').select(['user', 'key']).execute();
  expect(new Set(keys.map(({ user, key }) => `${user} ${key}`)).size).toBe(keys.length);
  for (const size of SIZES) {
    const offers = await db
      .selectFrom('market_offers')
      .selectAll()
      .where('size', '=', size)
      .orderBy('turn')
      .execute();
    const matches = await db.selectFrom('market_matches').selectAll().where('size', '=', size).execute();
    expect(matches.length).toBeGreaterThan(5);
    const book = new OrderBook<OpenOffer & { readonly id: number }>();
    const replayed = offers.flatMap((row) => {
      const { id, side, user, amount, expires } = row;
      const { offer, met } = book.place({ id, side, user, amount, expires });
      expect(offer.turn).toBe(row.turn);
      if (!met) return [];
      const [bid, ask] = side === 'bid' ? [offer, met] : [met, offer];
      return [
        { bid: bid.id, ask: ask.id, amount: met.amount, taker: side, buyer: bid.user, seller: ask.user },
      ];
    });
    expect(replayed).toEqual(
      matches
        .sort((one, other) => one.version - other.version)
        .map(({ bid, ask, amount, taker, buyer, seller }) => ({ bid, ask, amount, taker, buyer, seller })),
    );
    const open = offers.filter(({ status }) => status === 'open').map(({ id }) => id);
    const waiting = [...book.offers('bid'), ...book.offers('ask')].map(({ id }) => id);
    expect(waiting.sort((one, other) => one - other)).toEqual(open.sort((one, other) => one - other));
    const row = await db
      .selectFrom('market_books')
      .selectAll()
      .where('size', '=', size)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({
      version: book.version,
      best_bid: book.best('bid'),
      best_ask: book.best('ask'),
      trades: matches.length,
    });
  }
  const orders = await db.selectFrom('market_orders').select('id').execute();
  const sold = await db.selectFrom('market_matches').select('id').execute();
  expect(orders.map(({ id }) => id).sort()).toEqual(sold.map(({ id }) => id).sort());
});

it('what is asked for at once, on whichever server, stays within its limits, and a key is for one thing', {
  timeout: 60_000,
}, async () => {
  const clock = new JumpingClock(Date.UTC(2027, 10, 20, 12));
  const config = { database: postgres.url };
  const options = { maxTickets: 3, maxWatches: 3 };
  const servers = await Promise.all([1, 2].map(() => startTimedMarket({ clock, config, options })));
  const of = (n: number) => servers[n % 2]!.as('eager');
  const products: string[] = [];
  for (let n = 0; n < 12; n += 1) products.push(await servers[0]!.addProduct());
  const codes = async (asking: readonly Promise<{ readonly status: number; readonly body: Body }>[]) =>
    (await Promise.all(asking)).map(({ status, body }) => (status < 300 ? 'taken' : body.code)).sort();
  const limited = [...Array(9).fill('limit_reached'), ...Array(3).fill('taken')];
  expect(await codes(products.map((_, n) => of(n).post('/market/tickets', { subject: 'Help' })))).toEqual(
    limited,
  );
  expect(
    await codes(products.map((id, n) => of(n).call('PUT', `/market/watches/${id}`, { price: 9 }))),
  ).toEqual(limited);
  const bid = (id: string, n: number) =>
    of(n).post('/market/bids', { product_id: id, size: '42', price: 9 }, { 'idempotency-key': 'one' });
  expect(await codes(products.map(bid))).toEqual([...Array(11).fill('key_conflict'), 'taken']);
});
