import { describe, expect, it } from 'vitest';
import { ORDER_STATUSES, type Order, type OrderStatus } from '../kits/market/events.ts';
import type { Answer, Api } from './support/api.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import {
  HOUR,
  heard,
  laterClock,
  MINUTE,
  startTimedMarket,
  type TimedMarket,
  type TimedOptions,
} from './support/market/start-timed-market.ts';

const configOf = bothDatabases();

let tests = 0;

const orderOf = ({ status, body, text }: Answer): Order => {
  expect(status, text).toBe(200);
  return body as unknown as Order;
};

/** The way to each status, by a backend. */
const WAYS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  placed: [],
  payment_confirmed: ['payment_confirmed'],
  shipped: ['payment_confirmed', 'shipped'],
  delivered: ['payment_confirmed', 'shipped', 'delivered'],
  cancelled: ['cancelled'],
  refunded: ['payment_confirmed', 'refunded'],
};

/** Who may make what of an order. */
const STEPS: Readonly<Record<OrderStatus, { readonly [To in OrderStatus]?: readonly string[] }>> = {
  placed: { payment_confirmed: ['backend'], cancelled: ['backend', 'buyer'] },
  payment_confirmed: { shipped: ['backend', 'seller'], refunded: ['backend'] },
  shipped: { delivered: ['backend', 'buyer'], refunded: ['backend'] },
  delivered: { refunded: ['backend'] },
  cancelled: { refunded: ['backend'] },
  refunded: {},
};

/** Starts a market with a product, a buyer and a seller of the test's own. */
async function startOrders(options: TimedOptions = {}) {
  tests += 1;
  const market = await startTimedMarket(options);
  const [buyer, seller] = [`buyer-${tests}`, `seller-${tests}`] as const;
  const product = await market.addProduct();
  const step = (api: Api, order: number, status: string, more: object = {}, headers = {}) =>
    api.post(`/market/orders/${order}/status`, { status, ...more }, headers);
  return {
    ...market,
    ...{ buyer, seller, product, step },
    sell: (price?: number) => market.sell(product, buyer, seller, price),
    read: async (api: Api, order: number) => orderOf(await api.get(`/market/orders/${order}`)),
  };
}

it('orders take each step from whom it is up to, and from nobody else', { timeout: 60_000 }, async () => {
  const { as, backend, buyer, seller, sell, step, read } = await startOrders();
  const actors = { buyer: as(buyer), seller: as(seller), backend };
  const parcel = { carrier: 'UPS', tracking: '1Z' };
  const at = async (status: OrderStatus) => {
    const id = await sell();
    for (const next of WAYS[status]) orderOf(await step(backend, id, next));
    return id;
  };
  for (const from of ORDER_STATUSES) {
    const id = await at(from);
    const before = await read(backend, id);
    for (const to of ORDER_STATUSES)
      for (const [name, api] of Object.entries(actors)) {
        const body = to === 'shipped' ? parcel : {};
        const what = `${name}: ${from} → ${to}`;
        const takers = STEPS[from][to];
        if (takers?.includes(name)) {
          const fresh = await at(from);
          expect(orderOf(await step(api, fresh, to, body)).status, what).toBe(to);
        } else if (name === 'backend' && WAYS[from].includes(to) && to !== 'shipped')
          expect(orderOf(await step(api, id, to)), what).toEqual(before);
        else
          expect((await step(api, id, to, body)).body, what).toMatchObject({
            code: takers ? 'forbidden' : 'conflict',
          });
      }
    expect(await read(backend, id)).toEqual(before);
    for (const [name, api] of Object.entries(actors))
      expect((await read(api, id)).next, `${name}: ${from}`).toEqual(
        ORDER_STATUSES.filter((to) => STEPS[from][to]?.includes(name)),
      );
  }
});

