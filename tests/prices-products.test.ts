import { describe, expect, it } from 'vitest';
import { NativeClient } from './support/native-client.ts';
import { lira, startPrices } from './support/start-prices.ts';

describe('products', () => {
  it('are added by a backend or a user, and heard of by everybody', async () => {
    const { url, backend, as } = await startPrices();
    const client = await NativeClient.welcomed(url);
    await client.subscribe('products:all');
    const given = { name: 'Kahve makinesi', brand: 'Marka', price: lira(1299.9) };
    const { status, body, headers } = await as('alice').post('/prices/products', given);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/prices/products/${body.id}`);
    expect(body).toMatchObject({
      ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'Kahve makinesi', brand: 'Marka' },
      ...{ amount: 129_990, currency: 'TRY', owner: 'alice', previous: null, version: 1, url: null },
    });
    const { event, data } = await client.event();
    expect({ event, data }).toMatchObject({
      event: 'product_added',
      data: {
        product: { id: body.id, name: 'Kahve makinesi', price: '1.299,90 TL', brand: 'Marka' },
        message: 'Kahve makinesi eklendi',
        texts: {
          en: { price: '₺1,299.90', message: 'Kahve makinesi added' },
          ru: { message: 'Добавлен товар: Kahve makinesi' },
          uk: { message: 'Додано товар: Kahve makinesi' },
        },
      },
    });
    expect((await backend.post('/prices/products', given)).body).toMatchObject({
      owner: null,
      price: '1.299,90 TL',
    });
  });

  it('are read in the language that is asked for', async () => {
    const { as, add } = await startPrices();
    const id = await add();
    const price = async (query: string) =>
      (await as('alice').get(`/prices/products/${id}${query}`)).body.price;
    expect(await price('?language=tr')).toBe('100 TL');
    expect(await price('?language=uk')).toMatch(/^100/);
    // Nothing is known of alice: the inbox writes to her in English.
    expect(await price('')).toBe('₺100');
    expect((await as('alice').get(`/prices/products/${id}?language=xx`)).body).toMatchObject({
      code: 'invalid_request',
    });
  });

  it('are listed the newest first, page by page, and found by a part of their name', async () => {
    const { as, add } = await startPrices();
    for (const name of ['İstanbul çayı', 'ISPARTA gülü', 'Кава 100%', 'Чайник_1', 'Чайник 2'])
      await add({ name });
    const api = as('alice');
    const names = async (query: string) => {
      const { body } = await api.get(`/prices/products?${query}`);
      return (body.products as { name: string }[]).map(({ name }) => name);
    };
    expect(await names('search=istanbul')).toEqual(['İstanbul çayı']);
    expect(await names('search=cayi+ISTANBUL')).toEqual(['İstanbul çayı']);
    expect(await names('search=ısparta')).toEqual(['ISPARTA gülü']);
    expect(await names(`search=${encodeURIComponent('кава')}`)).toEqual(['Кава 100%']);
    expect(await names(`search=${encodeURIComponent('0%')}`)).toEqual(['Кава 100%']);
    expect(await names('search=_')).toEqual(['Чайник_1']);
    expect(await names('search=%00')).toEqual([]);
    const first = (await api.get('/prices/products?limit=3')).body as { products: object[]; next: string };
    expect(first.products).toMatchObject([{ name: 'Чайник 2' }, { name: 'Чайник_1' }, { name: 'Кава 100%' }]);
    // A newer one does not move what comes after.
    await add({ name: 'newer' });
    const second = (await api.get(`/prices/products?limit=3&after=${first.next}`)).body;
    expect(second).toMatchObject({ products: [{ name: 'ISPARTA gülü' }, { name: 'İstanbul çayı' }] });
    expect(second).not.toHaveProperty('next');
  });

  it('are set under an id of one’s own, again and again', async () => {
    const { backend, as } = await startPrices();
    const set = (user: string, fields: object) =>
      as(user).call('PUT', '/prices/products/sku-1', { name: 'Bir', price: lira(10), ...fields });
    expect(await set('alice', {})).toMatchObject({
      status: 200,
      body: { id: 'sku-1', owner: 'alice', version: 1 },
    });
    expect(await set('alice', {})).toMatchObject({ body: { version: 1 } });
    expect(await set('alice', { price: lira(9), brand: 'B' })).toMatchObject({
      body: { version: 2, amount: 900, previous: 1000, brand: 'B' },
    });
    expect(await set('bob', {})).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const { body } = await backend.call('PUT', '/prices/products/sku-1', { name: 'Zwei', price: lira(9) });
    expect(body).toMatchObject({ name: 'Zwei', owner: 'alice', version: 2, brand: null });
  });

  it('change for their owner and for a backend alone', async () => {
    const { as, add, reprice } = await startPrices();
    const id = await add({}, as('alice'));
    expect(await reprice(id, 9000, as('alice'))).toMatchObject({ amount: 9000, previous: 10_000 });
    expect(await reprice(id, 8000)).toMatchObject({ amount: 8000, version: 3 });
    const change = { name: 'mine' };
    expect((await as('bob').call('PATCH', `/prices/products/${id}`, change)).body).toMatchObject({
      code: 'forbidden',
    });
    expect((await as('alice').call('PATCH', `/prices/products/${id}`, change)).body).toMatchObject({
      name: 'mine',
      amount: 8000,
    });
    expect(((await as('bob').get('/prices/products?search=mine')).body.products as object[]).length).toBe(1);
  });

  it('are no more than a user may have', async () => {
    const { as, add } = await startPrices({ maxProducts: 2 });
    await add({}, as('alice'));
    await add({}, as('alice'));
    const { status, body } = await as('alice').post('/prices/products', { name: 'x', price: lira(1) });
    expect({ status, body }).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
    for (let n = 0; n < 3; n += 1) await add();
  });
});

describe('an idempotency key', () => {
  it('makes a repeat have one effect and the same answer', async () => {
    const { backend, as, add } = await startPrices();
    const key = (name: string) => ({ 'idempotency-key': name });
    const product = { name: 'once', price: lira(5) };
    const both = await Promise.all([1, 2].map(() => backend.post('/prices/products', product, key('k'))));
    expect(both[0]?.body).toEqual(both[1]?.body);
    expect(
      (await backend.post('/prices/products', { ...product, name: 'two' }, key('k'))).body,
    ).toMatchObject({
      code: 'key_conflict',
    });
    // Another user's key is another key.
    expect((await as('alice').post('/prices/products', product, key('k'))).body.id).not.toBe(
      both[0]?.body.id,
    );
    const id = await add();
    const change = (amount: number, name: string) =>
      backend.call('PATCH', `/prices/products/${id}`, { price: { amount, currency: 'TRY' } }, key(name));
    await change(9000, 'a');
    await change(8000, 'b');
    // A late repeat of the first does not bring the old price back.
    expect((await change(9000, 'a')).body).toMatchObject({ amount: 9000, version: 2 });
    expect((await backend.get(`/prices/products/${id}`)).body).toMatchObject({ amount: 8000, version: 3 });
    // What was refused may be tried again.
    const refused = { price: { amount: 1, currency: 'EUR' } };
    expect((await backend.call('PATCH', `/prices/products/${id}`, refused, key('c'))).body.code).toBe(
      'invalid_request',
    );
    expect((await change(7000, 'c')).body).toMatchObject({ amount: 7000 });
  });
});
