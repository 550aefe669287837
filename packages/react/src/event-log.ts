/**
 * The newest events of a channel, as a store: it follows the channel while somebody listens.
 *
 * @module
 */
import {
  type Channel,
  type ClientError,
  createStore,
  type EventMap,
  type EventMessage,
  type EventMeta,
  type EventName,
  type Gap,
  type Store,
} from '@tidings/client';
import { rethrow } from './rethrow.ts';

/** An event: what is known of it, and its data. Its name tells the type of the data. */
export type ChannelEvent<Events = EventMap, Name extends EventName<Events> = EventName<Events>> = {
  readonly [N in Name]: EventMeta & { readonly event: N; readonly data: Events[N] };
}[Name];

/** What an event log holds. */
export interface EventLogState<Event> {
  /** Oldest first. */
  readonly events: readonly Event[];
  /** The last place where events were missed for good. */
  readonly gap: Gap | undefined;
  /** Why events do not come: the server refuses the channel, or its past. */
  readonly error: ClientError | undefined;
}

/** What to keep. */
export interface EventLogOptions {
  /** Events it holds at most. */
  readonly limit: number;
  /** How many to begin with. */
  readonly last: number | undefined;
  /** Keep only events of these names; `undefined` for all. */
  readonly only: readonly string[] | undefined;
}

/** A bounded list of events. */
export interface EventLog<Event> extends Store<EventLogState<Event>> {
  readonly clear: () => void;
}

export const EMPTY_LOG: EventLogState<never> = { events: [], gap: undefined, error: undefined };

export function createEventLog<Events, Name extends EventName<Events>>(
  channel: Channel<Events>,
  { limit, last = 0, only }: EventLogOptions,
): EventLog<ChannelEvent<Events, Name>> {
  type Event = ChannelEvent<Events, Name>;
  const wanted = (name: string) => only === undefined || only.includes(name);
  const bounded = (events: readonly Event[]) => events.slice(Math.max(0, events.length - limit));
  let leave = () => {};

  const log = createStore<EventLogState<Event>>(EMPTY_LOG, rethrow, {
    onFirst() {
      const left = new AbortController();
      const before = channel.status.getSnapshot().state;
      const stops = [
        channel.onAny((data, meta) => {
          const newest = log.getSnapshot().events.at(-1);
          // The history may have had it before it is heard.
          const listed = newest !== undefined && newest.epoch === meta.epoch && meta.offset <= newest.offset;
          if (wanted(meta.event) && !listed) add([{ ...meta, data } as Event], 'new');
        }),
        channel.onGap((gap) => log.set({ ...log.getSnapshot(), gap })),
        channel.status.subscribe(() => tell(channel.status.getSnapshot().error)),
        () => left.abort(),
      ];
      leave = () => {
        for (const stop of stops) stop();
      };
      // Somebody else follows the channel, or has asked for it, so it does not begin anew with its newest events.
      if (last > 0 && (before === 'live' || before === 'pending')) void read(last, left.signal);
    },
    onLast() {
      leave();
      // What comes while nobody listens is not heard; a list with a hole in it would be wrong.
      log.set(EMPTY_LOG);
    },
  });

  function add(events: readonly Event[], age: 'new' | 'old'): void {
    const state = log.getSnapshot();
    const all = age === 'new' ? [...state.events, ...events] : [...events, ...state.events];
    log.set({ ...state, events: bounded(all) });
  }

  async function read(count: number, signal: AbortSignal): Promise<void> {
    try {
      const { events } = await channel.history({ last: count, signal });
      const [first] = log.getSnapshot().events;
      // What comes after the first that was heard is heard too.
      const missing = events.filter(
        ({ event, epoch, offset }) =>
          wanted(event) && (first === undefined || epoch !== first.epoch || offset < first.offset),
      );
      if (!signal.aborted) add(missing.map(eventOf<Event>), 'old');
    } catch (error) {
      if (!signal.aborted) tell(error as ClientError);
    }
  }

  function tell(error: ClientError | undefined): void {
    const state = log.getSnapshot();
    if (error !== state.error) log.set({ ...state, error });
  }

  return {
    subscribe: log.subscribe,
    getSnapshot: log.getSnapshot,
    clear: () => log.set({ ...EMPTY_LOG, error: log.getSnapshot().error }),
  };
}

/** An event of history, as one that was heard. */
function eventOf<Event>({ user, ...event }: EventMessage): Event {
  return { ...event, user } as Event;
}
