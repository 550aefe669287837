/**
 * Redux Toolkit's own store on a real server: events become actions, the connection is a slice.
 *
 * @module
 */
import {
  configureStore,
  createListenerMiddleware,
  createSlice,
  type PayloadAction,
  type UnknownAction,
} from '@reduxjs/toolkit';
import type { Client } from '@tidings/client';
import {
  createTidingsMiddleware,
  dispatchEvents,
  type EventActions,
  selectChannel,
  selectConnection,
  subscribe,
  type TidingsMiddlewareOptions,
  tidingsSlice,
  unsubscribe,
} from '@tidings/client/redux';
import { beforeAll, expect, it, vi } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import type { MarketEvents } from '../support/market-kit.ts';
import { startMarket } from '../support/start-market.ts';
import type { RunningServer } from '../support/start-server.ts';
import { onTeardown } from '../support/teardown.ts';
import { hear, openClient, settled, until } from './support/open-client.ts';

interface Market {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly matches: readonly number[];
}

const market = createSlice({
  name: 'market',
  initialState: { bid: undefined, ask: undefined, matches: [] } as Market,
  reducers: {
    updateBid: (state, { payload }: PayloadAction<{ price: number }>) => ({ ...state, bid: payload.price }),
    updateAsk: (state, { payload }: PayloadAction<{ price: number }>) => ({ ...state, ask: payload.price }),
    addMatch: (state, { payload }: PayloadAction<{ id: number }>) => ({
      ...state,
      matches: [...state.matches, payload.id],
    }),
  },
});
const { updateBid, updateAsk, addMatch } = market.actions;

const actions: EventActions<MarketEvents> = {
  BID_UPDATED: updateBid,
  ASK_UPDATED: updateAsk,
  MATCH_CREATED: addMatch,
};

/** A store as an application has one; Redux Toolkit's checks tell of what no state may hold. */
function openStore(client: Client, options: Partial<TidingsMiddlewareOptions> = {}) {
  const complaints = vi.spyOn(console, 'error');
  const tidings = createTidingsMiddleware({ client, channels: { 'product:*': actions }, ...options });
  const listeners = createListenerMiddleware();
  const store = configureStore({
    reducer: { tidings: tidingsSlice.reducer, market: market.reducer },
    middleware: (defaults) => defaults().prepend(listeners.middleware).concat(tidings),
  });
  onTeardown(() => {
    expect(complaints.mock.calls).toEqual([]);
    complaints.mockRestore();
    tidings.stop();
  });
  /** The state as something that `until` can wait for. */
  const state = { subscribe: store.subscribe, getSnapshot: store.getState };
  return { ...store, tidings, listeners, state };
}

let server: RunningServer;

beforeAll(async () => {
  server = await startMarket({
    namespaces: {
      brief: { history: { size: 2 }, rights: { subscribe: 'anyone', publish: 'anyone' } },
      closed: { rights: { subscribe: 'nobody' } },
    },
  });
});

const open = (url = server.url) => openClient({ url });

it('dispatches the events of the channels that are subscribed to', async () => {
  const client = open();
  const { dispatch, getState, state, listeners } = openStore(client);
  const shown: string[] = [];
  listeners.startListening({
    actionCreator: addMatch,
    effect: ({ payload }) => void shown.push(`Match ${payload.id} found!`),
  });
  dispatch(subscribe('product:42'));
  const product = client.channel<MarketEvents>('product:42');
  await settled(product);
  await client.command('place_bid', { product: '42', price: 210 });
  await product.publish('ASK_UPDATED', { price: 215 });
  await product.publish('MATCH_CREATED', { id: 123, price: 215 });
  await until(state, ({ market: { matches } }) => matches.length === 1);
  expect(getState().market).toEqual({ bid: 210, ask: 215, matches: [123] });
  expect(shown).toEqual(['Match 123 found!']);
});

it('keeps the connection and the channels in its slice', async () => {
  const proxy = await CutProxy.start(server.url);
  const client = open(proxy.url);
  const { dispatch, getState, state } = openStore(client);
  expect(selectConnection(getState()).state).toBe('idle');
  expect(selectChannel(getState(), 'product:42')).toBeUndefined();
  dispatch(subscribe('product:42'));
  expect(selectChannel(getState(), 'product:42')).toMatchObject({ state: 'pending' });
  await until(state, (now) => selectChannel(now, 'product:42')?.state === 'live');
  expect(selectConnection(getState())).toMatchObject({ state: 'connected', transport: 'websocket' });
  proxy.refuse();
  proxy.cut();
  const lost = await until(state, (now) => selectConnection(now).error !== undefined);
  expect(Object.getPrototypeOf(selectConnection(lost).error)).toBe(Object.prototype);
  proxy.accept();
  await until(state, (now) => selectChannel(now, 'product:42')?.recovered === true);
  expect(selectConnection(getState())).toMatchObject({ state: 'connected', error: undefined });
});

