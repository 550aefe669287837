import type { Channel, ChannelStatus, EventHandler, EventMap, EventName, GapHandler } from '@tidings/client';
import { useEffect } from 'react';
import { IDLE_CHANNEL } from './idle.ts';
import { useChannelHandle } from './use-channel-handle.ts';
import { useLatest } from './use-latest.ts';
import { useStore } from './use-store.ts';

/** What to do with the events of a channel, by name. */
export type ChannelHandlers<Events> = {
  readonly [Name in EventName<Events>]?: EventHandler<Events[Name]>;
};

/** What may be said of a channel that is followed. Handlers may be new at each render: the latest are called. */
export interface UseChannelOptions<Events = EventMap> {
  /** Hear the newest so many events when the channel is first followed. @default 0 */
  readonly last?: number;
  readonly on?: ChannelHandlers<Events>;
  /** Told when events were missed for good; loads a snapshot. */
  readonly onGap?: GapHandler;
}

/** A channel that is followed. */
export interface UseChannelResult<Events = EventMap> {
  /** For `publish`, `history` …; the same until the name changes. */
  readonly channel: Channel<Events>;
  readonly status: ChannelStatus;
}

/**
 * Follows a channel while the component is mounted.
 *
 * @throws ClientError `bad_channel`.
 */
export function useChannel<Events = EventMap>(
  name: string,
  { last, on, onGap }: UseChannelOptions<Events> = {},
): UseChannelResult<Events> {
  const channel = useChannelHandle<Events>(name, last);
  const handlers = useLatest({ on, onGap });
  useEffect(() => {
    const stops = [
      channel.onGap((gap) => handlers.current.onGap?.(gap)),
      channel.onAny((data, meta) => {
        handlers.current.on?.[meta.event as EventName<Events>]?.(data, meta);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [channel, handlers]);
  return { channel, status: useStore(channel.status, IDLE_CHANNEL) };
}
