import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestCore, settled, type TestClient, type TestCore } from './testing/test-core.ts';

const CHANNELS = ['room:1', 'room:2', 'room:3'];
const CLIENTS = 3;

/** What a client knows of a channel it follows. */
interface Place {
  position: string;
}

/** One client, and a check of all that it hears. */
class Checked {
  readonly client: TestClient;
  readonly #places = new Map<string, Place>();
  #read = 0;
  #sequence = 0;

  constructor(client: TestClient) {
    this.client = client;
  }

  /** Reads what came since the last time, as a client does, and throws where an offset is missing or heard twice. */
  check(): void {
    const { heard } = this.client.connection;
    for (const message of heard.slice(this.#read)) this.#take(message);
    this.#read = heard.length;
  }

  #take(message: Record<string, unknown>): void {
    if (message.type === 'reply' && Array.isArray(message.channels))
      for (const answer of message.channels) this.#subscribed(answer);
    else if (message.type === 'reply') this.#unsubscribed(message);
    else if (message.type === 'event') this.#event(message as never);
  }

  #subscribed(answer: {
    channel: string;
    position: string;
    events: { offset: number }[];
    error?: unknown;
  }): void {
    expect(answer.error).toBeUndefined();
    const offset = Number(answer.position.split(':')[1]);
    expect(answer.events.map((event) => event.offset)).toEqual(
      answer.events.map((_, index) => offset - answer.events.length + 1 + index),
    );
    this.#places.set(answer.channel, { position: answer.position });
  }

  #unsubscribed({ data }: Record<string, unknown>): void {
    const { channels = [] } = (data ?? {}) as { channels?: string[] };
    for (const channel of channels) this.#places.delete(channel);
  }

  #event(event: { channel: string; epoch: string; offset: number; data: number }): void {
    const place = this.#places.get(event.channel);
    expect(place, `an event on ${event.channel}, which is not followed`).toBeDefined();
    const [epoch, offset] = place!.position.split(':');
    expect([event.epoch, event.offset]).toEqual([epoch, Number(offset) + 1]);
    place!.position = `${event.epoch}:${event.offset}`;
    // What is published is numbered over all channels, so this is the order of the log.
    expect(event.data).toBeGreaterThan(this.#sequence);
    this.#sequence = event.data;
  }

  /** Where it stands must be where the channel is, once all has been delivered. */
  positions(): Map<string, string> {
    return new Map([...this.#places].map(([channel, { position }]) => [channel, position]));
  }
}

const client = fc.nat(CLIENTS - 1);
const channel = fc.nat(CHANNELS.length - 1);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('publish' as const), channel, fc.nat(3)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('subscribe' as const), client, channel) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('unsubscribe' as const), client, channel) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('block' as const), client, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('drain' as const), client, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('hold' as const), fc.constant(0), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('release' as const), fc.nat(5), fc.constant(0)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('tick' as const), fc.constant(0), fc.constant(0)) },
);

/** Promises have gone as far as they can, and the tick has not ended. */
const quiet = () => new Promise<void>((resolve) => process.nextTick(resolve));

let published = 0;

async function act(
  core: TestCore,
  clients: readonly Checked[],
  [name, a, b]: readonly [string, number, number],
) {
  const { session, connection, say } = (clients[a % CLIENTS] as Checked).client;
  switch (name) {
    case 'publish':
      // Some are large, so that queues overflow.
      published += 1;
      void core.publisher.publish({
        channel: CHANNELS[a] as string,
        event: b === 3 ? 'x'.repeat(60) : 'said',
        data: published,
      });
      return;
    case 'subscribe':
      return say({ type: 'subscribe', id: 1, channels: [{ channel: CHANNELS[b], last: 2 }] });
    case 'unsubscribe':
      return say({ type: 'unsubscribe', id: 2, channels: [CHANNELS[b]] });
    case 'block':
      connection.blocked = true;
      return;
    case 'drain':
      connection.drain();
      core.host.writable(session);
      return;
    case 'hold':
      return core.broker.hold();
    case 'release':
      return core.broker.releaseOne(a);
    default:
      return settled();
  }
}

it('whatever happens, a session hears each channel without a gap, or is told to come back', async () => {
  let cut = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 120 }), async (actions) => {
      const core = await createTestCore({ limits: { queue: 1500 } });
      const clients = Array.from({ length: CLIENTS }, () => new Checked(core.connect()));
      for (const one of actions) {
        await act(core, clients, one);
        await quiet();
      }
      core.broker.release();
      await settled();
      for (const { client } of clients) {
        client.connection.drain();
        core.host.writable(client.session);
      }
      await settled();
      for (const checked of clients) {
        checked.check();
        const { closed } = checked.client.connection;
        if (closed) {
          cut += 1;
          expect(['slow_consumer', 'server_error']).toContain(closed.reason);
          continue;
        }
        const followed = [...checked.client.session.subscriptions.keys()].sort();
        expect([...checked.positions().keys()].sort()).toEqual(followed);
        for (const [channel, position] of checked.positions()) {
          const config = core.namespaces.resolve(channel).config;
          const slice = await core.broker.read(channel, config.history, {});
          expect(position).toBe(`${slice.position.epoch}:${slice.position.offset}`);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(cut).toBeGreaterThan(0);
}, 30_000);