describe.each(DATABASES)('orders on %s', (kind) => {
  const start = (more: TimedOptions = {}) => startOrders({ config: configOf(kind), ...more });

  it('go from the match to the delivery, and both parties hear of each step', async () => {
    const { as, backend, buyer, seller, sell, step, read, native, inbox, clock } = await start();
    await as(buyer).call('PUT', `/users/${buyer}/contact`, { language: 'uk' });
    await as(seller).call('PUT', `/users/${seller}/contact`, { language: 'tr' });
    const [one, other] = await Promise.all([native(buyer), native(seller)]);
    const id = await sell(205);
    const placedAt = clock.now();
    const placed = {
      order_id: id,
      status: 'placed',
      product_name: 'Air Jordan 1 Chicago',
      size: '42',
      price: 205,
      amount: 20_500,
      currency: 'USD',
      by: 'market',
      step: 1,
      carrier: null,
      timestamp: new Date(placedAt).toISOString(),
    };
    const hear = async (client: typeof one, status: OrderStatus) =>
      (await client.event(({ event, data }) => event === 'ORDER_STATUS_UPDATED' && data?.status === status))
        .data;
    expect(await hear(one, 'placed')).toMatchObject({
      ...placed,
      role: 'buyer',
      message: 'Замовлення оформлено!',
    });
    expect(await hear(other, 'placed')).toMatchObject({
      ...placed,
      role: 'seller',
      message: 'Sipariş verildi!',
    });
    expect(await read(as(buyer), id)).toMatchObject({
      ...{ order_id: id, match_id: id, role: 'buyer', status: 'placed', next: ['cancelled'] },
      pay_until: placedAt + 24 * HOUR,
      steps: [{ status: 'placed', by: 'market', note: null, at: placedAt }],
    });
    expect(await read(as(seller), id)).toMatchObject({ role: 'seller', next: [] });
    const [, order] = await one.subscribe(`user:${buyer}`, `order:${id}`);
    expect(order).toMatchObject({ channel: `order:${id}` });

    clock.jump(MINUTE);
    orderOf(await step(backend, id, 'payment_confirmed', { note: 'card' }));
    expect(await hear(other, 'payment_confirmed')).toMatchObject({ by: 'backend', step: 2 });
    expect(await read(as(seller), id)).toMatchObject({ pay_until: null, next: ['shipped'] });
    const shipped = { order_id: id, status: 'shipped', carrier: 'Nova Poshta', tracking: '20450000000000' };
    expect(
      (await other.ask('update_order', { data: { ...shipped, tracking: undefined } })).error,
    ).toMatchObject({
      code: 'invalid_request',
    });
    expect((await other.ask('update_order', { data: shipped })).data).toMatchObject({
      status: 'shipped',
      role: 'seller',
      carrier: 'Nova Poshta',
      tracking: '20450000000000',
      next: [],
    });
    // On the buyer's own channel, and on that of the order.
    for (const [role, message] of [
      ['buyer', 'Замовлення надіслано!'],
      [null, 'Order shipped!'],
    ] as const)
      expect(
        (
          await one.event(
            ({ event, data }) =>
              event === 'ORDER_STATUS_UPDATED' && data?.status === 'shipped' && data.role === role,
          )
        ).data,
      ).toMatchObject({ message, by: 'seller', carrier: 'Nova Poshta', texts: { ru: 'Заказ отправлен!' } });
    orderOf(await step(as(buyer), id, 'delivered'));
    expect(await hear(other, 'delivered')).toMatchObject({ by: 'buyer', step: 4 });
    expect((await read(backend, id)).steps.map(({ status, by, note }) => [status, by, note])).toEqual([
      ['placed', 'market', null],
      ['payment_confirmed', 'backend', 'card'],
      ['shipped', 'seller', null],
      ['delivered', 'buyer', null],
    ]);

    // Nobody is notified of what they did themselves.
    const titles = async (user: string) =>
      (await inbox(user, 'market.orders')).map(({ title, message }) => [title, message]);
    expect(await titles(buyer)).toEqual([
      ['Оплату підтверджено!', 'Air Jordan 1 Chicago, 42: тепер продавець надішле замовлення.'],
      ['Замовлення надіслано!', 'Air Jordan 1 Chicago, 42 · Nova Poshta 20450000000000'],
    ]);
    expect(await titles(seller)).toEqual([
      [
        'Ödeme onaylandı: kargolayabilirsiniz',
        'Air Jordan 1 Chicago, 42 ödendi. Kargoya verip takip numarasını girin.',
      ],
      ['Sipariş teslim edildi!', 'Air Jordan 1 Chicago, 42'],
    ]);
  });

  it('take one step from a payment backend, however often it calls', async () => {
    const { as, backend, buyer, sell, step, read, inbox } = await start();
    const id = await sell();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        step(backend, id, 'payment_confirmed', {}, n % 2 ? { 'idempotency-key': 'paid' } : {}),
      ),
    );
    for (const answer of answers) expect(orderOf(answer).steps).toHaveLength(2);
    expect(await inbox(buyer, 'market.orders')).toHaveLength(1);
    orderOf(await step(backend, id, 'shipped'));
    // Under its key the same answer; without one, the order as it is.
    const late = await step(backend, id, 'payment_confirmed', {}, { 'idempotency-key': 'paid' });
    expect(orderOf(late)).toMatchObject({ status: 'payment_confirmed' });
    expect(orderOf(await step(backend, id, 'payment_confirmed'))).toMatchObject({ status: 'shipped' });
    expect((await step(backend, id, 'delivered', {}, { 'idempotency-key': 'paid' })).body).toMatchObject({
      code: 'key_conflict',
    });
    expect((await step(backend, id, 'shipped', { carrier: 'UPS', tracking: '2' })).body).toMatchObject({
      code: 'conflict',
    });
    expect((await read(as(buyer), id)).steps).toHaveLength(3);
  });

  it('are cancelled when they are not paid in time', async () => {
    const { as, backend, buyer, seller, sell, step, read, native, inbox, clock } = await start({
      options: { paymentHours: 2 },
    });
    const unpaid = await sell();
    const paid = await sell();
    orderOf(await step(backend, paid, 'payment_confirmed'));
    const client = await native(seller);
    clock.jump(2 * HOUR - MINUTE);
    expect(await read(backend, unpaid)).toMatchObject({ status: 'placed', pay_until: clock.now() + MINUTE });
    const cancelled = () =>
      heard(client, 'ORDER_STATUS_UPDATED').find(
        ({ data }) => data?.order_id === unpaid && data.status === 'cancelled',
      );
    // A minute that comes while the minute before is still at work is left out.
    await expect
      .poll(() => {
        clock.jump(MINUTE);
        return cancelled();
      })
      .toBeDefined();
    const data = cancelled()?.data;
    expect(data).toMatchObject({ by: 'market', step: 2, message: 'Order cancelled.', role: 'seller' });
    expect(await read(as(buyer), unpaid)).toMatchObject({ status: 'cancelled', pay_until: null, next: [] });
    expect(await read(as(buyer), paid)).toMatchObject({ status: 'payment_confirmed' });
    for (const user of [buyer, seller])
      expect(await inbox(user, 'market.orders')).toContainEqual(
        expect.objectContaining({
          title: 'Order cancelled',
          message: 'Air Jordan 1 Chicago, 42: the payment did not come in time.',
        }),
      );
    // The money came late: it goes back.
    expect((await step(backend, unpaid, 'payment_confirmed')).body).toMatchObject({ code: 'conflict' });
    expect(orderOf(await step(backend, unpaid, 'refunded'))).toMatchObject({ status: 'refunded' });
  });

  it('are listed by who has part in them, and shown to nobody else', async () => {
    const { as, backend, buyer, seller, product, sell, place, step, native, read } = await start();
    const ids = [await sell(), await sell(), await sell()];
    const [first, second, third] = ids as [number, number, number];
    // Once the other way round.
    await place('bid', seller, product, 150);
    const { match } = (await place('ask', buyer, product, 150)) as { match: { order_id: number } };
    const back = match.order_id;
    await step(as(buyer), second, 'cancelled', { note: 'Changed my mind' });
    const list = async (api: Api, query = '') => {
      const { status, body, text } = await api.get(`/market/orders?${query}`);
      expect(status, text).toBe(200);
      const { orders, next } = body as unknown as { orders: Order[]; next: number | null };
      return { ids: orders.map(({ order_id }) => order_id), next, orders };
    };
    expect((await list(as(buyer))).ids).toEqual([back, third, second, first]);
    expect((await list(as(buyer), 'role=seller')).ids).toEqual([back]);
    expect((await list(as(seller), 'role=seller&status=placed')).ids).toEqual([third, first]);
    const page = await list(as(buyer), 'limit=2');
    expect(page).toMatchObject({ ids: [back, third], next: third });
    expect(await list(as(buyer), `limit=2&before=${page.next}`)).toMatchObject({
      ids: [second, first],
      next: null,
    });
    // A backend sees those of all, and a user not those of others.
    expect((await list(backend, `user=${seller}&status=cancelled`)).orders).toMatchObject([
      { order_id: second, role: 'backend', steps: [{}, { by: 'buyer', note: 'Changed my mind' }] },
    ]);
    expect((await list(as('somebody'), `user=${buyer}`)).ids).toEqual([]);
    const stranger = as('somebody');
    expect((await stranger.get(`/market/orders/${first}`)).body).toMatchObject({ code: 'not_found' });
    expect((await step(stranger, first, 'cancelled')).body).toMatchObject({ code: 'not_found' });
    const client = await native('somebody');
    expect((await client.ask('subscribe', { channels: [`order:${first}`] })).error?.code).toBe('forbidden');
    expect((await client.ask('subscribe', { channels: ['order:x'] })).error?.code).toBe('forbidden');
    expect((await as('').get('/market/orders')).status).toBe(401);
    for (const [path, body, code] of [
      [`${first}`, { status: 'lost' }, 'invalid_request'],
      [`${first}`, {}, 'invalid_request'],
      [`${first}`, { status: 'cancelled', carrier: 'UPS' }, 'invalid_request'],
      [`${first}`, { status: 'cancelled', note: 'a\u0000b' }, 'invalid_request'],
      [`${first}`, { status: 'cancelled', note: 'x'.repeat(501) }, 'invalid_request'],
      ['0', { status: 'cancelled' }, 'invalid_request'],
      ['1e400', { status: 'cancelled' }, 'invalid_request'],
      ['987654321', { status: 'cancelled' }, 'not_found'],
    ] as const)
      expect((await as(buyer).post(`/market/orders/${path}/status`, body)).body).toMatchObject({ code });
    expect((await read(as(buyer), first)).status).toBe('placed');
  });
});

