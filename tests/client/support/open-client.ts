import {
  type Channel,
  type Client,
  type ClientError,
  type ClientOptions,
  createClient,
  type EventMeta,
  type Store,
} from '@tidings/client';
import { expect } from 'vitest';
import { Inbox } from '../../support/inbox.ts';
import { onTeardown } from '../../support/teardown.ts';

/** Comes back fast, so that a test need not wait. */
const FAST = { initial: 20, max: 200 } as const;

/** The errors that each client has told. */
const told = new WeakMap<Client, ClientError[]>();

/** Creates a client that comes back fast; closed with the test. */
export function openClient(options: ClientOptions): Client {
  const client = createClient({ backoff: FAST, ...options });
  const errors: ClientError[] = [];
  told.set(client, errors);
  client.on('error', (error) => errors.push(error));
  onTeardown(() => client.close());
  return client;
}

/** Every error that a client has told by `on('error')`. */
export function errorsOf(client: Client): readonly ClientError[] {
  return told.get(client) ?? [];
}

/** What a channel was heard to say. */
export interface HeardEvent {
  readonly data: unknown;
  readonly meta: EventMeta;
}

/** Hears everything on a channel. */
export function hear<Events>(channel: Channel<Events>) {
  const inbox = new Inbox<HeardEvent>(channel.name);
  const off = channel.onAny((data, meta) => inbox.push({ data, meta }));
  const next = () => inbox.take(() => true);
  return {
    next,
    async take(count: number): Promise<readonly HeardEvent[]> {
      const events: HeardEvent[] = [];
      while (events.length < count) events.push(await next());
      return events;
    },
    /** What has come and was not taken. */
    get rest() {
      return inbox.untaken;
    },
    off,
  };
}

/** Waits until a store's value is as wanted. */
export async function until<T>(
  store: Store<T>,
  wanted: (value: T) => boolean,
  patience = 10_000,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => reject(new Error(`It is ${JSON.stringify(store.getSnapshot())} after ${patience} ms.`)),
    patience,
  );
  const look = () => {
    if (wanted(store.getSnapshot())) resolve(store.getSnapshot());
  };
  const off = store.subscribe(look);
  look();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    off();
  }
}

/** Waits until a channel is live. */
export async function settled<Events>(channel: Channel<Events>): Promise<void> {
  const { state, error } = await until(channel.status, ({ state }) => state === 'live' || state === 'failed');
  expect(error).toBeUndefined();
  expect(state).toBe('live');
}
