import type { Client, ClientError, EventMap, Store } from '@tidings/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { type ChannelEvent, createEventLog, EMPTY_LOG, type EventLog } from './event-log.ts';
import { useClient } from './use-client.ts';
import { useStore } from './use-store.ts';

/** Notifications that a list holds unless it is told otherwise. */
const DEFAULT_LIMIT = 100;

/** Where notifications come from. With another channel, limit or `last` than before, the list begins anew. */
export interface UseNotificationsOptions {
  /** @default `user:ID` of the connection's user, once that is known */
  readonly channel?: string;
  /** Notifications it holds at most; older ones fall out. @default 100 */
  readonly limit?: number;
  /** How many of the newest to begin with. @default 0 */
  readonly last?: number;
  /** What is not younger was read in an earlier life of the page, milliseconds since 1970-01-01 UTC. @default 0 */
  readonly readAt?: number;
}

/** The newest notifications. */
export interface UseNotificationsResult<Events = EventMap> {
  /** Oldest first. */
  readonly notifications: readonly ChannelEvent<Events>[];
  /** How many of them have not been read. */
  readonly unread: number;
  /** Why notifications do not come. */
  readonly error: ClientError | undefined;
  /** Says that all there are now have been read. */
  readonly markRead: () => void;
  /** Empties the list. */
  readonly clear: () => void;
}

/**
 * Lists the newest notifications of the user, and counts those that are unread. Without `channel` it connects, if nothing
 * else has, to know who the user is.
 *
 * @throws ClientError `bad_channel`.
 */
export function useNotifications<Events = EventMap>({
  channel,
  limit = DEFAULT_LIMIT,
  last,
  readAt = 0,
}: UseNotificationsOptions = {}): UseNotificationsResult<Events> {
  const client = useClient();
  const user = useStore(
    useMemo(() => lastUser(client), [client]),
    undefined,
  );
  const own = user === undefined ? undefined : `user:${user}`;
  const name = channel ?? own;
  useEffect(() => {
    if (channel !== undefined || client.status.getSnapshot().state !== 'idle') return;
    // Why it could not is told by `useConnection` and `client.on('error')`.
    client.connect().catch(() => {});
  }, [client, channel]);

  const log: EventLog<ChannelEvent<Events>> = useMemo(
    () =>
      name === undefined
        ? NO_LOG
        : createEventLog(client.channel<Events>(name, { last }), { limit, last, only: undefined }),
    [client, name, limit, last],
  );
  const { events, error } = useStore(log, EMPTY_LOG);
  const [read, setRead] = useState<string>();
  const markRead = useCallback(() => setRead(log.getSnapshot().events.at(-1)?.id), [log]);
  const unread = events.slice(events.findIndex(({ id }) => id === read) + 1).filter(({ at }) => at > readAt);
  return { notifications: events, unread: unread.length, error, markRead, clear: log.clear };
}

const NO_LOG: EventLog<never> = {
  subscribe: () => () => {},
  getSnapshot: () => EMPTY_LOG,
  clear() {},
};

/** The user of the session, or of the last one while it is lost. */
function lastUser({ status }: Client): Store<string | undefined> {
  let last: string | undefined;
  return {
    subscribe: status.subscribe,
    getSnapshot() {
      const { state, user } = status.getSnapshot();
      if (state === 'connected') last = user;
      // Signed out.
      else if (state === 'idle' || state === 'closed') last = undefined;
      return last;
    },
  };
}
