import { io } from 'socket.io-client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Body } from './support/api.ts';
import { signToken } from './support/credentials.ts';
import type { Inbox } from './support/inbox.ts';
import { startTimedMarket } from './support/market/start-timed-market.ts';
import { NativeClient } from './support/native-client.ts';
import { onTeardown } from './support/teardown.ts';

/** A message of the raw WebSocket, as it came. */
type Raw = Body & { readonly type: string };

/** A client of the raw WebSocket. @param query of its address. */
async function openRaw(url: string, query = '') {
  const client = await NativeClient.connect(url, { path: `/ws${query}` });
  const messages = client.messages as unknown as Inbox<Raw>;
  const take = (type: string, match: (message: Raw) => boolean = () => true) =>
    messages.take((message) => message.type === type && match(message));
  return {
    take,
    send: (message: object) => client.send(message),
    types: () => messages.all.map(({ type }) => type),
    ws: client.ws,
  };
}

/** Good for as long as the market's time stands still. */
const FAR = Date.UTC(2100, 0) / 1000;
const signed = (user: string) => signToken({ sub: user, exp: FAR });
const tokenOf = (user: string) => `token=${encodeURIComponent(signed(user))}`;

describe('the raw WebSocket of the market', () => {
  it('tells a client that asks for nothing what it is to hear', async () => {
    const market = await startTimedMarket({ config: { auth: { anonymous: true } } });
    const product = await market.addProduct();
    const other = await market.addProduct();
    // A page may ask for one product, and anybody may look.
    const page = await openRaw(market.url, `?product=${product}`);
    expect(await page.take('READY')).toMatchObject({ channels: [`sneaker:${product}`] });
    const seller = await openRaw(market.url, `?${tokenOf('seller')}`);
    expect(await seller.take('READY')).toMatchObject({
      channels: ['user:seller', 'market:all', 'feed:deals'],
    });
    await market.place('bid', 'first', product, 200);
    await market.place('ask', 'seller', product, 220);
    await market.place('ask', 'seller', other, 99);
    await market.place('bid', 'second', product, 210);
    await market.place('bid', 'third', product, 225);

    const at = market.clock.now();
    const one = { product_id: product, currency: 'USD', size: '42', at, channel: `sneaker:${product}` };
    const bid = await page.take('BID_UPDATED');
    expect(bid).toMatchObject({ ...one, price: 200, amount: 20_000 });
    expect(bid.position).toMatch(/^\w+:\d+$/);
    expect(await page.take('ASK_UPDATED')).toMatchObject({ ...one, price: 220 });
    expect(await page.take('BID_UPDATED')).toMatchObject({ ...one, price: 210 });
    expect(await page.take('MATCH_CREATED')).toMatchObject({
      ...one,
      price: 220,
      message: 'MATCH! Sold at $220',
    });
    expect(await page.take('ASK_UPDATED')).toMatchObject({ ...one, price: null, amount: null });
    expect(page.types()).not.toContain('OFFER_UPDATED');

    expect(await seller.take('ASK_UPDATED', ({ product_id }) => product_id === other)).toMatchObject({
      price: 99,
      channel: 'market:all',
    });
    expect(await seller.take('MATCH_CREATED', ({ role }) => role === 'seller')).toMatchObject({
      price: 220,
      message: 'Your sneakers sold for $220!',
      timestamp: new Date(at).toISOString(),
      match_id: expect.any(Number),
    });
    expect(await seller.take('NOTIFICATION')).toMatchObject({
      title: 'Your sneakers sold for $220!',
      level: 'success',
    });
    expect(await seller.take('ORDER_STATUS_UPDATED')).toMatchObject({ status: 'placed', role: 'seller' });

    const lost = await openRaw(market.url, '?product=nothing');
    expect(await lost.take('ERROR')).toMatchObject({ code: 'not_found' });
    lost.send({ type: 'PLACE_BID', product_id: product, size: '42', price: 10, id: 1 });
    expect(await lost.take('ERROR')).toMatchObject({ code: 'unauthenticated', command: 'PLACE_BID', id: 1 });
  });

  it('lets in only who has a token, unless the server says otherwise', async () => {
    const market = await startTimedMarket({ config: { auth: { anonymous: false } } });
    for (const [query, code] of [
      ['', 'unauthenticated'],
      ['?token=no', 'invalid_token'],
    ] as const) {
      const client = await openRaw(market.url, query);
      expect(await client.take('ERROR')).toMatchObject({ code, reconnect: false });
    }
  });

  it('takes commands, and gives what was missed to who comes back', async () => {
    const market = await startTimedMarket();
    const product = await market.addProduct();
    const [ayse, berk] = await Promise.all([
      openRaw(market.url, `?${tokenOf('ayse')}`),
      openRaw(market.url, `?${tokenOf('berk')}`),
    ]);
    for (const client of [ayse, berk]) await client.take('READY');
    ayse.send({ type: 'PING', id: 'p' });
    expect(await ayse.take('PONG')).toMatchObject({ id: 'p' });
    ayse.send({ type: 'SUBSCRIBE', product_id: product, id: 1 });
    const [{ position }] = (await ayse.take('SUBSCRIBED')).channels as [{ position: string }];

    berk.send({ type: 'PLACE_ASK', product_id: product, size: '42', price: 215, key: 'k', id: 'ask' });
    berk.send({ type: 'PLACE_ASK', product_id: product, size: '42', price: 215, key: 'k' });
    const placed = await berk.take('ACK', ({ id }) => id === 'ask');
    expect(placed).toMatchObject({
      command: 'PLACE_ASK',
      data: { offer: { price: 215, status: 'open' }, match: null },
    });
    expect((await berk.take('ACK')).data).toEqual(placed.data);
    const { id } = (placed.data as { offer: { id: number } }).offer;
    berk.send({ type: 'CHANGE_ASK', id, price: 214 });
    expect(await berk.take('ACK', ({ command }) => command === 'CHANGE_ASK')).toMatchObject({ id });
    berk.send({ type: 'CANCEL_ASK', id });
    expect(await berk.take('ACK', ({ command }) => command === 'CANCEL_ASK')).toMatchObject({
      data: { status: 'cancelled' },
    });
    expect(
      await berk.take('OFFER_UPDATED', ({ offer }) => (offer as Body).status === 'cancelled'),
    ).toMatchObject({
      offer: { id, price: 214 },
    });
    const heard = ['215', '214', 'null'];
    for (const price of heard)
      expect(String((await ayse.take('ASK_UPDATED', ({ channel }) => channel !== 'market:all')).price)).toBe(
        price,
      );

    // Unsubscribed, it hears the rest of the market alone.
    ayse.send({ type: 'UNSUBSCRIBE', product_id: product });
    await ayse.take('UNSUBSCRIBED');
    ayse.ws.close();
    const again = await openRaw(market.url, `?${tokenOf('ayse')}`);
    again.send({ type: 'SUBSCRIBE', channels: [{ channel: `sneaker:${product}`, since: position }] });
    const { channels } = await again.take('SUBSCRIBED');
    expect(channels).toMatchObject([
      {
        recovered: true,
        messages: heard.map((price) => ({
          type: 'ASK_UPDATED',
          price: price === 'null' ? null : Number(price),
        })),
      },
    ]);
  });

  it('answers nonsense with a coded error, and goes on', async () => {
    const market = await startTimedMarket();
    const client = await openRaw(market.url, `?${tokenOf('ayse')}`);
    for (const [message, code] of [
      [{}, 'unknown_command'],
      [{ type: 'NO' }, 'unknown_command'],
      [{ type: 'SUBSCRIBE' }, 'invalid_request'],
      [{ type: 'SUBSCRIBE', channels: 'x' }, 'invalid_request'],
      [{ type: 'PLACE_BID', price: '200' }, 'invalid_request'],
      [{ type: 'CANCEL_BID' }, 'invalid_request'],
      [{ type: 'CANCEL_BID', id: 999 }, 'not_found'],
      // A key that were passed over would let a repeat buy twice.
      [{ type: 'PLACE_BID', product_id: 'a', price: 1, key: 7 }, 'invalid_request'],
      [{ type: 'PLACE_BID', product_id: 'a', price: 1, key: '' }, 'invalid_request'],
      [{ type: 'CANCEL_BID', id: 999, key: 'k'.repeat(129) }, 'invalid_request'],
      [{ type: 'PLACE_BID', product_id: 'a', price: 1, key: '\0' }, 'invalid_request'],
    ] as const) {
      client.send(message);
      expect(await client.take('ERROR')).toMatchObject({ code });
    }
    client.ws.send('{');
    expect(await client.take('ERROR')).toMatchObject({ code: 'malformed_message' });
    client.send({ type: 'PING' });
    await client.take('PONG');
  });
});

