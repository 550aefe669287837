/**
 * The sneaker marketplace's own client code, unchanged, in a real browser: the class of its document with a store of Redux
 * Toolkit, and the handlers that it shows.
 *
 * @module
 */
import type { Browser } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { signToken } from '../support/credentials.ts';
import {
  addressArgument,
  documented,
  type MarketApp,
  openApp,
  reduxScript,
} from '../support/market/market-app.ts';
import { MarketServer } from '../support/market/market-tab.ts';
import { startServer } from '../support/start-server.ts';

let browser: Browser;
let market: MarketServer;
let script: string;

beforeAll(async () => {
  const { url } = await startServer({ kits: ['kits/market/server/kit.ts'] });
  market = new MarketServer(url);
  browser = await launchBrowser([addressArgument(url)]);
  script = await reduxScript();
});

/** Bids more and more until a page has heard of it: from then on it hears everything. @returns the highest bid */
async function untilHeard(product: string, heard: () => Promise<unknown>): Promise<number> {
  let price = 100;
  await expect
    .poll(async () => {
      price += 1;
      await market.place('bid', 'ayse', product, price);
      return heard();
    })
    .toBeTruthy();
  return price;
}

/** The class with its store, signed in, and heard of a product. */
async function openClient(user: string, product: string): Promise<MarketApp> {
  const app = await openApp(browser);
  await app.page.addScriptTag({ content: script });
  await app.page.evaluate(
    (token) => {
      (window as unknown as { client: { connect(token: string): void } }).client.connect(token);
    },
    signToken({ sub: user }),
  );
  const bid = `store.getState().market.bids[${JSON.stringify(product)}]`;
  const highest = await untilHeard(product, () => app.page.evaluate(bid));
  await app.has(bid, highest);
  return app;
}

it('keeps a store of Redux Toolkit by the class of the document', async () => {
  const id = await market.add('Redux');
  const app = await openClient('olena', id);
  await market.place('ask', 'sam', id, 215);
  await app.has(`store.getState().market.asks['${id}']`, 215);
  await market.place('bid', 'ayse', id, 220);
  // Once, at the price of the ask that was there.
  await app.has('store.getState().market.matches.map(({ price, product_id }) => [price, product_id])', [
    [215, id],
  ]);
  await app.has(`store.getState().market.asks['${id}']`, null);
  expect(await app.page.evaluate('shown')).toEqual(['Match found!']);
});

it('tells the seller, by the message of the document', async () => {
  const id = await market.add('Sold');
  const app = await openClient('sam', id);
  await market.place('ask', 'sam', id, 205);
  await market.place('bid', 'olena', id, 205);
  const matches = 'store.getState().market.matches.filter(({ role }) => role)';
  await app.has(`${matches}.map(({ type, message }) => [type, message])`, [
    ['MATCH_CREATED', 'Your sneakers sold for $205!'],
  ]);
  const [match] = (await app.page.evaluate(matches)) as { match_id: number; timestamp: string }[];
  expect(match?.match_id).toBeTypeOf('number');
  expect(new Date(match?.timestamp ?? '').toISOString()).toBe(match?.timestamp);
});

it('shows live prices to whoever has no token, by the first snippet', async () => {
  const id = await market.add('Snippet');
  const { page, has } = await openApp(browser);
  await page.evaluate(`
    Object.assign(window, {
      bids: [], asks: [],
      updateHighestBid: (price) => bids.push(price),
      updateLowestAsk: (price) => asks.push(price),
      showNotification: (text) => shown.push(text),
    });
  `);
  await page.addScriptTag({ content: documented('live-prices') });
  const highest = await untilHeard(id, () => page.evaluate('bids.length'));
  await has('bids.at(-1)', highest);
  await market.place('ask', 'sam', id, 220);
  await has('asks.at(-1)', 220);
  await market.place('bid', 'olena', id, 225);
  await has('shown', ['Match found! Price: $220']);
});

it('feeds the handlers of the deals, the orders and the prices', async () => {
  const id = await market.add('Handlers');
  const { page, has } = await openApp(browser);
  // They take messages that are parsed, from \`ws\` of the page.
  await page.evaluate(`
    const calls = [];
    const call = (name) => (...given) => { calls.push([name, ...given]); };
    Object.assign(window, {
      calls,
      ws: {},
      handlers: [],
      addProductToTop: call('addProductToTop'),
      highlightProduct: call('highlightProduct'),
      updateOrderStatus: call('updateOrderStatus'),
      showNotification: call('showNotification'),
      updatePrice: call('updatePrice'),
    });
  `);
  for (const part of ['feed', 'order-status', 'price'] as const) {
    await page.addScriptTag({ content: documented(part) });
    await page.evaluate('void handlers.push(ws.onmessage);');
  }
  await page.evaluate(
    (token) => {
      const page = window as unknown as { handlers: ((event: unknown) => void)[] };
      const [feed, order, price] = page.handlers;
      for (const channels of ['', 'feed']) {
        const socket = new WebSocket(`ws://localhost:8080/ws?token=${token}`);
        if (channels === 'feed')
          socket.onopen = () => socket.send(JSON.stringify({ type: 'SUBSCRIBE', channels: ['feed:deals'] }));
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(data);
          if (channels === 'feed') feed?.(message);
          else {
            order?.(message);
            price?.({ data });
          }
        };
      }
    },
    signToken({ sub: 'olena' }),
  );
  const called = (name: string) => `calls.filter(([name]) => name === '${name}')`;
  await untilHeard(id, () => page.evaluate(`${called('updatePrice')}.length`));
  const added: string[] = [];
  await expect
    .poll(async () => {
      added.push(await market.add('Newest'));
      const heard = await page.evaluate<string[]>(`${called('addProductToTop')}.map(([, { id }]) => id)`);
      return heard.some((each) => added.includes(each));
    })
    .toBe(true);
  const newest = await market.add('Newest of all');
  await market.place('ask', 'sam', newest, 300);
  await market.place('ask', 'sam', newest, 200);
  await has(`${called('highlightProduct')}.map(([, id]) => id)`, [newest]);
  const { match } = (await market.place('bid', 'olena', newest, 200)) as { match: { order_id: number } };
  await market.backend.post(`/market/orders/${match.order_id}/status`, { status: 'payment_confirmed' });
  await has(called('updateOrderStatus'), [
    ['updateOrderStatus', match.order_id, 'placed'],
    ['updateOrderStatus', match.order_id, 'payment_confirmed'],
  ]);
  await has(`${called('showNotification')}.map(([, text]) => text)`, [
    'Order placed!',
    'Order payment_confirmed!',
  ]);
});
