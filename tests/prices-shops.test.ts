import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { NativeClient } from './support/native-client.ts';
import { startPrices } from './support/start-prices.ts';
import { onTeardown } from './support/teardown.ts';

const MINUTE = 60_000;

/** A shop of this machine's own: pages by path, as a test sets them. */
async function startShop() {
  const pages = new Map<string, { status?: number; price?: string; currency?: string; name?: string }>();
  let asked = 0;
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '');
    if (!page) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('nothing');
      return;
    }
    asked += 1;
    const product = {
      '@context': 'https://schema.org',
      '@type': 'Product',
      name: page.name ?? 'Kahve makinesi',
      brand: { '@type': 'Brand', name: 'Marka' },
      offers: { '@type': 'Offer', price: page.price, priceCurrency: page.currency ?? 'TRY' },
    };
    response
      .writeHead(page.status ?? 200, { 'content-type': 'text/html; charset=utf-8' })
      .end(`<html><script type="application/ld+json">${JSON.stringify(product)}</script></html>`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTeardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, pages, asked: () => asked };
}

/** Moves the time so that each job has its turns. */
async function pass(clock: ManualClock, minutes: number): Promise<void> {
  for (let turn = 0; turn < minutes * 6; turn += 1) {
    clock.advance(10_000);
    await setImmediate();
  }
}

const OURS = { shopAllow: ['127.0.0.1'], shopPorts: 'any', shopDelay: 1, shopInterval: MINUTE } as const;

describe('a product of a shop', () => {
  it('is added by the address of its page, once', async () => {
    const shop = await startShop();
    shop.pages.set('/machine', { price: '1299.90' });
    const { as, backend, clock } = await startPrices(OURS);
    const url = `${shop.url}/machine`;
    const { status, body } = await as('alice').post('/prices/shops', { url });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        ...{ name: 'Kahve makinesi', brand: 'Marka', amount: 129_990, currency: 'TRY', owner: 'alice', url },
        shop: {
          url,
          state: 'ok',
          fault: null,
          error: null,
          checked: clock.now(),
          next: clock.now() + MINUTE,
        },
      },
    });
    expect(await as('bob').post('/prices/shops', { url: `${url}#reviews` })).toMatchObject({
      status: 200,
      body: { id: body.id, owner: 'alice' },
    });
    expect((await backend.get('/prices/products')).body).toMatchObject({
      products: [{ shop: { state: 'ok' } }],
    });
    expect(shop.asked()).toBe(1);
  });

  it('follows the price of its page, and says what is wrong with that', async () => {
    const shop = await startShop();
    shop.pages.set('/machine', { price: '100' });
    const { as, url, backend, clock, told } = await startPrices(OURS);
    const { body } = await as('alice').post('/prices/shops', { url: `${shop.url}/machine` });
    await as('bob').call('PUT', `/prices/watches/${body.id}`, {
      threshold: { kind: 'percent', percent: 10 },
    });
    const client = await NativeClient.welcomed(url);
    await client.subscribe(`product:${body.id}`);
    const read = async () => (await backend.get(`/prices/products/${body.id}`)).body;

    shop.pages.set('/machine', { price: '85.50' });
    await pass(clock, 2);
    expect(await client.event()).toMatchObject({ event: 'price_update', data: { new_price: '85,50 TL' } });
    expect(await client.event()).toMatchObject({ event: 'price_drop', data: { discount: 14.5 } });
    expect(await told('bob')).toHaveLength(1);

    shop.pages.set('/machine', { status: 500 });
    await pass(clock, 2);
    await expect.poll(read).toMatchObject({ amount: 8550, shop: { state: 'failing', fault: 'http_error' } });
    shop.pages.set('/machine', { price: '12', currency: 'EUR' });
    await pass(clock, 5);
    await expect.poll(read).toMatchObject({ amount: 8550, shop: { state: 'failing', fault: 'bad_price' } });
    shop.pages.set('/machine', { price: '90' });
    await pass(clock, 5);
    await expect.poll(read).toMatchObject({ amount: 9000, shop: { state: 'ok', fault: null, error: null } });
    shop.pages.set('/machine', { status: 410 });
    await pass(clock, 5);
    await expect.poll(read).toMatchObject({ shop: { state: 'stopped', fault: 'gone', next: null } });
  });

  it('is let go by its owner', async () => {
    const shop = await startShop();
    shop.pages.set('/machine', { price: '100' });
    const { as, backend, clock } = await startPrices(OURS);
    const { body } = await as('alice').post('/prices/shops', { url: `${shop.url}/machine` });
    const end = (user: string, id: unknown) => as(user).call('DELETE', `/prices/shops/${id}`);
    expect((await end('bob', body.id)).body).toMatchObject({ code: 'forbidden' });
    expect((await end('alice', 'nothing')).body).toMatchObject({ code: 'not_found' });
    expect((await end('alice', body.id)).status).toBe(204);
    expect((await backend.get(`/prices/products/${body.id}`)).body).toMatchObject({
      shop: null,
      amount: 10_000,
    });
    await pass(clock, 10);
    expect(shop.asked()).toBe(1);
  });
});

describe('the address of a page', () => {
  it('that leads into the server’s own network, or is none, is refused', async () => {
    const { as } = await startPrices();
    for (const [url, fault] of [
      ['http://127.0.0.1/x', 'private_address'],
      ['http://localhost/x', 'private_address'],
      ['http://[::1]/x', 'private_address'],
      ['http://169.254.169.254/latest/meta-data', 'private_address'],
      ['http://10.0.0.1/', 'private_address'],
      ['https://user:secret@example.com/', 'bad_url'],
      ['http://example.com:22/', 'bad_url'],
      ['file:///etc/passwd', 'bad_url'],
      ['javascript:alert(1)', 'bad_url'],
      ['', 'bad_url'],
    ]) {
      const { status, body } = await as('alice').post('/prices/shops', { url });
      expect({ status, body }, url).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', details: [{ path: '/url', message: fault }] },
      });
    }
    expect((await as('alice').get('/prices/products')).body).toEqual({ products: [] });
  });

  it('of a page without a price says so, and nothing is added', async () => {
    const shop = await startShop();
    shop.pages.set('/free', { price: '0' });
    const { as, clock } = await startPrices(OURS);
    for (const path of ['/free', '/nothing']) {
      clock.advance(1000);
      const { status, body } = await as('alice').post('/prices/shops', { url: shop.url + path });
      expect({ status, body }, path).toMatchObject({ status: 422, body: { code: 'page_unreadable' } });
    }
    expect((await as('alice').get('/prices/products')).body).toEqual({ products: [] });
    expect((await as('alice').as(undefined).post('/prices/shops', { url: shop.url })).body).toMatchObject({
      code: 'unauthenticated',
    });
  });

  it('of a shop that was asked a moment ago has to wait', async () => {
    const shop = await startShop();
    for (const path of ['/1', '/2']) shop.pages.set(path, { price: '5' });
    const { as, clock } = await startPrices({ ...OURS, shopDelay: 5000 });
    const add = (path: string) => as('alice').post('/prices/shops', { url: shop.url + path });
    expect((await add('/1')).status).toBe(201);
    expect(await add('/2')).toMatchObject({ status: 429, body: { code: 'rate_limited', retryAfter: 5000 } });
    clock.advance(5001);
    expect((await add('/2')).status).toBe(201);
  });
});
