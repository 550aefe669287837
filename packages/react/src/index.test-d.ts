/**
 * What TypeScript makes of the hooks; checked by `tsc`, never run.
 *
 * @module
 */
import type { Channel, ClientError, EventMap, EventMeta } from '@tidings/client';
import { expectTypeOf } from 'vitest';
import { useChannel, useCommand, useEvents, useNotifications } from './index.ts';

interface Prices {
  readonly BID_UPDATED: { readonly price: number };
  readonly MATCH_CREATED: { readonly id: string };
}

/** A component that uses everything. */
export function Component(): void {
  // A channel knows its events, where it publishes and where it hears.
  const { channel } = useChannel<Prices>('product:42', {
    on: {
      BID_UPDATED(data, meta) {
        expectTypeOf(data).toEqualTypeOf<{ readonly price: number }>();
        expectTypeOf(meta).toEqualTypeOf<EventMeta>();
      },
      // @ts-expect-error There is no such event.
      ASK_UPDATED() {},
    },
  });
  expectTypeOf(channel).toEqualTypeOf<Channel<Prices>>();
  // @ts-expect-error The price is a number.
  void channel.publish('BID_UPDATED', { price: '7' });

  // The name of an event tells the type of its data.
  const { events } = useEvents<Prices>('product:42');
  for (const { event, data, offset } of events) {
    expectTypeOf(offset).toBeNumber();
    if (event === 'BID_UPDATED') expectTypeOf(data.price).toBeNumber();
    else expectTypeOf(data.id).toBeString();
  }

  // Named events alone.
  const matches = useEvents<Prices, 'MATCH_CREATED'>('product:42', { only: ['MATCH_CREATED'] }).events;
  expectTypeOf(matches[0]?.data.id).toEqualTypeOf<string | undefined>();
  // @ts-expect-error There is no such event.
  useEvents<Prices>('product:42', { only: ['ASK_UPDATED'] });

  // Without types, anything may come, and has to be looked at.
  expectTypeOf(useChannel('product:42').channel).toEqualTypeOf<Channel<EventMap>>();
  expectTypeOf(useEvents('product:42').events[0]?.data).toBeUnknown();
  expectTypeOf(useNotifications<Prices>().notifications[0]?.event).toEqualTypeOf<keyof Prices | undefined>();

  // The state of a command tells what else there is.
  const bid = useCommand<{ price: number }, { highest: number }>('place_bid');
  if (bid.state === 'done') expectTypeOf(bid.data).toEqualTypeOf<{ highest: number }>();
  else if (bid.state === 'failed') expectTypeOf(bid.error).toEqualTypeOf<ClientError>();
  else expectTypeOf(bid.data).toBeUndefined();
  expectTypeOf(bid.send({ price: 7 })).resolves.toEqualTypeOf<{ highest: number }>();
  // @ts-expect-error The price is missing.
  void bid.send({});
}