describe('two servers of one PostgreSQL', () => {
  it('cancel an order once, or take its payment', { timeout: 60_000 }, async () => {
    const clock = laterClock();
    const config = configOf('PostgreSQL');
    const [one, other] = (await Promise.all([1, 2].map(() => startTimedMarket({ clock, config })))) as [
      TimedMarket,
      TimedMarket,
    ];
    const [buyer, seller] = ['two-buyer', 'two-seller'] as const;
    const product = await one.addProduct();
    const ids: number[] = [];
    for (let n = 0; n < 10; n += 1) ids.push(await one.sell(product, buyer, seller));
    clock.jump(24 * HOUR + MINUTE);
    const answers = await Promise.all(
      ids.map((id) => other.backend.post(`/market/orders/${id}/status`, { status: 'payment_confirmed' })),
    );
    const orders = async () =>
      Promise.all(ids.map(async (id) => orderOf(await one.backend.get(`/market/orders/${id}`))));
    await expect.poll(async () => (await orders()).some(({ status }) => status === 'placed')).toBe(false);
    for (const [index, { status, steps }] of (await orders()).entries()) {
      expect(steps).toHaveLength(2);
      expect(answers[index]?.status).toBe(status === 'cancelled' ? 409 : 200);
    }
    for (const user of [buyer, seller])
      expect(await one.inbox(user, 'market.orders')).toHaveLength(ids.length);
  });
});