describe('the same by other ways:', () => {
  let market: Awaited<ReturnType<typeof startTimedMarket>>;
  let product: string;
  beforeAll(async () => {
    market = await startTimedMarket();
    product = await market.addProduct();
  });

  it('Socket.IO', async () => {
    const socket = io(market.url, { transports: ['websocket'], auth: { token: signed('ayse') } });
    onTeardown(() => socket.disconnect());
    const updated = new Promise((resolve) => socket.on('BID_UPDATED', resolve));
    await socket.emitWithAck('subscribe', { channels: [`sneaker:${product}`] });
    const placed = await socket.emitWithAck('place_bid', { product_id: product, size: '42', price: 150 });
    expect(placed).toMatchObject({ ok: true, data: { offer: { price: 150, status: 'open' } } });
    expect(await updated).toMatchObject({ product_id: product, price: 150 });
    const { id } = placed.data.offer;
    expect(await socket.emitWithAck('cancel_bid', { id })).toMatchObject({
      ok: true,
      data: { status: 'cancelled' },
    });
  });

  it('native WebSocket', async () => {
    const client = await market.native('berk');
    const bid = { product_id: product, size: '42', amount: 15_100 };
    const placed = await client.ask('command', { name: 'place_bid', data: bid, key: 'k' });
    expect(placed).toMatchObject({ ok: true, data: { offer: { price: 151 } } });
    expect((await client.ask('command', { name: 'place_bid', data: bid, key: 'k' })).data).toEqual(
      placed.data,
    );
    expect(
      (await market.as('berk').post('/commands/place_bid', { ...bid }, { 'idempotency-key': 'k' })).body,
    ).toEqual(placed.data);
  });
});
