import { beforeAll, describe, expect, it } from 'vitest';
import type { Offer } from '../kits/market/events.ts';
import { startTimedMarket, type TimedMarket } from './support/market/start-timed-market.ts';

describe('the market refuses, and nothing is written:', () => {
  let market: TimedMarket;
  let product: string;
  beforeAll(async () => {
    market = await startTimedMarket({ options: { actionsPerMinute: 10_000 } });
    product = await market.addProduct({ tick: 50, min_amount: 1000, max_amount: 100_000 });
  });

  const bid = (fields: string) => `{"product_id": ${JSON.stringify(product)}, "size": "42", ${fields}}`;

  it.each([
    ['a price of nothing', '"price": 0'],
    ['less than nothing', '"price": -1'],
    ['no number', '"price": null'],
    ['more than any number', '"price": 1e400'],
    ['more digits than the currency has', '"price": 12.345'],
    ['a text', '"price": "200"'],
    ['a list', '"price": [200]'],
    ['less than the bound', '"price": 9.5'],
    ['more than the bound', '"price": 1001'],
    ['off the tick', '"price": 20.25'],
    ['a fraction of minor units', '"amount": 2000.5'],
    ['more than can be exact', '"amount": 9007199254740993'],
    ['two prices', '"price": 20, "amount": 2000'],
    ['none', '"days": 3'],
    ['more days than may be', '"price": 20, "days": 91'],
  ])('%s', async (_, fields) => {
    const answer = await market.as('ayse').call('POST', '/market/bids', bid(fields));
    expect(answer.body, answer.text).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it('a product or a size that is not there', async () => {
    const place = async (fields: object) => {
      const { body } = await market
        .as('ayse')
        .post('/market/asks', { product_id: product, price: 20, ...fields });
      return body.code;
    };
    expect(await place({ size: '42', product_id: 'nothing' })).toBe('not_found');
    expect(await place({ size: '42', product_id: '../x' })).toBe('invalid_request');
    expect(await place({ size: '42', product_id: `${product}\0` })).toBe('invalid_request');
    expect(await place({ size: '44' })).toBe('invalid_request');
    expect(await place({ size: '' })).toBe('invalid_request');
    expect(await place({})).toBe('invalid_request');
  });

  it('nobody, a backend, and a user whom nobody could tell of a match', async () => {
    const body = { product_id: product, size: '42', price: 20 };
    expect((await market.backend.post('/market/bids', body)).body).toMatchObject({ code: 'unauthenticated' });
    expect((await market.as('two words').post('/market/bids', body)).body).toMatchObject({
      code: 'invalid_request',
    });
  });

  it('a token that has expired while its session goes on', async () => {
    const seconds = Math.floor(market.clock.now() / 1000);
    const client = await market.native('brief', { exp: seconds + 60 });
    market.clock.jump(61_000);
    client.send({
      type: 'command',
      name: 'place_bid',
      id: 1,
      data: { product_id: product, size: '42', price: 20 },
    });
    expect((await client.closed).code).toBe(4003);
  });

  it.each([
    ['{"name": "X", "currency": "XXXX"}'],
    ['{"name": "X", "currency": "ZZZ"}'],
    ['{"name": " ", "currency": "USD"}'],
    ['{"name": "a\\u0000b", "currency": "USD"}'],
    ['{"name": "X", "currency": "USD", "sizes": []}'],
    ['{"name": "X", "currency": "USD", "sizes": ["1", "1"]}'],
    ['{"name": "X", "currency": "USD", "tick": 0}'],
    ['{"name": "X", "currency": "USD", "tick": 300, "min_amount": 100}'],
    ['{"name": "X", "currency": "USD", "min_amount": 500, "max_amount": 100}'],
    ['{"name": "X", "currency": "USD", "image": "javascript:alert(1)"}'],
    ['{"name": "X", "currency": "USD", "owner": "me"}'],
  ])('the product %s', async (body) => {
    const answer = await market.backend.call('POST', '/market/products', body);
    expect(answer.body, answer.text).toMatchObject({ code: 'invalid_request' });
  });

  it('so that the book is empty after all of this', async () => {
    expect((await market.backend.get(`/market/products/${product}/book?size=42`)).body).toMatchObject({
      ...{ bids: [], asks: [], version: 0 },
    });
    for (const side of ['bid', 'ask'])
      expect((await market.as('ayse').get(`/market/${side}s?status=all`)).body.offers).toEqual([]);
    expect((await market.backend.get('/market/products')).body.products).toHaveLength(1);
  });

  it('more bids of one user than there may be, however many come at once', async () => {
    const api = market.as('eager');
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => api.call('POST', '/market/bids', bid('"price": 20'))),
    );
    const codes = Object.groupBy(answers, ({ status, body }) => String(body.code ?? status));
    expect(Object.keys(codes).toSorted()).toEqual(['201', 'limit_reached']);
    expect(codes['201']).toHaveLength(200);
    expect((await market.backend.get(`/market/products/${product}/book?size=42`)).body).toMatchObject({
      bids: [{ price: 20, count: 200 }],
    });
    // And all of them go with the product.
    expect((await market.backend.call('DELETE', `/market/products/${product}`)).status).toBe(204);
    const { offers } = (await api.get('/market/bids?status=all&limit=200')).body as { offers: Offer[] };
    expect(offers.map(({ status }) => status)).toEqual(Array(200).fill('withdrawn'));
  });
});
