import { describe, expect, it } from 'vitest';
import type { Feed, PopularUpdated, Watch } from '../kits/market/events.ts';
import { tellAskChange } from '../kits/market/server/feed/ask-changes.ts';
import { scoreOf } from '../kits/market/server/feed/popularity.ts';
import type { Transaction } from '../kits/market/server/market-part.ts';
import type { MarketTables } from '../kits/market/server/tables.ts';
import { openDatabase } from '../packages/server/src/storage/database.ts';
import type { Body } from './support/api.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import {
  DAY,
  heard,
  laterClock,
  MINUTE,
  startTimedMarket,
  type TimedMarket,
  type TimedOptions,
} from './support/market/start-timed-market.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const configOf = bothDatabases();

let tests = 0;

describe.each(DATABASES)('the feed on %s', (kind) => {
  const start = async (more: TimedOptions = {}) => {
    tests += 1;
    const market = await startTimedMarket({ config: configOf(kind), ...more });
    const { as, backend, place, addProduct } = market;
    const [fan, seller, buyer] = [`fan-${tests}`, `seller-${tests}`, `buyer-${tests}`] as const;
    const client = await market.native(fan, {}, 'feed:deals');
    /** Drops of a product, heard for sure: what was told after them has come, too. */
    const drops = async (product: string) => {
      const mark = await addProduct({ name: `Mark ${product}` });
      await client.event(
        ({ event, data }) => event === 'NEW_PRODUCT' && (data?.product as Body | undefined)?.id === mark,
      );
      return heard(client, 'PRICE_DROP')
        .map(({ data }) => data as Body)
        .filter(({ product_id }) => product_id === product);
    };
    return {
      ...market,
      ...{ fan, seller, buyer, client, drops },
      ask: (product: string, price: number, size?: string) => place('ask', seller, product, price, size),
      cancel: async ({ offer }: Body) =>
        expect((await as(seller).call('DELETE', `/market/asks/${(offer as Body).id}`)).status).toBe(200),
      feed: async () => (await backend.get('/market/feed')).body as unknown as Feed,
      watch: (product: string, body: object, user: string = fan) =>
        as(user).call('PUT', `/market/watches/${product}`, body),
      reached: async (user: string = fan) =>
        (await market.inbox(user, 'market.watches')).map(({ title }) => title),
    };
  };

  it('tells of new products', async () => {
    const { addProduct, client, feed } = await start();
    const product = await addProduct({ name: '<b>Dunk</b> Low', brand: 'Nike' });
    const { data } = await client.event(({ data }) => (data?.product as Body | undefined)?.id === product);
    expect(data).toMatchObject({
      product: { id: product, name: '<b>Dunk</b> Low', brand: 'Nike', lowest_ask: null },
      message: 'New: <b>Dunk</b> Low',
      texts: { tr: 'Yeni: <b>Dunk</b> Low' },
    });
    expect((await feed()).newest[0]).toEqual((data as Body).product);
  });

  it('tells of a drop below the lowest of the day, once a day', async () => {
    const { addProduct, ask, cancel, drops, feed, clock } = await start();
    const product = await addProduct();
    const other = await addProduct();
    await ask(product, 200);
    // 10 % is just enough, a dollar less is not.
    await ask(product, 181);
    expect(await drops(product)).toEqual([]);
    await ask(product, 162, '43');
    const drop = {
      product_id: product,
      product_name: 'Air Jordan 1 Chicago',
      size: '43',
      price: 162,
      amount: 16_200,
      currency: 'USD',
      old_price: 181,
      old_amount: 18_100,
      percent: 10.5,
      message: 'Price dropped! Air Jordan 1 Chicago from $162',
      at: clock.now(),
    };
    expect(await drops(product)).toMatchObject([{ ...drop, texts: { uk: expect.stringContaining('162') } }]);
    const cheap = await ask(product, 100);
    expect(await drops(product)).toHaveLength(1);
    expect((await feed()).drops.filter(({ product_id }) => product_id === product)).toMatchObject([drop]);

    // The lowest of the day stays when it is gone; the next day begins with what stands then.
    await cancel(cheap);
    clock.jump(MINUTE);
    await ask(other, 100);
    await cancel(await ask(other, 95));
    await ask(other, 90);
    expect(await drops(other)).toEqual([]);
    clock.jump(DAY);
    await ask(product, 146);
    expect(await drops(product)).toHaveLength(1);
    await ask(product, 131);
    expect((await drops(product))[1]).toMatchObject({ size: '42', price: 131, old_price: 146 });
    expect(await drops(other)).toEqual([]);
    await ask(other, 81);
    expect(await drops(other)).toMatchObject([{ price: 81, old_price: 90 }]);
    clock.jump(DAY);
    expect((await feed()).drops.filter(({ product_id }) => product_id === product)).toEqual([]);
  });

  it('tells of a drop when several sizes change together', async () => {
    const { addProduct, data, clock } = await start();
    const product = await addProduct();
    const url = configOf(kind).database;
    const whole = await openDatabase({ directory: data, url, onError() {} });
    onTeardown(() => whole.destroy());
    const told: unknown[] = [];
    const transaction = {
      db: whole as unknown as Transaction['db'],
      publish: async ({ data }: { data?: unknown }) => void told.push(data),
      notify: async () => [],
    } as unknown as Transaction;
    const all = { product, name: 'Air', image: null, currency: 'USD', side: 'ask', at: clock.now() } as const;
    const both = { ...all, before: null, productBefore: 20_000, productAfter: 10_000 };
    // As two asks for two sizes do that are placed in one transaction, the cheaper one last.
    await tellAskChange(transaction, { ...both, size: '42', after: 15_000 }, 10);
    await tellAskChange(transaction, { ...both, size: '43', after: 10_000 }, 10);
    expect(told).toMatchObject([{ product_id: product, size: '43', price: 100, old_price: 200 }]);
  });

  it('tells no drop of an ask that is sold as it comes', async () => {
    const { addProduct, ask, place, buyer, drops, watch, reached } = await start();
    const product = await addProduct();
    await ask(product, 200);
    await watch(product, { price: 150 });
    await place('bid', buyer, product, 100);
    expect((await ask(product, 50)).match).toMatchObject({ price: 100 });
    expect(await drops(product)).toEqual([]);
    expect(await reached()).toEqual([]);
  });

  it('tells a watcher of an ask at or below a price, once each time', async () => {
    const { addProduct, ask, cancel, place, watch, reached, fan, buyer, as } = await start();
    const product = await addProduct();
    await ask(product, 200);
    expect((await watch(product, { price: 180 })).body).toEqual({
      product_id: product,
      product_name: 'Air Jordan 1 Chicago',
      size: null,
      price: 180,
      amount: 18_000,
      currency: 'USD',
      reached: false,
      created: expect.any(Number),
    });
    await watch(product, { amount: 17_900, size: '42' }, buyer);
    await ask(product, 181);
    expect(await reached()).toEqual([]);
    const first = await ask(product, 180, '43');
    expect(await reached()).toEqual(['Air Jordan 1 Chicago, 43: now for $180']);
    await ask(product, 170, '43');
    expect(await reached()).toHaveLength(1);
    expect((await as(fan).get('/market/watches')).body.watches).toMatchObject([
      { product_id: product, reached: true },
    ]);
    // Only of the size that is watched.
    expect(await reached(buyer)).toEqual([]);
    await ask(product, 179);
    expect(await reached(buyer)).toEqual(['Air Jordan 1 Chicago, 42: now for $179']);
    expect(await reached()).toHaveLength(1);

    // Gone in between, and there again.
    await place('bid', 'shopper', product, 170, '43');
    await cancel(first);
    await place('bid', 'shopper', product, 179);
    expect((await as(fan).get('/market/watches')).body.watches).toMatchObject([{ reached: false }]);
    const again = await ask(product, 150);
    expect(await reached()).toHaveLength(2);
    expect(await reached(buyer)).toHaveLength(2);
    expect((await as(fan).call('DELETE', `/market/watches/${product}`)).status).toBe(204);
    await cancel(again);
    await ask(product, 140);
    expect(await reached()).toHaveLength(2);
    expect(await reached(buyer)).toHaveLength(3);
  });

  it('loses no watcher to an ask that comes at the same moment', async () => {
    const { addProduct, ask, watch, reached, fan } = await start();
    const watchers = Array.from({ length: 8 }, (_, n) => `${fan}-${n}`);
    // Whatever it is called, there is room for it in a notification.
    const product = await addProduct({ name: '👟'.repeat(150) });
    const [, ...answers] = await Promise.all([
      ask(product, 90),
      ...watchers.map((user) => watch(product, { price: 100 }, user)),
    ]);
    for (const [index, user] of watchers.entries()) {
      const watched = answers[index]?.body as Watch | undefined;
      expect(await reached(user), user).toHaveLength(watched?.reached ? 0 : 1);
    }
  });

  it('refuses watches that cannot be', async () => {
    const { addProduct, watch, as, fan, native, backend } = await start({ options: { maxWatches: 2 } });
    const product = await addProduct();
    for (const body of [
      {},
      { price: 0 },
      { price: -1 },
      { price: 12.345 },
      { price: '200' },
      { price: 1, amount: 100 },
      { amount: 0.5 },
      { amount: 1e300 },
      { price: 100, size: '99' },
      { price: 100, size: '' },
    ])
      expect((await watch(product, body)).body, JSON.stringify(body)).toMatchObject({
        code: 'invalid_request',
      });
    expect((await watch('nothing', { price: 1 })).body).toMatchObject({ code: 'not_found' });
    expect((await watch(product, { price: 1 }, 'a b')).body).toMatchObject({ code: 'invalid_request' });
    const client = await native(fan);
    for (const id of [product, await addProduct()])
      expect((await client.ask('watch_product', { data: { product_id: id, price: 9 } })).ok).toBe(true);
    const third = await addProduct();
    expect((await watch(third, { price: 1 })).body).toMatchObject({ code: 'limit_reached' });
    expect((await watch(product, { price: 2 })).body).toMatchObject({ price: 2 });
    await client.ask('unwatch_product', { data: { product_id: product } });
    expect((await watch(third, { price: 1 })).status).toBe(200);
    expect(((await as(fan).get('/market/watches')).body.watches as Watch[]).length).toBe(2);
    // What is removed is not seen any more, and does not count.
    expect((await backend.call('DELETE', `/market/products/${third}`)).status).toBe(204);
    expect((await watch(await addProduct(), { price: 1 })).status).toBe(200);
  });

  it('ranks what is traded, bid for and looked at, and tells when the order changes', async () => {
    const { addProduct, place, sell, client, feed, clock, native, seller, buyer, backend } = await start();
    const [one, two, three] = [await addProduct(), await addProduct(), await addProduct()] as const;
    const ours: readonly string[] = [one, two, three];
    const ranked = (products: readonly { product_id: string }[]) =>
      products.map(({ product_id }) => product_id).filter((id) => ours.includes(id));
    /** Waits until a ranking is told. A turn that comes while the one before is still at work is left out. */
    const told = async (expected: readonly string[]) => {
      const newest = () =>
        (heard(client, 'POPULAR_UPDATED').at(-1)?.data as PopularUpdated | undefined)?.products;
      await expect
        .poll(() => {
          clock.jump(10_000);
          return ranked(newest() ?? []);
        })
        .toEqual(expected);
      return newest() ?? [];
    };
    await sell(one, buyer, seller);
    await place('bid', buyer, two, 10);
    const products = await told([one, two]);
    // A pair sold counts more than a bid; and a bid more that is there, too.
    expect(products.find(({ product_id }) => product_id === one)?.score).toBeCloseTo(12, 1);
    expect(products.find(({ product_id }) => product_id === two)?.score).toBeCloseTo(2, 1);
    const { popular } = await feed();
    expect(popular.map(({ id }) => id).filter((id) => ours.includes(id))).toEqual([one, two]);

    // Channels of what is no product may be followed, too.
    const viewers = await Promise.all(
      [1, 2].map((n) => native(`viewer-${tests}-${n}`, {}, `sneaker:${three}`, 'sneaker:nothing')),
    );
    await told([one, two, three]);
    for (let n = 0; n < 6; n += 1) await place('bid', `${buyer}-${n}`, two, 10 + n);
    await told([two, one, three]);
    for (const viewer of viewers) viewer.ws.close();
    // A day later what is new counts more.
    clock.jump(2 * DAY);
    for (let n = 0; n < 3; n += 1) await place('bid', `${buyer}-${n}`, three, 10 + n);
    await told([three, two, one]);
    expect((await backend.call('DELETE', `/market/products/${two}`)).status).toBe(204);
    await told([three, one]);
  });
});

