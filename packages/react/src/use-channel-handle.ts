import type { Channel, EventMap } from '@tidings/client';
import { useMemo } from 'react';
import { useClient } from './use-client.ts';

/** A channel of the nearest client, without following it. @throws ClientError `bad_channel`. */
export function useChannelHandle<Events = EventMap>(name: string, last?: number): Channel<Events> {
  const client = useClient();
  return useMemo(() => client.channel<Events>(name, { last }), [client, name, last]);
}
