import type { UnknownAction } from '@reduxjs/toolkit';
import type { Channel, EventMap, EventMeta, EventName } from '../channel.ts';

/** What to dispatch for the events of a channel: an action creator for each, which may give nothing. */
export type EventActions<Events = EventMap> = {
  readonly [Name in EventName<Events>]?: (data: Events[Name], meta: EventMeta) => UnknownAction | undefined;
};

/**
 * Dispatches an action for each event of a channel that has one, and follows the channel meanwhile. For a store without
 * the middleware, and for `onCacheEntryAdded` of RTK Query.
 *
 * @returns stops it.
 */
export function dispatchEvents<Events>(
  channel: Channel<Events>,
  dispatch: (action: UnknownAction) => unknown,
  actions: EventActions<Events>,
): () => void {
  return channel.onAny((data, meta) => {
    const name = meta.event as EventName<Events>;
    // An event may be named as anything is that all objects have.
    const action = Object.hasOwn(actions, name) ? actions[name]?.(data, meta) : undefined;
    if (action) dispatch(action);
  });
}
