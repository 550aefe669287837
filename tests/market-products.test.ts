import { describe, expect, it } from 'vitest';
import type { Body } from './support/api.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import { HOUR, MINUTE, startTimedMarket } from './support/market/start-timed-market.ts';

const configOf = bothDatabases();

interface Page {
  readonly products: readonly { readonly id: string; readonly name: string }[];
  readonly next: string | null;
}

describe.each(DATABASES)('products on %s', (kind) => {
  const start = () => startTimedMarket({ config: configOf(kind) });

  it('are added, changed and removed by a backend alone', async () => {
    const market = await start();
    const { backend } = market;
    const id = `${kind}-jordan`;
    const input = { name: 'Air Jordan 1', brand: 'Nike', currency: 'USD', retail_amount: 18_000 };
    expect((await market.as('ayse').post('/market/products', input)).body).toMatchObject({
      code: 'invalid_api_key',
    });
    const added = await backend.call('PUT', `/market/products/${id}`, input);
    expect(added.body).toMatchObject({
      ...{ id, name: 'Air Jordan 1', brand: 'Nike', retail_price: 180, sizes: ['one size'], halted: false },
      ...{
        tick: 100,
        min_amount: 100,
        max_amount: 10_000_000,
        highest_bid: null,
        lowest_ask: null,
        trades: 0,
      },
      by_size: [{ size: 'one size', highest_bid: null, version: 0 }],
    });
    // What comes in one size needs none.
    const api = market.as(`${kind}-ayse`);
    expect((await api.post('/market/bids', { product_id: id, price: 150 })).status).toBe(201);
    const patch = (fields: object) => backend.call('PATCH', `/market/products/${id}`, fields);
    expect((await patch({ sizes: ['42'] })).body).toMatchObject({ code: 'conflict' });
    expect((await patch({ sizes: ['one size', '42'], image: '/jordan.png' })).body).toMatchObject({
      sizes: ['one size', '42'],
      image: '/jordan.png',
      highest_bid: 150,
    });
    expect(
      (await backend.call('PUT', `/market/products/${id}`, { ...input, currency: 'EUR' })).body,
    ).toMatchObject({
      code: 'conflict',
    });
    const again = { 'idempotency-key': `${kind}-new` };
    const [one, other] = await Promise.all([1, 2].map(() => backend.post('/market/products', input, again)));
    expect(other?.body).toEqual(one?.body);
    expect((await backend.call('DELETE', `/market/products/${id}`)).status).toBe(204);
    for (const method of ['GET', 'PATCH', 'PUT'])
      expect(
        (await backend.call(method, `/market/products/${id}`, method === 'GET' ? undefined : input)).status,
      ).toBeGreaterThanOrEqual(400);
    expect((await api.get('/market/bids?status=all')).body).toMatchObject({
      offers: [{ status: 'withdrawn' }],
    });
  });

  it('are listed by name, brand, size and price, page by page', async () => {
    const market = await start();
    const brand = `${kind} Brand`;
    const names = ['Çift A', 'Pair B', 'Pair C', 'Pair D', 'Pair E'];
    const ids: string[] = [];
    for (const [n, name] of names.entries())
      ids.push(await market.addProduct({ name: `${kind} ${name}`, brand, sizes: n < 2 ? ['4'] : ['42'] }));
    const [a, b, c, d, e] = ids as [string, string, string, string, string];
    const list = async (query: string) => {
      const path = `/market/products?brand=${encodeURIComponent(brand)}&${query}`;
      return (await market.backend.get(path)).body as unknown as Page;
    };
    const found = async (query: string) => (await list(query)).products.map(({ id }) => id);
    expect(await found('')).toEqual([e, d, c, b, a]);
    expect(await found('search=cift')).toEqual([a]);
    expect(await found('search=%25')).toEqual([]);
    expect(await found('size=4')).toEqual([b, a]);
    const user = `${kind}-lister`;
    await market.place('ask', user, b, 300, '4');
    await market.place('ask', user, c, 200);
    await market.place('bid', user, d, 90);
    await market.place('bid', user, e, 95);
    await market.sell(a, `${kind}-x`, `${kind}-y`, 50).catch(() => undefined);
    expect(await found('sort=ask')).toEqual([c, b, e, d, a]);
    expect(await found('sort=bid')).toEqual([e, d, c, b, a]);
    for (const sort of ['newest', 'ask', 'bid', 'trades']) {
      const all = await found(`sort=${sort}`);
      const pages: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const page: Page = await list(`sort=${sort}&limit=2${next && `&after=${next}`}`);
        pages.push(...page.products.map(({ id }) => id));
        next = page.next;
      }
      expect(pages).toEqual(all);
    }
    expect((await market.backend.get('/market/products?after=x')).body).toMatchObject({
      code: 'invalid_request',
    });
    expect(await found('search=%00')).toEqual([]);
  });

  it('have a book, trades and candles', async () => {
    const market = await start();
    const product = await market.addProduct();
    const users = ['seller', 'buyer'].map((user) => `${kind}-${user}`) as [string, string];
    const base = Math.ceil(market.clock.now() / HOUR) * HOUR;
    const sales = [
      [0, 200],
      [MINUTE, 230],
      [2 * MINUTE, 190],
      [3 * MINUTE, 210],
      [2 * HOUR, 220],
    ] as const;
    for (const [at, price] of sales) {
      market.clock.jumpTo(new Date(base + at).toISOString());
      await market.sell(product, users[1], users[0], price);
    }
    const path = `/market/products/${product}`;
    const candles = async (query: string) =>
      (await market.backend.get(`${path}/candles?${query}`)).body.candles;
    expect(await candles('interval=1h')).toEqual([
      { at: base, open: 200, high: 230, low: 190, close: 210, trades: 4 },
      { at: base + 2 * HOUR, open: 220, high: 220, low: 220, close: 220, trades: 1 },
    ]);
    expect(await candles(`interval=1m&from=${base + MINUTE}&to=${base + 3 * MINUTE}&size=42`)).toMatchObject([
      { at: base + MINUTE, close: 230 },
      { at: base + 2 * MINUTE, close: 190 },
    ]);
    expect(await candles('size=43')).toEqual([]);
    const first = (await market.backend.get(`${path}/trades?limit=3`)).body as {
      trades: Body[];
      next: number;
    };
    expect(first.trades.map(({ price }) => price)).toEqual([220, 210, 190]);
    expect(JSON.stringify(first)).not.toContain(users[0]);
    const rest = (await market.backend.get(`${path}/trades?before=${first.next}`)).body as { trades: Body[] };
    expect(rest).toMatchObject({ trades: [{ price: 230 }, { price: 200 }], next: null });

    for (const price of [205, 204, 205]) await market.place('bid', users[1], product, price);
    await market.place('ask', users[0], product, 240, '43');
    expect((await market.backend.get(`${path}/book?size=42&levels=1`)).body).toMatchObject({
      bids: [{ price: 205, amount: 20_500, count: 2 }],
      asks: [],
      currency: 'USD',
    });
    expect((await market.backend.get(path)).body).toMatchObject({
      ...{ highest_bid: 205, lowest_ask: 240, last_sale: 220, last_sale_at: base + 2 * HOUR, trades: 5 },
      by_size: [
        { size: '42', highest_bid: 205, lowest_ask: null, last_sale: 220 },
        { size: '43', highest_bid: null, lowest_ask: 240, last_sale: null },
      ],
    });
    expect((await market.backend.get(`${path}/book`)).body).toMatchObject({ code: 'invalid_request' });
    const backwards = await market.backend.get(`${path}/candles?from=2&to=1`);
    expect(backwards.body).toMatchObject({ code: 'invalid_request' });
  });
});
