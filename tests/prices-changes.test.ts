import { describe, expect, it } from 'vitest';
import type { Body } from './support/api.ts';
import { NativeClient } from './support/native-client.ts';
import { lira, type RunningPrices, startPrices } from './support/start-prices.ts';

async function following(prices: RunningPrices, product: string): Promise<NativeClient> {
  const client = await NativeClient.welcomed(prices.url);
  await client.subscribe(`product:${product}`);
  return client;
}

describe('a price that changes', () => {
  it('is told as the document says, with the raw figures and every language beside it', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    const client = await following(prices, id);
    await prices.reprice(id, 9000);
    const update = await client.event();
    const drop = await client.event();
    expect(update).toMatchObject({ event: 'price_update', channel: `product:${id}`, offset: 1 });
    expect(update.data).toEqual({
      product_id: id,
      old_price: '100 TL',
      new_price: '90 TL',
      change: { amount: -10, percentage: -10 },
      message: 'Fiyat değişti: 100 TL → 90 TL',
      name: 'Kahve makinesi',
      old: { amount: 10_000, currency: 'TRY' },
      new: { amount: 9000, currency: 'TRY' },
      version: 2,
      at: prices.clock.now(),
      texts: {
        en: { old_price: '₺100', new_price: '₺90', message: 'Price changed: ₺100 → ₺90' },
        tr: { old_price: '100 TL', new_price: '90 TL', message: 'Fiyat değişti: 100 TL → 90 TL' },
        ru: expect.objectContaining({ message: expect.stringMatching(/^Цена изменилась: 100.*→ 90/) }),
        uk: expect.objectContaining({ message: expect.stringMatching(/^Ціна змінилася: 100.*→ 90/) }),
      },
    });
    expect(drop).toMatchObject({ event: 'price_drop', offset: 2 });
    expect(drop.data).toMatchObject({
      product_id: id,
      old_price: '100 TL',
      new_price: '90 TL',
      discount: 10,
      message: 'Fiyat düştü! 10% indirim',
      texts: { en: { message: 'The price has dropped! 10% off' } },
    });
    expect(drop.data).not.toHaveProperty('change');
  });

  it('is told in the language of the server', async () => {
    const prices = await startPrices({ language: 'uk' });
    const id = await prices.add({ price: { amount: 199_990, currency: 'UAH' } });
    const client = await following(prices, id);
    const price = { amount: 150_000, currency: 'UAH' };
    await prices.backend.call('PATCH', `/prices/products/${id}`, { price });
    await client.event();
    const { data } = await client.event();
    expect(data).toMatchObject({ discount: 25, message: 'Ціна знизилася! Знижка 25 %' });
    expect(String(data?.new_price).replaceAll('\u00a0', ' ')).toBe('1 500 ₴');
  });

  it('that rises is no drop, and one that stays is nothing', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    const client = await following(prices, id);
    await prices.reprice(id, 12_350);
    await prices.reprice(id, 12_350);
    await prices.reprice(id, 12_345);
    const events = [await client.event(), await client.event(), await client.event()];
    expect(events.map(({ event, data }) => [event, data?.change ?? data?.discount])).toEqual([
      ['price_update', { amount: 23.5, percentage: 23.5 }],
      ['price_update', { amount: -0.05, percentage: -0.04 }],
      ['price_drop', 0.04],
    ]);
  });

  it('in a currency without minor units', async () => {
    const prices = await startPrices();
    const id = await prices.add({ price: { amount: 1000, currency: 'JPY' } });
    const client = await following(prices, id);
    await prices.backend.call('PATCH', `/prices/products/${id}`, { price: { amount: 900, currency: 'JPY' } });
    expect((await client.event()).data?.change).toEqual({ amount: -100, percentage: -10 });
  });

  it('many times at once, is told in one order in which each old price is the new one of before', async () => {
    const prices = await startPrices();
    const id = await prices.add();
    const client = await following(prices, id);
    const amounts = Array.from({ length: 25 }, (_, n) => 5000 + ((n * 7919) % 4000));
    await Promise.all(amounts.map((amount) => prices.reprice(id, amount)));
    const updates: Body[] = [];
    while (updates.length < 25) {
      const { event, data } = await client.event();
      if (event === 'price_update') updates.push(data as Body);
    }
    let last = { amount: 10_000, currency: 'TRY' };
    for (const [index, update] of updates.entries()) {
      expect(update).toMatchObject({ old: last, version: index + 2 });
      last = update.new as typeof last;
    }
    const { body } = await prices.backend.get(`/prices/products/${id}`);
    expect(body).toMatchObject({ amount: last.amount, version: 26 });
    const history = (await prices.backend.get(`/prices/products/${id}/history`)).body;
    const points = history.points as { amount: number }[];
    expect(points.map(({ amount }) => amount)).toEqual([
      10_000,
      ...updates.map((update) => (update.new as typeof last).amount),
    ]);
  });
});

