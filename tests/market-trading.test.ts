import { describe, expect, it } from 'vitest';
import type { Answer, Body } from './support/api.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import {
  DAY,
  heard,
  MINUTE,
  startTimedMarket,
  type TimedOptions,
} from './support/market/start-timed-market.ts';

const configOf = bothDatabases();

/** All tests of a database share it, so their users have names of their own. */
let tests = 0;

describe.each(DATABASES)('bids and asks on %s', (kind) => {
  const start = async (options: TimedOptions = {}) => {
    tests += 1;
    const market = await startTimedMarket({ ...options, config: { ...configOf(kind), ...options.config } });
    const name = (user: string) => `${kind}-${tests}-${user}`;
    return { market, name, product: await market.addProduct() };
  };

  it('meet as the document tells it, and both parties hear of it', async () => {
    const { market, name, product } = await start();
    const [first, seller, buyer] = ['first', 'seller', 'buyer'].map(name) as [string, string, string];
    const everybody = await market.native(
      name('reader'),
      {},
      'market:all',
      `sneaker:${product}`,
      `depth:${product}`,
    );
    const sold = await market.native(seller);
    const bought = await market.native(buyer);

    expect(await market.place('bid', first, product, 210)).toMatchObject({
      offer: { side: 'bid', price: 210, amount: 21_000, currency: 'USD', status: 'open', match_id: null },
      match: null,
    });
    await market.place('ask', seller, product, 215);
    const { match, offer } = await market.place('bid', buyer, product, 220);
    expect(offer).toMatchObject({ price: 220, status: 'matched' });
    // At the price of the one that was there.
    expect(match).toMatchObject({ price: 215, role: 'buyer', message: 'You bought for $215!' });

    const at = market.clock.now();
    const one = { price: 215, amount: 21_500, currency: 'USD', product_id: product, size: '42', at };
    const timestamp = new Date(at).toISOString();
    const publicMatch = await everybody.event(({ event }) => event === 'MATCH_CREATED');
    expect(publicMatch.data).toMatchObject({
      ...one,
      timestamp,
      taker: 'bid',
      message: 'MATCH! Sold at $215',
    });
    expect(JSON.stringify(publicMatch.data)).not.toContain(buyer);
    const own = await sold.event(({ event }) => event === 'MATCH_CREATED');
    expect(own.data).toMatchObject({ ...one, role: 'seller', message: 'Your sneakers sold for $215!' });
    expect((await bought.event(({ event }) => event === 'MATCH_CREATED')).data).toEqual(match);

    await expect
      .poll(() => heard(everybody, 'BOOK_UPDATED').map(({ data }) => [data?.bids, data?.asks]))
      .toMatchObject([
        [[{ price: 210, count: 1 }], []],
        [[{ price: 210 }], [{ price: 215, count: 1 }]],
        [[{ price: 210 }], []],
      ]);
    for (const channel of ['market:all', `sneaker:${product}`]) {
      const prices = () =>
        everybody.messages.all
          .filter(
            (message) => message.channel === channel && /^(BID|ASK)_UPDATED$/.test(String(message.event)),
          )
          .map(({ event, data }) => [event, data?.price, data?.size_price]);
      await expect.poll(prices).toEqual([
        ['BID_UPDATED', 210, 210],
        ['ASK_UPDATED', 215, 215],
        ['ASK_UPDATED', null, null],
      ]);
    }
    const [notification] = await market.inbox(seller, 'market.matches');
    expect(notification).toMatchObject({ title: 'Your sneakers sold for $215!' });
    expect(await market.inbox(buyer, 'market.matches')).toHaveLength(1);
    expect((await market.as(seller).get('/market/asks?status=all')).body).toMatchObject({
      offers: [{ price: 215, status: 'matched', match_id: (match as Body).match_id }],
      next: null,
    });
  });

  it('have one effect and one answer under one key, also when their price has changed since', async () => {
    const { market, name, product } = await start();
    const api = market.as(name('ayse'));
    const body = { product_id: product, size: '42', price: 200 };
    const place = (fields: object = {}, key = 'k') =>
      api.post('/market/bids', { ...body, ...fields }, { 'idempotency-key': key });
    const answers = await Promise.all(Array.from({ length: 5 }, () => place()));
    const [{ body: answer }] = answers as [Answer];
    for (const one of answers) expect([one.status, one.body]).toEqual([201, answer]);
    expect((await place({ price: 201 })).body).toMatchObject({ code: 'key_conflict' });
    const { id } = answer.offer as { id: number };
    await api.call('PATCH', `/market/bids/${id}`, { price: 205 });
    expect((await place()).body).toEqual(answer);
    // The same key of an ask, and of another user, is another.
    expect((await api.post('/market/asks', { ...body, price: 300 }, { 'idempotency-key': 'k' })).status).toBe(
      201,
    );
    const met = await market.as(name('berk')).post('/market/asks', body, { 'idempotency-key': 'k' });
    expect(met.body).toMatchObject({ offer: { status: 'matched' }, match: { price: 205, role: 'seller' } });
    expect(
      (await market.as(name('berk')).post('/market/asks', body, { 'idempotency-key': 'k' })).body,
    ).toEqual(met.body);
    expect((await place()).body).toEqual(answer);
    expect((await api.get('/market/bids?status=all')).body.offers).toHaveLength(1);
  });

  it('are changed and cancelled by whose they are, as long as they are open', async () => {
    const { market, name, product } = await start();
    const [ayse, berk, cem] = ['ayse', 'berk', 'cem'].map(name) as [string, string, string];
    const ids: number[] = [];
    for (const [user, price] of [
      [ayse, 220],
      [berk, 215],
    ] as const)
      ids.push(((await market.place('ask', user, product, price)).offer as { id: number }).id);
    const [first, second] = ids as [number, number];
    // To the price of another: it comes after that one.
    expect((await market.as(ayse).call('PATCH', `/market/asks/${first}`, { price: 215 })).body).toMatchObject(
      {
        offer: { id: first, price: 215, status: 'open' },
        match: null,
      },
    );
    for (const path of [`/market/asks/${first}`, `/market/bids/${second}`]) {
      expect((await market.as(berk).call('DELETE', path)).status).toBe(404);
      expect((await market.as(berk).call('PATCH', path, { price: 1 })).status).toBe(404);
    }
    expect(await market.place('bid', cem, product, 215)).toMatchObject({ match: { price: 215 } });
    expect((await market.as(berk).get(`/market/asks/${second}`)).body).toMatchObject({ status: 'matched' });
    expect((await market.as(berk).call('DELETE', `/market/asks/${second}`)).body).toMatchObject({
      code: 'conflict',
    });
    const cancel = () =>
      market.as(ayse).call('DELETE', `/market/asks/${first}`, undefined, { 'idempotency-key': 'c' });
    const cancelled = await cancel();
    expect(cancelled.body).toMatchObject({ id: first, status: 'cancelled', ended: market.clock.now() });
    expect((await cancel()).body).toEqual(cancelled.body);
    expect((await market.as(ayse).call('DELETE', `/market/asks/${first}`)).body).toMatchObject({
      code: 'conflict',
    });
    expect((await market.as(ayse).call('PATCH', `/market/asks/${first}`, { price: 1 })).body).toMatchObject({
      code: 'conflict',
    });
  });

  it('meet by a change of price, too', async () => {
    const { market, name, product } = await start();
    await market.place('ask', name('seller'), product, 220);
    const { offer } = await market.place('bid', name('buyer'), product, 200);
    const api = market.as(name('buyer'));
    const path = `/market/bids/${(offer as { id: number }).id}`;
    const change = () => api.call('PATCH', path, { price: 230 }, { 'idempotency-key': 'c' });
    const changed = await change();
    expect(changed.body).toMatchObject({ offer: { status: 'matched', price: 230 }, match: { price: 220 } });
    expect((await change()).body).toEqual(changed.body);
    expect((await market.as(name('buyer')).get('/market/orders')).body.orders).toHaveLength(1);
  });

  it('never meet those of the same user', async () => {
    const { market, name, product } = await start();
    const user = name('ayse');
    await market.place('ask', user, product, 215);
    const { offer } = await market.place('bid', user, product, 200);
    const api = market.as(user);
    const bid = { product_id: product, size: '42', price: 215 };
    expect((await api.post('/market/bids', bid)).body).toMatchObject({ code: 'self_match' });
    const path = `/market/bids/${(offer as { id: number }).id}`;
    expect((await api.call('PATCH', path, { price: 216 })).body).toMatchObject({ code: 'self_match' });
    expect((await api.get('/market/bids')).body).toMatchObject({ offers: [{ price: 200, status: 'open' }] });
    // Somebody else’s is first.
    await market.place('ask', name('berk'), product, 210);
    expect((await api.post('/market/bids', bid)).body).toMatchObject({ match: { price: 210 } });
  });

  it('expire, and are met no more from then on', async () => {
    const { market, name, product } = await start();
    const [seller, buyer] = [name('seller'), name('buyer')];
    const hearing = await market.native(seller);
    await market.as(seller).post('/market/asks', { product_id: product, size: '42', price: 215, days: 1 });
    await market.place('ask', seller, product, 230);
    market.clock.jump(DAY);
    expect(await market.place('bid', buyer, product, 220)).toMatchObject({ match: null });
    const gone = await hearing.event(({ data }) => (data?.offer as Body | undefined)?.status === 'expired');
    expect(gone.data).toMatchObject({ offer: { price: 215, ended: market.clock.now() } });
    expect(await market.inbox(seller, 'market.offers')).toMatchObject([
      { title: 'Your ask of $215 has expired' },
    ]);
    expect((await market.backend.get(`/market/products/${product}/book?size=42`)).body).toMatchObject({
      bids: [{ price: 220 }],
      asks: [{ price: 230 }],
    });
    // Also where nobody comes.
    market.clock.jump(30 * DAY);
    await expect
      .poll(async () => {
        // The turn that is due may still be under way since the day before.
        market.clock.jump(MINUTE);
        return (await market.as(seller).get('/market/asks')).body.offers;
      })
      .toEqual([]);
    expect((await market.backend.get(`/market/products/${product}`)).body).toMatchObject({
      highest_bid: null,
      lowest_ask: null,
    });
  });

  it('wait while their product is halted, and are withdrawn when it is removed', async () => {
    const { market, name, product } = await start();
    const user = name('ayse');
    const { offer } = await market.place('ask', user, product, 215);
    const reader = await market.native(user, {}, `sneaker:${product}`);
    const halt = (halted: boolean) => market.backend.call('PATCH', `/market/products/${product}`, { halted });
    expect((await halt(true)).body).toMatchObject({ halted: true, lowest_ask: 215 });
    const bid = { product_id: product, size: '42', price: 215 };
    expect((await market.as(name('berk')).post('/market/bids', bid)).body).toMatchObject({
      code: 'trading_halted',
    });
    const path = `/market/asks/${(offer as { id: number }).id}`;
    expect((await market.as(user).call('PATCH', path, { price: 1 })).body).toMatchObject({
      code: 'trading_halted',
    });
    await halt(false);
    expect(await market.place('bid', name('berk'), product, 200)).toMatchObject({ match: null });
    expect((await market.backend.call('DELETE', `/market/products/${product}`)).status).toBe(204);
    expect((await market.backend.call('DELETE', `/market/products/${product}`)).status).toBe(204);
    expect((await market.as(name('berk')).post('/market/bids', bid)).body).toMatchObject({
      code: 'not_found',
    });
    expect((await market.backend.get(`/market/products/${product}`)).status).toBe(404);
    expect((await market.as(user).get(path)).body).toMatchObject({ status: 'withdrawn' });
    expect(await market.inbox(user, 'market.offers')).toMatchObject([
      { title: 'Your offer of $215 was withdrawn' },
    ]);
    const events = () =>
      heard(reader, 'PRODUCT_UPDATED').map(({ data }) => (data?.product as Body | null)?.halted);
    await expect.poll(events).toEqual([true, false, undefined]);
  });

  it('are placed together by many, each pair sold once', async () => {
    const { market, name, product } = await start({ options: { actionsPerMinute: 10_000 } });
    const placed = await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const side = n % 2 ? 'ask' : 'bid';
        return market.place(side, name(`${side}${n % 5}`), product, 200 + ((n * 37) % 21));
      }),
    );
    expect(placed).toHaveLength(60);
    const { trades } = (await market.backend.get(`/market/products/${product}/trades`)).body as {
      trades: Body[];
    };
    const book = (await market.backend.get(`/market/products/${product}/book?size=42&levels=100`)).body as {
      bids: { price: number; count: number }[];
      asks: { price: number; count: number }[];
    };
    const open = [...book.bids, ...book.asks].reduce((sum, { count }) => sum + count, 0);
    expect(open + 2 * trades.length).toBe(60);
    expect(book.bids[0]?.price ?? 0).toBeLessThan(book.asks[0]?.price ?? Number.POSITIVE_INFINITY);
  });

  it('are as many as a user may have, and no more', async () => {
    const { market, name, product } = await start({ options: { maxOpen: 3, actionsPerMinute: 20 } });
    const api = market.as(name('ayse'));
    const place = (n: number) =>
      api.post('/market/bids', { product_id: product, size: '42', price: 100 + n });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(place));
    // Whichever of them come first.
    expect(answers.map(({ status, body }) => String(body.code ?? status)).toSorted()).toEqual([
      '201',
      '201',
      '201',
      'limit_reached',
      'limit_reached',
    ]);
    const more = await Promise.all(Array.from({ length: 20 }, (_, n) => place(n)));
    expect(more.filter(({ body }) => body.code === 'rate_limited')).toHaveLength(5);
    expect((await api.get('/market/bids')).body.offers).toHaveLength(3);
  });
});
