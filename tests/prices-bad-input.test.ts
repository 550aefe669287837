import { describe, expect, it } from 'vitest';
import { NativeClient } from './support/native-client.ts';
import { KITS_API_KEY } from './support/start-kits.ts';
import { lira, type RunningPrices, startPrices } from './support/start-prices.ts';

/** Everything that a bad request must leave as it was. */
async function everything({ backend, as }: RunningPrices) {
  const { products } = (await backend.get('/prices/products')).body as { products: { id: string }[] };
  return {
    products,
    histories: await Promise.all(
      products.map(async ({ id }) => (await backend.get(`/prices/products/${id}/history`)).body),
    ),
    watches: (await as('alice').get('/prices/watches')).body,
  };
}

/** A request as it is typed, since not all of this can be said in JavaScript. */
function send({ url }: RunningPrices, method: string, path: string, body: string): Promise<Response> {
  const headers = { authorization: `Bearer ${KITS_API_KEY}`, 'content-type': 'application/json' };
  return fetch(`${url}/api/v1${path}`, { method, headers, body });
}

describe('a price that is none', () => {
  it.each([
    ['NaN', 'malformed_message'],
    ['Infinity', 'malformed_message'],
    ['-5', 'invalid_request'],
    ['0', 'invalid_request'],
    ['-0', 'invalid_request'],
    ['1e400', 'invalid_request'],
    ['-1e400', 'invalid_request'],
    ['12.5', 'invalid_request'],
    ['"12,50"', 'invalid_request'],
    ['"1250"', 'invalid_request'],
    ['9007199254740993', 'invalid_request'],
    ['null', 'invalid_request'],
    ['true', 'invalid_request'],
    ['[1250]', 'invalid_request'],
    ['{}', 'invalid_request'],
    ['12,50', 'malformed_message'],
  ])('%s is refused as %s', async (amount, code) => {
    const prices = await startPrices();
    const id = await prices.add();
    const before = await everything(prices);
    const price = `{"amount":${amount},"currency":"TRY"}`;
    for (const [method, path, body] of [
      ['POST', '/prices/products', `{"name":"x","price":${price}}`],
      ['PUT', '/prices/products/new', `{"name":"x","price":${price}}`],
      ['PATCH', `/prices/products/${id}`, `{"name":"x","price":${price}}`],
    ] as const) {
      const response = await send(prices, method, path, body);
      expect(await response.json(), method).toMatchObject({ code });
      expect(response.status).toBe(400);
    }
    const watch = `{"threshold":{"kind":"amount","amount":${amount}}}`;
    expect((await send(prices, 'PUT', `/prices/watches/${id}`, watch)).ok).toBe(false);
    expect(await everything(prices)).toEqual(before);
  });

  it('a currency that is unknown, or another one than the product’s, is refused', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    const before = await everything(prices);
    for (const currency of ['XXX1', 'try', 'TL', '', 'ZZZ', '__proto__', 7, null]) {
      const price = { amount: 100, currency };
      expect(
        (await prices.backend.post('/prices/products', { name: 'x', price })).body,
        String(currency),
      ).toMatchObject({
        code: 'invalid_request',
      });
    }
    const change = { name: 'renamed', price: { amount: 100, currency: 'EUR' } };
    expect((await prices.backend.call('PATCH', `/prices/products/${id}`, change)).body).toMatchObject({
      code: 'invalid_request',
      detail: 'This product is priced in TRY.',
    });
    expect(await everything(prices)).toEqual(before);
  });
});

