/** The types of the client, checked by the compiler alone. */
import type { Published } from '@tidings/protocol';
import Type from 'typebox';
import { expectTypeOf } from 'vitest';
import type { Channel, ClientError, ConnectionStatus, EventMeta, EventsOf, Store } from './index.ts';
import { createClient } from './index.ts';

interface PriceEvents {
  price_update: { new_price: string };
  removed: null;
}

const client = createClient({ url: 'https://live.example.com', token: async () => undefined });
const product = client.channel<PriceEvents>('product:42');

// Events and their data
product.on('price_update', (data, meta) => {
  expectTypeOf(data).toEqualTypeOf<{ new_price: string }>();
  expectTypeOf(meta).toEqualTypeOf<EventMeta>();
});
product.onAny((data) => expectTypeOf(data).toEqualTypeOf<{ new_price: string } | null>());
expectTypeOf(product.publish('removed', null)).resolves.toEqualTypeOf<Published>();
// @ts-expect-error there is no such event
product.on('price_updat', () => {});
// @ts-expect-error the data does not fit
void product.publish('price_update', { new_price: 90 });
// @ts-expect-error an event needs its data
void product.publish('price_update');

// A channel of which nothing is known
const any = client.channel('room:1');
any.on('whatever', (data) => expectTypeOf(data).toBeUnknown());
void any.publish('whatever', [1, 2]);

// From a kit's schemas
const schemas = { message: Type.Object({ text: Type.String(), likes: Type.Optional(Type.Integer()) }) };
const thread = client.channel<EventsOf<typeof schemas>>('thread:9');
thread.on('message', ({ text, likes }) => {
  expectTypeOf(text).toBeString();
  expectTypeOf(likes).toEqualTypeOf<number | undefined>();
});
// @ts-expect-error the schema says text
void thread.publish('message', { txt: 'x' });

// Commands
expectTypeOf(client.command<{ total: number }>('count', { by: 1 })).resolves.toEqualTypeOf<{
  total: number;
}>();
expectTypeOf(client.command('count')).resolves.toBeUnknown();

// Stores fit useSyncExternalStore as they are
expectTypeOf(client.status).toEqualTypeOf<Store<ConnectionStatus>>();
declare function useSyncExternalStore<T>(
  subscribe: (changed: () => void) => () => void,
  snapshot: () => T,
): T;
expectTypeOf(
  useSyncExternalStore(product.presence.subscribe, product.presence.getSnapshot),
).items.toHaveProperty('user');

client.on('error', (error) => expectTypeOf(error).toEqualTypeOf<ClientError>());
// @ts-expect-error nothing of this name is told
client.on('errors', () => {});
// @ts-expect-error there is no such transport
createClient({ url: '', transports: ['smoke'] });
expectTypeOf(product).toEqualTypeOf<Channel<PriceEvents>>();
