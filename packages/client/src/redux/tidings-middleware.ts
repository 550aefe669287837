import type { Middleware, MiddlewareAPI, ThunkDispatch, UnknownAction } from '@reduxjs/toolkit';
import type { EventMeta, Gap } from '../channel.ts';
import type { Client } from '../client.ts';
import { dispatchEvents, type EventActions } from './dispatch-events.ts';
import { channelChanged, channelLeft, connectionChanged, subscribe, unsubscribe } from './tidings-slice.ts';

/** Action creators by event, each for data of a type of its own. */
type AnyEventActions = Readonly<
  Record<string, ((data: never, meta: EventMeta) => UnknownAction | undefined) | undefined>
>;

/** The store that a middleware belongs to; it takes thunks too. */
export type TidingsStore = MiddlewareAPI<ThunkDispatch<unknown, unknown, UnknownAction>>;

/** Options of {@link createTidingsMiddleware}. */
export interface TidingsMiddlewareOptions {
  readonly client: Client;
  /**
   * What to dispatch for the events of a channel, by its name or that of its namespace (`product:*`); the name goes
   * first. `satisfies EventActions<MyEvents>` checks it against a kit's types.
   */
  readonly channels: Readonly<Record<string, AnyEventActions>>;
  /**
   * Told when events were missed for good; loads a snapshot. Events of the channel wait until what it returns is
   * fulfilled.
   */
  readonly onGap?: (gap: Gap, store: TidingsStore) => unknown;
}

/** The middleware of one store. */
export interface TidingsMiddleware extends Middleware {
  /** Lets go of the client and of all channels, as before the store is thrown away. */
  readonly stop: () => void;
}

/**
 * Creates a middleware that follows channels by {@link subscribe} and {@link unsubscribe}, dispatches their events as
 * actions, and keeps the slice up to date. Following a channel with a name that is none throws ClientError
 * `bad_channel` at `dispatch`.
 */
export function createTidingsMiddleware({
  client,
  channels,
  onGap,
}: TidingsMiddlewareOptions): TidingsMiddleware {
  const followed = new Map<string, { wanted: number; readonly leave: () => void }>();
  let unwatch = () => {};

  function follow(name: string, last: number | undefined, store: TidingsStore): void {
    const before = followed.get(name);
    if (before) {
      before.wanted += 1;
      return;
    }
    const channel = client.channel(name, { last });
    const tell = () => store.dispatch(channelChanged(name, channel.status.getSnapshot()));
    const stops = [
      channel.onGap((gap) => onGap?.(gap, store)),
      dispatchEvents(channel, store.dispatch, actionsOf(channels, name)),
      channel.status.subscribe(tell),
    ];
    followed.set(name, { wanted: 1, leave: () => stops.forEach((stop) => void stop()) });
    tell();
  }

  function unfollow(name: string, store: TidingsStore): void {
    const channel = followed.get(name);
    if (!channel) return;
    channel.wanted -= 1;
    if (channel.wanted > 0) return;
    followed.delete(name);
    channel.leave();
    store.dispatch(channelLeft(name));
  }

  const middleware: Middleware = (store) => {
    const tell = () => void store.dispatch(connectionChanged(client.status.getSnapshot()));
    unwatch = client.status.subscribe(tell);
    // A store that is being made takes no actions yet.
    queueMicrotask(tell);
    return (next) => (action) => {
      const result = next(action);
      if (subscribe.match(action)) follow(action.payload.channel, action.payload.last, store);
      else if (unsubscribe.match(action)) unfollow(action.payload, store);
      return result;
    };
  };

  return Object.assign(middleware, {
    stop() {
      unwatch();
      for (const { leave } of followed.values()) leave();
      followed.clear();
    },
  });
}

/** The action creators for a channel. */
function actionsOf(channels: Readonly<Record<string, AnyEventActions>>, name: string): EventActions {
  const [namespace] = name.split(':', 1);
  // Each creator is given data of the event that it is for: that is what `EventActions` checks.
  return (channels[name] ?? channels[`${namespace}:*`] ?? {}) as EventActions;
}