describe('a product', () => {
  it('that does not exist is not found, whatever it is called', async () => {
    const prices = await startPrices();
    for (const id of [
      'nothing',
      '__proto__',
      'constructor',
      '..%2f..',
      '%00',
      '%F0%9F%92%A9',
      'a'.repeat(1000),
      '%25',
    ]) {
      for (const [method, path, body] of [
        ['GET', `/prices/products/${id}`],
        ['GET', `/prices/products/${id}/history`],
        ['PATCH', `/prices/products/${id}`, { name: 'x' }],
        ['GET', `/prices/watches/${id}`],
        ['PUT', `/prices/watches/${id}`, {}],
        ['DELETE', `/prices/watches/${id}`],
      ] as const) {
        const { status, body: answer } = await prices.as('alice').call(method, path, body);
        expect({ status, code: answer.code }, `${method} ${path}`).toEqual({
          status: 404,
          code: 'not_found',
        });
      }
    }
  });

  it('is given no id that is none', async () => {
    const prices = await startPrices();
    for (const id of ['__proto__', '.hidden', 'a%20b', 'a%2Fb', '%C3%BC', 'x'.repeat(65), '%00', 'a,b'])
      expect(
        (await prices.backend.call('PUT', `/prices/products/${id}`, { name: 'x', price: lira(1) })).body,
        id,
      ).toMatchObject({ code: 'invalid_request' });
    // An odd one that is safe all the same.
    for (const id of ['constructor', 'toString', '0'])
      expect(
        (await prices.backend.call('PUT', `/prices/products/${id}`, { name: 'x', price: lira(1) })).body,
      ).toMatchObject({ id, name: 'x' });
  });

  it('may have HTML in its name, which stays text', async () => {
    const prices = await startPrices();
    const client = await NativeClient.welcomed(prices.url);
    await client.subscribe('products:all');
    const name = '<img src=x onerror="alert(1)"> & \u202e{x, plural}';
    const id = await prices.add({ name });
    expect((await client.event()).data).toMatchObject({ product: { name }, message: `${name} eklendi` });
    const answer = await prices.backend.get(`/prices/products/${id}`);
    expect(answer.body.name).toBe(name);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    await prices.as('alice').call('PUT', `/prices/watches/${id}`, {});
    await prices.reprice(id, 1);
    expect((await prices.told('alice'))[0]).toMatchObject({ title: `${name}: the price has dropped` });
  });

  it('has no name, brand or address that cannot be shown or kept', async () => {
    const prices = await startPrices();
    const { body: none } = await prices.backend.get('/prices/products');
    for (const fields of [
      ...['', ' ', '\u3000', 'a\0b', 'a\nb', 'x'.repeat(151), 7, null].map((name) => ({ name })),
      ...['', 'x'.repeat(101), 'a\u0085b', 7].map((brand) => ({ brand })),
      ...['javascript:alert(1)', 'ftp://x/', '//x', 'http://a b', 'http://x/"onload=', ''].flatMap(
        (address) => [{ url: address }, { image: address }],
      ),
      ...[{ id: 'mine' }, { owner: 'bob' }, { version: 7 }, { price: 100 }, { price: '100 TL' }],
      { price: { amount: 1, currency: 'TRY', more: 1 } },
    ]) {
      const { body } = await prices.backend.post('/prices/products', {
        name: 'x',
        price: lira(1),
        ...fields,
      });
      expect(body, JSON.stringify(fields)).toMatchObject({ code: 'invalid_request' });
    }
    expect((await prices.backend.get('/prices/products')).body).toEqual(none);
  });

  it('is added by nobody in particular', async () => {
    const prices = await startPrices();
    const nobody = prices.backend.as(undefined);
    const id = await prices.add();
    for (const [method, path] of [
      ['POST', '/prices/products'],
      ['PUT', '/prices/products/mine'],
      ['PATCH', `/prices/products/${id}`],
    ] as const) {
      const { body } = await nobody.call(method, path, { name: 'x', price: lira(1) });
      expect(body, method).toMatchObject({ code: 'unauthenticated' });
    }
    expect((await nobody.get(`/prices/products/${id}`)).status).toBe(200);
    // Nor by a client on the product's channel.
    const client = await NativeClient.welcomed(prices.url);
    const reply = await client.ask('publish', { channel: `product:${id}`, event: 'price_update', data: {} });
    expect(reply.error?.code).toBe('forbidden');
  });
});

describe('a request', () => {
  it('that is too large, too deep, or no JSON at all, is refused', async () => {
    const prices = await startPrices();
    const before = await everything(prices);
    const code = async (body: string) =>
      ((await (await send(prices, 'POST', '/prices/products', body)).json()) as { code: string }).code;
    expect(await code(`{"name":"${'x'.repeat(100_000)}"}`)).toBe('message_too_large');
    expect(await code(`${'['.repeat(100)}${']'.repeat(100)}`)).toBe('message_too_deep');
    expect(await code('{"__proto__":{"name":"x"}}')).toBe('forbidden_key');
    expect(await code('{"name":')).toBe('malformed_message');
    expect(await code('[]')).toBe('invalid_request');
    expect(await code('null')).toBe('invalid_request');
    expect(await everything(prices)).toEqual(before);
  });

  it('with a threshold, a key or a page that is none is refused', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    const alice = prices.as('alice');
    for (const threshold of [
      { kind: 'percent' },
      { kind: 'percent', percent: 0 },
      { kind: 'percent', percent: -10 },
      { kind: 'percent', percent: 101 },
      { kind: 'percent', percent: '10' },
      { kind: 'percent', percent: 10, amount: 5 },
      { kind: 'amount', amount: 12.5 },
      { kind: 'never' },
      { kind: '__proto__' },
      'any',
      10,
    ])
      expect(
        (await alice.call('PUT', `/prices/watches/${id}`, { threshold })).body,
        JSON.stringify(threshold),
      ).toMatchObject({ code: 'invalid_request' });
    expect((await alice.get('/prices/watches')).body).toEqual({ watches: [] });
    const product = { name: 'x', price: lira(1) };
    for (const key of ['', 'x'.repeat(129)])
      expect((await alice.post('/prices/products', product, { 'idempotency-key': key })).body).toMatchObject({
        code: 'invalid_request',
      });
    for (const query of [
      'limit=0',
      'limit=1e9',
      'limit=x',
      'after=-1',
      'after=x',
      'after=1e9',
      `search=${'x'.repeat(201)}`,
    ])
      expect((await alice.get(`/prices/products?${query}`)).body, query).toMatchObject({
        code: 'invalid_request',
      });
    for (const query of ['limit=201', 'after=%00'])
      expect((await alice.get(`/prices/watches?${query}`)).body, query).toMatchObject({
        code: 'invalid_request',
      });
  });

  it('of a user whom nothing could tell is refused a watch, so that others are told', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    await prices.as('alice').call('PUT', `/prices/watches/${id}`, {});
    for (const user of ['a b', 'x'.repeat(129), 'a,b', 'line\nbreak'])
      expect((await prices.as(user).call('PUT', `/prices/watches/${id}`, {})).body, user).toMatchObject({
        code: 'invalid_request',
      });
    await prices.reprice(id, 1);
    expect(await prices.told('alice')).toHaveLength(1);
  });
});
