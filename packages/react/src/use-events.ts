import type { ClientError, EventMap, EventName, Gap } from '@tidings/client';
import { useMemo } from 'react';
import { type ChannelEvent, createEventLog, EMPTY_LOG } from './event-log.ts';
import { useChannelHandle } from './use-channel-handle.ts';
import { useStore } from './use-store.ts';

/** Events that a list holds unless it is told otherwise. */
const DEFAULT_LIMIT = 100;

/** Which events to list. With other options than before, the list begins anew. */
export interface UseEventsOptions<Name extends string = string> {
  /** Events it holds at most; older ones fall out. @default 100 */
  readonly limit?: number;
  /** How many of the newest to begin with. @default 0 */
  readonly last?: number;
  /** List only events of these names. @default all */
  readonly only?: readonly Name[];
}

/** The newest events of a channel. */
export interface UseEventsResult<Event = ChannelEvent> {
  /** Oldest first. A list that is not mounted hears nothing, so it begins anew when it is again. */
  readonly events: readonly Event[];
  /** The last place where events were missed for good; the list has a hole there. */
  readonly gap: Gap | undefined;
  /** Why events do not come: the server refuses the channel, or its past. */
  readonly error: ClientError | undefined;
  /** Empties the list; the same function until the list begins anew. */
  readonly clear: () => void;
}

/**
 * Lists the newest events of a channel, and follows it while the component is mounted.
 *
 * @throws ClientError `bad_channel`.
 */
export function useEvents<Events = EventMap, Name extends EventName<Events> = EventName<Events>>(
  channel: string,
  { limit = DEFAULT_LIMIT, last, only }: UseEventsOptions<Name> = {},
): UseEventsResult<ChannelEvent<Events, Name>> {
  const handle = useChannelHandle<Events>(channel, last);
  // An array that is written in a component is another one at each render.
  const names = only?.join('\n');
  const log = useMemo(
    () => createEventLog<Events, Name>(handle, { limit, last, only: names?.split('\n') }),
    [handle, limit, last, names],
  );
  return { ...useStore(log, EMPTY_LOG), clear: log.clear };
}
