import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Threshold } from '../kits/prices/server/threshold.ts';
import { NativeClient } from './support/native-client.ts';
import { testToken } from './support/start-core.ts';
import { lira, type RunningPrices, startPrices } from './support/start-prices.ts';

const watch = (prices: RunningPrices, user: string, product: string, threshold?: Threshold) =>
  prices.as(user).call('PUT', `/prices/watches/${product}`, threshold ? { threshold } : {});

/** The new amount of each drop that a user was told of. */
const amounts = async (prices: RunningPrices, user: string) =>
  (await prices.told(user)).map(({ data }) => (data as { new: { amount: number } }).new.amount);

describe('a watch list', () => {
  it('is set, read, changed and ended', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    const set = await watch(prices, 'alice', id, { kind: 'percent', percent: 12.5 });
    expect(set).toMatchObject({ status: 200, body: { since: 10_000, atMost: 8750, reached: false } });
    expect((await prices.as('alice').get(`/prices/watches/${id}`)).body).toEqual(set.body);
    await prices.reprice(id, 9000);
    expect((await watch(prices, 'alice', id, { kind: 'amount', amount: 9500 })).body).toMatchObject({
      product: { id, amount: 9000 },
      threshold: { kind: 'amount', amount: 9500 },
      since: 9000,
      atMost: 9500,
      reached: true,
    });
    expect((await watch(prices, 'alice', id)).body).toMatchObject({
      threshold: { kind: 'any' },
      atMost: null,
    });
    const { body } = await prices.as('alice').get('/prices/watches');
    expect(body).toMatchObject({ watches: [{ product: { id }, threshold: { kind: 'any' } }] });
    expect((await prices.as('alice').call('DELETE', `/prices/watches/${id}`)).status).toBe(204);
    expect((await prices.as('alice').call('DELETE', `/prices/watches/${id}`)).status).toBe(204);
    expect((await prices.as('alice').get('/prices/watches')).body).toEqual({ watches: [] });
    await prices.reprice(id, 100);
    expect(await prices.told('alice')).toEqual([]);
  });

  it('is nobody else’s business', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    await watch(prices, 'alice', id);
    expect((await prices.as('bob').get('/prices/watches')).body).toEqual({ watches: [] });
    expect(await prices.as('bob').get(`/prices/watches/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    await prices.as('bob').call('DELETE', `/prices/watches/${id}`);
    expect((await prices.as('alice').get('/prices/watches')).body.watches).toHaveLength(1);
    for (const api of [prices.backend, prices.backend.as(undefined)])
      for (const [method, path] of [
        ['GET', '/prices/watches'],
        ['GET', `/prices/watches/${id}`],
        ['PUT', `/prices/watches/${id}`],
        ['DELETE', `/prices/watches/${id}`],
      ] as const)
        expect((await api.call(method, path)).body, `${method} ${path}`).toMatchObject({
          code: 'unauthenticated',
        });
  });

  it('has pages, and so many entries at most', async () => {
    const prices = await startPrices({ maxWatches: 5 });
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await prices.add());
    const answers = [];
    for (const id of ids) answers.push(await watch(prices, 'alice', id));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 409]);
    expect(answers.at(-1)?.body).toMatchObject({ code: 'limit_reached' });
    // What is there may still be changed.
    expect((await watch(prices, 'alice', ids[0] as string)).status).toBe(200);
    const page = async (query: string) =>
      (await prices.as('alice').get(`/prices/watches?limit=3${query}`)).body as {
        watches: { product: { id: string } }[];
        next?: string;
      };
    const first = await page('');
    const second = await page(`&after=${first.next}`);
    expect([...first.watches, ...second.watches].map(({ product }) => product.id)).toEqual(
      ids.slice(0, 5).toSorted(),
    );
    expect(second).not.toHaveProperty('next');
  });
});

describe('a drop', () => {
  it('is told in the reader’s language, with what the page needs', async () => {
    const prices = await startPrices();
    const id = await prices.add({ name: '<b>Ayakkabı</b> & {x}' });
    for (const [user, language] of [
      ['alice', 'en'],
      ['bora', 'tr'],
      ['oksana', 'uk'],
      ['ivan', 'ru'],
    ] as const) {
      await prices.contacts.set(user, { language });
      await watch(prices, user, id);
    }
    const client = await NativeClient.welcomed(prices.url, { token: testToken('bora') });
    await client.subscribe('user:bora');
    await prices.reprice(id, 8000);
    const { event, data } = await client.event();
    expect(event).toBe('notification');
    expect(data).toMatchObject({
      type: 'success',
      title: '<b>Ayakkabı</b> & {x}: fiyat düştü',
      message: expect.stringMatching(/^.*100.* → .*80.*, 20% indirim$/),
      category: 'prices.drop',
      url: `/prices?product=${id}`,
      data: { product_id: id, discount: 20, old: lira(100), new: lira(80) },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    const title = async (user: string) => (await prices.told(user)).map((notification) => notification.title);
    expect(await title('alice')).toEqual(['<b>Ayakkabı</b> & {x}: the price has dropped']);
    expect(await title('oksana')).toEqual(['<b>Ayakkabı</b> & {x}: ціна знизилася']);
    expect(await title('ivan')).toEqual(['<b>Ayakkabı</b> & {x}: цена снизилась']);
  });

  it('is told when the threshold is crossed, once, and again after the price has been above', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    await watch(prices, 'any', id);
    await watch(prices, 'ten', id, { kind: 'percent', percent: 10 });
    await watch(prices, 'sixty', id, { kind: 'amount', amount: 6000 });
    for (const amount of [9500, 9001, 9000, 8000, 9000, 9001, 6000, 5000, 6001, 10_000, 1])
      await prices.reprice(id, amount);
    expect(await amounts(prices, 'any')).toEqual([9500, 9001, 9000, 8000, 6000, 5000, 1]);
    expect(await amounts(prices, 'ten')).toEqual([9000, 6000, 1]);
    expect(await amounts(prices, 'sixty')).toEqual([6000, 1]);
  });

  it('is told exactly as the thresholds say, whatever the prices do', { timeout: 60_000 }, async () => {
    const prices = await startPrices();
    let run = 0;
    const price = fc.integer({ min: 1, max: 200 });
    const threshold = fc.oneof(
      fc.constant<Threshold>({ kind: 'any' }),
      fc.integer({ min: 1, max: 10_000 }).map((n): Threshold => ({ kind: 'percent', percent: n / 100 })),
      price.map((amount): Threshold => ({ kind: 'amount', amount })),
    );
    await fc.assert(
      fc.asyncProperty(price, threshold, fc.array(price, { maxLength: 12 }), async (first, wanted, later) => {
        run += 1;
        const user = `user${run}`;
        const id = await prices.add({ price: { amount: first, currency: 'TRY' } });
        await watch(prices, user, id, wanted);
        for (const amount of later) await prices.reprice(id, amount);
        expect(await amounts(prices, user)).toEqual(expected(wanted, first, later));
      }),
      { numRuns: 40 },
    );
  });

  it('reaches every watcher of many, once', { timeout: 60_000 }, async () => {
    const prices = await startPrices();
    const id = await prices.add();
    const users = Array.from({ length: 450 }, (_, n) => `u${n}`);
    for (const [n, user] of users.entries())
      await watch(prices, user, id, n % 3 === 0 ? { kind: 'amount', amount: 5000 } : { kind: 'any' });
    await prices.reprice(id, 9000);
    await prices.reprice(id, 4000);
    for (const [n, user] of users.entries())
      expect(await amounts(prices, user), user).toEqual(n % 3 === 0 ? [4000] : [9000, 4000]);
  });
});

/** What the document promises, said in another way: a latch that is set by a drop and released by a rise. */
function expected(threshold: Threshold, first: number, later: readonly number[]): number[] {
  const told: number[] = [];
  const isReached = (amount: number) => {
    if (threshold.kind === 'amount') return amount <= threshold.amount;
    // In whole numbers, since a tenth of 3 is none that a computer knows.
    if (threshold.kind === 'percent')
      return amount * 10_000 <= first * (10_000 - Math.round(threshold.percent * 100));
    return false;
  };
  let latched = isReached(first);
  let last = first;
  for (const amount of later) {
    if (threshold.kind === 'any' ? amount < last : isReached(amount) && !latched) told.push(amount);
    latched = isReached(amount);
    last = amount;
  }
  return told;
}
