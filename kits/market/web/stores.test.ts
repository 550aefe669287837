/**
 * What the page holds, against answers and events that come in any order.
 *
 * @module
 */
import { type Client, createStore } from '@tidings/client';
import { expect, it } from 'vitest';
import type { Call } from '../../shared/web/call.ts';
import { Products } from './browse/products.ts';
import { Offers } from './offers/offers.ts';
import { Orders } from './orders/orders.ts';
import { Sneaker } from './sneaker/sneaker.ts';
import { TicketLog } from './support/ticket-log.ts';
import { Tickets } from './support/tickets.ts';

/** A server whose answers and events a test gives. */
function openServer() {
  const asked: { readonly path: string; readonly resolve: (value: unknown) => void }[] = [];
  const handlers = new Map<string, ((data: unknown) => void)[]>();
  const rethrow = (error: unknown) => {
    throw error;
  };
  const status = createStore({ state: 'live' }, rethrow);
  const channel = (name: string) => ({
    status,
    on(event: string, handler: (data: unknown) => void) {
      const key = `${name} ${event}`;
      handlers.set(key, [...(handlers.get(key) ?? []), handler]);
      return () => {};
    },
    onGap: () => () => {},
  });
  const pending = createStore({ entries: [] }, rethrow);
  const client = { status, pending, channel, on: () => () => {} } as unknown as Client;
  const call = ((path: string) => new Promise((resolve) => asked.push({ path, resolve }))) as unknown as Call;
  return {
    client,
    call,
    /** Answers the oldest question about something. */
    async answer(about: string, value: unknown) {
      const index = asked.findIndex(({ path }) => path.split('?')[0] === about);
      const [question] = index < 0 ? [] : asked.splice(index, 1);
      if (!question) throw new Error(`Nobody asks for ${about}.`);
      question.resolve(value);
      await new Promise((resolve) => setTimeout(resolve));
    },
    asks: (about: string) => asked.some(({ path }) => path.split('?')[0] === about),
    tell(name: string, event: string, data: unknown) {
      for (const handler of handlers.get(`${name} ${event}`) ?? []) handler(data);
    },
  };
}

const sneaker = (bid: number, version: number) => ({
  id: 'a',
  by_size: [{ size: '42', highest_bid: bid, highest_bid_amount: bid * 100, version }],
});
const bidOf = (bid: number, version: number) => ({
  product_id: 'a',
  price: bid,
  amount: bid * 100,
  size: '42',
  size_price: bid,
  size_amount: bid * 100,
  version,
});

it('a product’s answer that comes late undoes no price', async () => {
  const server = openServer();
  const { state } = new Sneaker(server.client, server.call, 'a');
  const bid = () => state.getSnapshot().product?.by_size[0]?.highest_bid;
  server.tell('sneaker:a', 'BID_UPDATED', bidOf(210, 2));
  await server.answer('/market/products/a', sneaker(200, 1));
  expect(bid()).toBe(210);
  // An event that is older than what was read changes nothing.
  server.tell('sneaker:a', 'BID_UPDATED', bidOf(190, 1));
  expect(bid()).toBe(210);
});

it('a size that is added or removed is seen at once', async () => {
  const server = openServer();
  const { state } = new Sneaker(server.client, server.call, 'a');
  await server.answer('/market/products/a', { ...sneaker(200, 1), sizes: ['42'] });
  server.tell('sneaker:a', 'PRODUCT_UPDATED', { product: { id: 'a', sizes: ['42'], halted: true } });
  expect(server.asks('/market/products/a')).toBe(false);
  server.tell('sneaker:a', 'PRODUCT_UPDATED', { product: { id: 'a', sizes: ['43', '42'] } });
  const size = { ...sneaker(10, 3).by_size[0], size: '43' };
  await server.answer('/market/products/a', { id: 'a', by_size: [size, sneaker(200, 1).by_size[0]] });
  expect(state.getSnapshot().product?.by_size.map(({ size }) => size)).toEqual(['43', '42']);
});

it('an answer of a server that has heard less changes no price', async () => {
  const server = openServer();
  const store = new Sneaker(server.client, server.call, 'a');
  await server.answer('/market/products/a', sneaker(210, 5));
  void store.load();
  await server.answer('/market/products/a', sneaker(200, 4));
  expect(store.state.getSnapshot().product?.by_size[0]?.highest_bid).toBe(210);
});

it('sales are listed once, the newest first, whichever way they come', async () => {
  const server = openServer();
  const { state } = new Sneaker(server.client, server.call, 'a');
  const sale = (id: number) => ({ match_id: id, product_id: 'a', size: '42', price: id, amount: id, at: id });
  server.tell('sneaker:a', 'MATCH_CREATED', sale(3));
  await server.answer('/market/products/a/trades', { trades: [sale(2), sale(1)] });
  server.tell('sneaker:a', 'MATCH_CREATED', sale(2));
  expect(state.getSnapshot().trades.map(({ match_id: id }) => id)).toEqual([3, 2, 1]);
});