it('two servers of one database tell and count everything once', { timeout: 60_000 }, async () => {
  const clock = laterClock();
  const config = configOf('PostgreSQL');
  const servers = await Promise.all([1, 2].map(() => startTimedMarket({ clock, config })));
  const [one, other] = servers as [TimedMarket, TimedMarket];
  const product = await one.addProduct();
  await one.place('ask', 'seller', product, 200);
  const fans = ['two-fan-1', 'two-fan-2'] as const;
  for (const fan of fans) await one.as(fan).call('PUT', `/market/watches/${product}`, { price: 150 });
  // Below the price of the watch and that of a drop, all of them, in either size.
  const asks = Array.from({ length: 12 }, (_, n) => n);
  await Promise.all(
    asks.map((n) => servers[n % 2]?.place('ask', `seller-${n}`, product, 100 + n, n % 3 ? '42' : '43')),
  );
  for (const fan of fans) expect(await other.inbox(fan, 'market.watches'), fan).toHaveLength(1);
  const { drops } = (await other.backend.get('/market/feed')).body as unknown as Feed;
  expect(drops.filter(({ product_id }) => product_id === product)).toHaveLength(1);

  await Promise.all(servers.map(({ place }, n) => place('bid', `buyer-${n}`, product, 111)));
  const db = await openDatabase({ directory: temporaryDirectory(), url: config.database, onError() {} });
  onTeardown(() => db.destroy());
  const score = async () => {
    const row = await db
      .withTables<Pick<MarketTables, 'market_popularity'>>()
      .selectFrom('market_popularity')
      .select('level')
      .where('product', '=', product)
      .executeTakeFirst();
    return row ? scoreOf(row.level, clock.now()) : 0;
  };
  clock.jump(10_000);
  // Two pairs sold, and two bids for them.
  await expect.poll(score).toBeCloseTo(24, 0);
  clock.jump(10_000);
  // Who goes waits for what it has begun.
  for (const { stop } of servers) await stop();
  expect(await score()).toBeCloseTo(24, 0);
});
