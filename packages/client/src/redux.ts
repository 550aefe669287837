/**
 * Tidings for Redux Toolkit: events become actions, the connection is a slice, channels are followed by actions.
 *
 * ```ts
 * const tidings = createTidingsMiddleware({
 *   client,
 *   channels: { 'product:*': { BID_UPDATED: updateBid, ASK_UPDATED: updateAsk, MATCH_CREATED: addMatch } },
 * });
 * const store = configureStore({
 *   reducer: { tidings: tidingsSlice.reducer, market: marketSlice.reducer },
 *   middleware: (defaults) => defaults().concat(tidings),
 * });
 * store.dispatch(subscribe('product:42'));
 * ```
 *
 * @module
 */
export { dispatchEvents, type EventActions } from './redux/dispatch-events.ts';
export {
  createTidingsMiddleware,
  type TidingsMiddleware,
  type TidingsMiddlewareOptions,
  type TidingsStore,
} from './redux/tidings-middleware.ts';
export {
  type ChannelState,
  type ConnectionInfo,
  type ErrorInfo,
  selectChannel,
  selectConnection,
  subscribe,
  type TidingsRoot,
  type TidingsState,
  tidingsSlice,
  unsubscribe,
} from './redux/tidings-slice.ts';