it('a list’s answer that comes late undoes no price, and loses no product that is new', async () => {
  const server = openServer();
  const { state } = new Products(server.client, server.call);
  const product = (id: string, bid: number) => ({ id, highest_bid: bid });
  server.tell('market:all', 'BID_UPDATED', bidOf(210, 2));
  server.tell('feed:deals', 'NEW_PRODUCT', { product: product('b', 0) });
  await server.answer('/market/feed', { popular: [product('a', 200)], newest: [], drops: [] });
  const { products, arrived } = state.getSnapshot();
  expect(products.get('a')?.highest_bid).toBe(210);
  expect([arrived, products.has('b')]).toEqual([['b'], true]);
});

it('what was matched or taken back is never open again', async () => {
  const server = openServer();
  const offers = new Offers(server.client, server.call, 'me', () => {});
  const offer = (status: string, placed = 1) => ({ id: 7, side: 'bid', status, placed });
  const shown = () => offers.state.getSnapshot().offers.map(({ status }) => status);
  server.tell('user:me', 'OFFER_UPDATED', { offer: offer('matched') });
  await server.answer('/market/bids', { offers: [offer('open')] });
  expect(shown()).toEqual(['matched']);
  const placing = offers.place('bid', { product_id: 'a', amount: 1 }, 'key');
  await server.answer('/market/bids', { offer: offer('open', 2), match: null });
  await placing;
  expect(shown()).toEqual(['matched']);
});

it('an order never goes a step back', async () => {
  const server = openServer();
  const orders = new Orders(server.client, server.call, 'me');
  const order = (...steps: readonly string[]) => ({ order_id: 1, status: steps.at(-1), steps });
  const shown = () => orders.state.getSnapshot().orders.map(({ status }) => status);
  await server.answer('/market/orders', { orders: [order('placed')] });
  server.tell('user:me', 'ORDER_STATUS_UPDATED', { order_id: 1, step: 2 });
  server.tell('user:me', 'ORDER_STATUS_UPDATED', { order_id: 1, step: 3 });
  // Only the answer to the newest question counts.
  await server.answer('/market/orders/1', order('placed', 'payment_confirmed'));
  expect(shown()).toEqual(['placed']);
  await server.answer('/market/orders/1', order('placed', 'payment_confirmed', 'shipped'));
  expect(shown()).toEqual(['shipped']);
  server.tell('user:me', 'ORDER_STATUS_UPDATED', { order_id: 1, step: 3 });
  expect(server.asks('/market/orders/1')).toBe(false);
  void orders.load();
  await server.answer('/market/orders', { orders: [order('placed', 'payment_confirmed')] });
  expect(shown()).toEqual(['shipped']);
});

it('a conversation has no hole: what is before one is read by scrolling back', async () => {
  const server = openServer();
  const log = new TicketLog({ client: server.client, call: server.call, id: 5, onTicket: () => {} });
  const message = (seq: number) => ({ ticket_id: 5, seq });
  const shown = () => log.state.getSnapshot().messages.map(({ seq }) => seq);
  await server.answer('/market/tickets/5/messages', { messages: [message(1), message(2)] });
  server.tell('support:5', 'CHAT_MESSAGE', message(3));
  expect([shown(), log.state.getSnapshot().older]).toEqual([[1, 2, 3], false]);
  void log.load();
  await server.answer('/market/tickets/5/messages', { messages: [message(8), message(9)] });
  expect([shown(), log.state.getSnapshot().older]).toEqual([[8, 9], true]);
});

it('agents see what others close, also where that was not heard', async () => {
  const server = openServer();
  const { client, call } = server;
  const tickets = new Tickets({ client, call, user: 'irina', agent: true });
  const ticket = (id: number, status: string, updated: number) => ({
    ticket_id: id,
    user_id: 'olena',
    status,
    unread: 1,
    updated,
  });
  const answer = async (...queue: readonly object[]) => {
    // The visitor’s own come first.
    for (let own = true; server.asks('/market/tickets'); own = !own)
      await server.answer('/market/tickets', { tickets: own ? [] : queue });
  };
  const shown = () => tickets.state.getSnapshot().tickets.map(({ ticket_id: id, status }) => [id, status]);
  await answer(ticket(1, 'open', 1), ticket(2, 'open', 1));
  server.tell('support:queue', 'TICKET_UPDATED', { ticket: ticket(1, 'closed', 2) });
  await answer(ticket(2, 'open', 1));
  expect(shown()).toEqual([
    [1, 'closed'],
    [2, 'open'],
  ]);
  void tickets.load();
  await answer();
  expect(shown()).toEqual([[1, 'closed']]);
});

it('a visitor hears of a ticket that is closed, wherever on the page they are', async () => {
  const server = openServer();
  const { client, call } = server;
  const tickets = new Tickets({ client, call, user: 'olena', agent: false });
  const ticket = { ticket_id: 1, user_id: 'olena', status: 'taken', unread: 2, updated: 1 };
  await server.answer('/market/tickets', { tickets: [ticket] });
  server.tell('user:olena', 'TICKET_UPDATED', { ticket: { ...ticket, status: 'closed', updated: 2 } });
  expect(tickets.state.getSnapshot().tickets).toMatchObject([{ status: 'closed', unread: 2 }]);
});