it('shows a connection there was before the store', async () => {
  const client = open();
  await client.connect();
  const { state } = openStore(client);
  expect(selectConnection(await until(state, (now) => selectConnection(now).state !== 'idle')).state).toBe(
    'connected',
  );
});

it('leaves a channel with the last that wants it', async () => {
  const client = open();
  const { dispatch, getState, state } = openStore(client);
  const { status } = client.channel('product:42');
  dispatch(unsubscribe('product:42'));
  dispatch(subscribe('product:42'));
  dispatch(subscribe('product:42'));
  dispatch(unsubscribe('product:42'));
  await until(state, (now) => selectChannel(now, 'product:42')?.state === 'live');
  dispatch(unsubscribe('product:42'));
  expect(selectChannel(getState(), 'product:42')).toBeUndefined();
  await until(status, ({ state }) => state === 'idle');
});

it('begins with the newest events when asked to, and takes the mapping of one channel first', async () => {
  const client = open();
  const product = client.channel<MarketEvents>('product:last');
  await product.publish('BID_UPDATED', { price: 7 });
  const { dispatch, state } = openStore(client, {
    channels: {
      'product:*': { BID_UPDATED: updateBid },
      'product:last': {
        BID_UPDATED: ({ price }: { price: number }, { offset }) => updateAsk({ price: price + offset }),
      },
    },
  });
  dispatch(subscribe('product:last', { last: 1 }));
  expect((await until(state, ({ market }) => market.ask !== undefined)).market).toMatchObject({
    bid: undefined,
    ask: 8,
  });
});

it('tells of a refused channel, and of a name that is none', async () => {
  const client = open();
  const { dispatch, state } = openStore(client);
  dispatch(subscribe('closed:a'));
  const refused = await until(state, (now) => selectChannel(now, 'closed:a')?.state === 'failed');
  expect(selectChannel(refused, 'closed:a')?.error).toMatchObject({ code: 'forbidden' });
  expect(() => dispatch(subscribe('no name'))).toThrow(expect.objectContaining({ code: 'bad_channel' }));
});

it('loads a snapshot when events were missed for good, before what comes after it', async () => {
  const proxy = await CutProxy.start(server.url);
  const client = open(proxy.url);
  const { promise, resolve } = Promise.withResolvers<void>();
  const { dispatch, getState, state } = openStore(client, {
    channels: { 'brief:*': { BID_UPDATED: updateBid } },
    async onGap({ channel }, store) {
      await promise;
      store.dispatch(updateAsk({ price: channel.length }));
    },
  });
  dispatch(subscribe('brief:a'));
  await until(state, (now) => selectChannel(now, 'brief:a')?.state === 'live');
  proxy.refuse();
  proxy.cut();
  const other = open().channel('brief:a');
  for (let price = 1; price <= 4; price += 1) await other.publish('told', { price });
  proxy.accept();
  await until(state, (now) => selectChannel(now, 'brief:a')?.recovered === false);
  await other.publish('BID_UPDATED', { price: 5 });
  // One connection hears in order: once this is here, so was the bid.
  const after = client.channel('demo:after');
  const heard = hear(after);
  await settled(after);
  await after.publish('told', 1);
  await heard.next();
  expect(getState().market.bid).toBeUndefined();
  resolve();
  await until(state, ({ market }) => market.bid === 5);
  expect(getState().market.ask).toBe('brief:a'.length);
});

it('lets go of everything when it is stopped', async () => {
  const client = open();
  const { dispatch, getState, state, tidings } = openStore(client);
  dispatch(subscribe('product:42'));
  await until(state, (now) => selectChannel(now, 'product:42')?.state === 'live');
  const before = getState();
  tidings.stop();
  await until(client.channel('product:42').status, ({ state }) => state === 'idle');
  client.disconnect();
  expect(getState()).toBe(before);
});

it('dispatches without the middleware too, and nothing for events that have no action', async () => {
  const client = open();
  const channel = client.channel<Record<string, number>>('demo:names');
  const dispatched: UnknownAction[] = [];
  const stop = dispatchEvents(channel, (action) => dispatched.push(action), {
    told: (data) => ({ type: 'told', data }),
    quiet: () => undefined,
  });
  await settled(channel);
  for (const name of ['quiet', 'toString', 'unknown', 'told']) await channel.publish(name, 1);
  await vi.waitFor(() => expect(dispatched).toEqual([{ type: 'told', data: 1 }]));
  stop();
  await until(channel.status, ({ state }) => state === 'idle');
});