describe('the history of a price', () => {
  async function priced(amounts: readonly number[]) {
    const prices = await startPrices();
    const id = await prices.add({ price: lira(1) });
    const began = prices.clock.now();
    for (const amount of amounts) {
      prices.clock.advance(1000);
      await prices.reprice(id, amount);
    }
    const read = async (query = '') =>
      (await prices.backend.get(`/prices/products/${id}/history${query}`)).body as {
        currency: string;
        points: { at: number; amount: number }[];
      };
    return { prices, id, began, read };
  }

  it('is every price with its time', async () => {
    const { began, read } = await priced([200, 150]);
    expect(await read()).toEqual({
      currency: 'TRY',
      points: [
        { at: began, amount: 100 },
        { at: began + 1000, amount: 200 },
        { at: began + 2000, amount: 150 },
      ],
    });
  });

  it('of a while begins with the price that stood then', async () => {
    const { began, read } = await priced([200, 150, 170]);
    expect((await read(`?from=${began + 1500}&to=${began + 2500}`)).points).toEqual([
      { at: began + 1500, amount: 200 },
      { at: began + 2000, amount: 150 },
    ]);
    expect((await read(`?from=${began + 9000}`)).points).toEqual([{ at: began + 9000, amount: 170 }]);
    expect((await read(`?to=${began - 1}`)).points).toEqual([]);
    const thin = await priced(Array.from({ length: 20 }, (_, n) => 200 + n));
    const { points } = await thin.read(`?from=${thin.began + 1}&points=5`);
    expect(points.map(({ amount }) => amount)).toEqual([100, 200, 219]);
  });

  it('is thinned to so many points, and keeps the lowest and the highest', async () => {
    const amounts = Array.from({ length: 150 }, (_, n) => 1000 + Math.round(500 * Math.sin(n / 5)));
    amounts[70] = 1;
    amounts[90] = 99_999;
    const { read } = await priced(amounts);
    for (const points of [5, 6, 10, 33]) {
      const { points: kept } = await read(`?points=${points}`);
      expect(kept.length).toBeLessThanOrEqual(points);
      expect(kept.at(0)?.amount).toBe(100);
      expect(kept.at(-1)?.amount).toBe(amounts.at(-1));
      expect(kept.map(({ at }) => at)).toEqual(kept.map(({ at }) => at).toSorted((a, b) => a - b));
      expect(kept.map(({ amount }) => amount)).toEqual(expect.arrayContaining([1, 99_999]));
    }
  });

  it('is cut where it is too long', async () => {
    const prices = await startPrices({ historySize: 20 });
    const id = await prices.add();
    for (let n = 1; n <= 120; n += 1) await prices.reprice(id, n);
    const { points } = (await prices.backend.get(`/prices/products/${id}/history`)).body as {
      points: object[];
    };
    expect(points.length).toBeLessThan(50);
    expect(points.at(-1)).toMatchObject({ amount: 120 });
  });

  it('refuses what is no range', async () => {
    const { read } = await priced([]);
    for (const query of ['?from=2&to=1', '?points=4', '?points=1001', '?from=-1', '?from=x', '?to=1e400'])
      expect(await read(query), query).toMatchObject({ code: 'invalid_request' });
  });
});
