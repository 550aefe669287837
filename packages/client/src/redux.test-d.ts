/**
 * What TypeScript makes of `@tidings/client/redux`; checked by `tsc`, never run.
 *
 * @module
 */
import { configureStore, createAction, createAsyncThunk } from '@reduxjs/toolkit';
import { expectTypeOf } from 'vitest';
import type { Channel } from './channel.ts';
import type { Client } from './client.ts';
import {
  type ChannelState,
  type ConnectionInfo,
  createTidingsMiddleware,
  dispatchEvents,
  type EventActions,
  selectChannel,
  selectConnection,
  subscribe,
  tidingsSlice,
} from './redux.ts';

interface MarketEvents {
  readonly BID_UPDATED: { readonly price: number };
  readonly MATCH_CREATED: { readonly id: number };
}

const updateBid = createAction<{ price: number }>('market/updateBid');
const addMatch = createAction<{ id: number }>('market/addMatch');
const named = createAction<{ name: string }>('market/named');

const loadMarket = createAsyncThunk('market/load', (channel: string) => Promise.resolve(channel));

/** An application that uses everything. */
export function application(client: Client, channel: Channel<MarketEvents>): void {
  const tidings = createTidingsMiddleware({
    client,
    onGap: ({ channel }, { dispatch }) => dispatch(loadMarket(channel)),
    channels: {
      'product:*': { BID_UPDATED: updateBid, MATCH_CREATED: addMatch } satisfies EventActions<MarketEvents>,
      'user:7': { told: (data: { name: string }, { at }) => (at > 0 ? named(data) : undefined) },
    },
  });
  const store = configureStore({
    reducer: { tidings: tidingsSlice.reducer },
    middleware: (defaults) => defaults().concat(tidings),
  });
  store.dispatch(subscribe('product:42', { last: 1 }));
  expectTypeOf(selectConnection(store.getState())).toEqualTypeOf<ConnectionInfo>();
  expectTypeOf(selectChannel(store.getState(), 'product:42')).toEqualTypeOf<ChannelState | undefined>();

  dispatchEvents(channel, store.dispatch, { BID_UPDATED: updateBid });
  // @ts-expect-error A bid has no name.
  dispatchEvents(channel, store.dispatch, { BID_UPDATED: named });
  // @ts-expect-error There is no such event.
  dispatchEvents(channel, store.dispatch, { ASK_UPDATED: updateBid });
  // @ts-expect-error A bid has no name.
  void ({ BID_UPDATED: named } satisfies EventActions<MarketEvents>);
}
