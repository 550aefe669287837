import { type Client, createStore } from '@tidings/client';
import { expect, test } from 'vitest';
import type { Call } from '../../shared/web/call.ts';
import type { PriceUpdate, ProductState } from '../events.ts';
import { ProductList } from './product-list.ts';

const product = (id: string, version = 1, rest: Partial<ProductState> = {}): ProductState => ({
  ...{ id, name: id, price: '', brand: null, amount: 100 - version, currency: 'TRY', previous: null },
  ...{ url: null, image: null, owner: null, version, created: 0, updated: 0, shop: null },
  ...rest,
});

const update = (id: string, version: number) =>
  ({
    product_id: id,
    new: { amount: 100 - version, currency: 'TRY' },
    old: { amount: 0, currency: 'TRY' },
    version,
    at: 0,
  }) as PriceUpdate;

/** What the server says of a watch: its product comes without its shop page. */
const watchOf = (id: string, version = 1) => {
  const { shop: _, ...bare } = product(id, version);
  return { product: bare, threshold: { kind: 'any' }, atMost: null };
};

/** A list whose questions a test answers. */
function open() {
  const asked: { readonly path: string; answer(value: unknown): Promise<void>; fail(): Promise<void> }[] = [];
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
  const call = (path: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    asked.push({
      path,
      answer: (value) => {
        resolve(value);
        return settled();
      },
      fail: () => {
        reject(new Error('no server'));
        return settled();
      },
    });
    return promise;
  };
  const status = createStore<{ state: string }>({ state: 'live' }, (error) => {
    throw error;
  });
  const client = { status, channel: () => ({ status, on: () => () => {}, onGap: () => () => {} }) };
  const list = new ProductList(client as unknown as Client, call as Call);
  /** The oldest question about something that was not answered yet. */
  const next = (about: string) => {
    const index = asked.findIndex(({ path }) => path.startsWith(`/prices/${about}`));
    const [question] = index < 0 ? [] : asked.splice(index, 1);
    if (!question) throw new Error(`Nobody asks for ${about}.`);
    return question;
  };
  const watches = () =>
    [...list.state.getSnapshot().watches.values()].map((watch) => [watch.product.id, watch.product.version]);
  const shown = () => list.state.getSnapshot().products.map(({ id, version }) => [id, version]);
  return { list, status, next, watches, shown, asked };
}

test('a product that is watched is shown as before, though the answer does not tell of its shop page', async () => {
  const { list, next } = open();
  const shop = { url: 'https://shop.example/', state: 'failing' } as unknown as ProductState['shop'];
  await next('products?').answer({ products: [product('a'), product('b', 1, { shop })] });
  for (const id of ['a', 'b']) {
    void list.watch(id, { kind: 'any' });
    await next(`watches/${id}`).answer(watchOf(id));
  }
  const { watches } = list.state.getSnapshot();
  expect([...watches.values()].map((watch) => watch.product.shop)).toEqual([null, shop]);
});

test('an answer that is older than what was heard changes nothing, wherever the product stands', async () => {
  const { list, next, watches, shown } = open();
  await next('products?').answer({ products: [product('a')] });
  await next('watches?').answer({ watches: [watchOf('a')] });
  void list.reload('a');
  list.apply(update('a', 2));
  await next('products/a').answer(product('a', 1));
  expect([shown(), watches(), list.find('a')?.version]).toEqual([[['a', 2]], [['a', 2]], 2]);
  void list.watch('a', { kind: 'any' });
  list.apply(update('a', 3));
  await next('watches/a').answer(watchOf('a', 2));
  expect(watches()).toEqual([['a', 3]]);
});

test('what was heard reaches a watch whose product was read before that of the list', async () => {
  const { list, next, watches } = open();
  await next('watches?').answer({ watches: [watchOf('a', 1)] });
  await next('products?').answer({ products: [product('a', 2)] });
  expect(watches()).toEqual([['a', 2]]);
  list.apply(update('a', 2));
  list.apply(update('a', 3));
  expect(watches()).toEqual([['a', 3]]);
});

test('a watch that is set or ended while all are being read stays so', async () => {
  const { list, next, watches } = open();
  void list.watch('new', { kind: 'any' });
  await next('watches/new').answer(watchOf('new'));
  void list.unwatch('old');
  await next('watches/old').answer(undefined);
  await next('watches?').answer({ watches: [watchOf('old'), watchOf('other')] });
  expect(watches().map(([id]) => id)).toEqual(['other', 'new']);
});

test('watches that could not be read are read again once there is a connection', async () => {
  const { status, next, watches } = open();
  await next('watches?').fail();
  expect(watches()).toEqual([]);
  status.set({ state: 'failed' });
  status.set({ state: 'live' });
  await next('watches?').answer({ watches: [watchOf('a')] });
  expect(watches()).toEqual([['a', 1]]);
});

test('a product that is shown alone stays, whatever list is read and whether it is watched', async () => {
  const { list, next, shown } = open();
  void list.reload('far');
  await next('products/far').answer(product('far'));
  await next('products?').answer({ products: [product('a')] });
  expect(shown()).toEqual([['a', 1]]);
  expect(list.find('far')).toEqual(product('far'));
  list.apply(update('far', 2));
  expect(list.find('far')?.version).toBe(2);
  void list.watch('far', { kind: 'any' });
  await next('watches/far').answer(watchOf('far', 2));
  void list.unwatch('far');
  await next('watches/far').answer(undefined);
  expect(list.find('far')?.version).toBe(2);
});

test('a page of the list before is not asked for while a search is under way', async () => {
  const { list, next, shown, asked } = open();
  await next('products?').answer({ products: [product('a')], next: '1' });
  void list.search('tea');
  void list.more();
  await next('products?').answer({ products: [product('tea')] });
  expect(shown()).toEqual([['tea', 1]]);
  expect(asked.filter(({ path }) => path.startsWith('/prices/products'))).toEqual([]);
});
