import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Broker, HistoryPolicy, PublishReceipt, SliceRequest } from '../../core/ports/broker.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import type { BrokerFixture } from './broker-fixture.ts';

const POLICY = { size: 4, ttl: 1000, keyWindow: 1500 };
const RUNS = 60;

interface PublishStep {
  readonly channel: string;
  readonly data: number;
  readonly key: string | undefined;
}

type Step =
  | { readonly do: 'publish'; readonly steps: readonly PublishStep[] }
  | { readonly do: 'read'; readonly channel: string; readonly place: number; readonly how: SliceRequest }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'clear'; readonly channel: string }
  | { readonly do: 'restart' };

function steps(channels: readonly string[]): fc.Arbitrary<Step[]> {
  const channel = fc.constantFrom(...channels);
  const publish = fc.record({
    channel,
    data: fc.integer({ min: 0, max: 2 }),
    key: fc.option(fc.constantFrom('j', 'k'), { nil: undefined }),
  });
  const how = fc.record(
    { last: fc.integer({ min: 0, max: 6 }), limit: fc.integer({ min: 1, max: 3 }) },
    { requiredKeys: [] },
  );
  return fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('publish'), steps: fc.array(publish, { maxLength: 4 }) }),
      },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('read'), channel, place: fc.nat(), how }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.integer({ min: 1, max: 900 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), channel }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
    ) as fc.Arbitrary<Step>,
    { maxLength: 40 },
  );
}

/** One epoch of a channel as the model knows it. */
interface ModelChannel {
  events: ChannelEvent[];
  /** Offsets up to this one are gone. */
  dropped: number;
  /** The newest sequence of the epochs before. */
  readonly lost: number;
}

/**
 * Checks a broker, over random histories, against a model that simply remembers everything.
 *
 * @param channels of which those that begin with `d` are durable.
 */
export function runBrokerModel(fixture: () => BrokerFixture, channels: readonly string[]): void {
  test('holds its promises over random publishes, repeats, reads, clears, waits and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(steps(channels), async (story) => {
        const run = new Run(fixture());
        await run.start();
        for (const step of story) await run.do(step);
        await run.end();
      }),
      { numRuns: RUNS },
    );
  }, 60_000);
}

class Run {
  readonly #fixture: BrokerFixture;
  readonly #clock = new ManualClock();
  readonly #channels = new Map<string, ModelChannel>();
  readonly #keys = new Map<string, { receipt: PublishReceipt; data: number; expiresAt: number }>();
  /** Every event of every run and epoch: places to read from. */
  readonly #seen: { readonly event: ChannelEvent; readonly log: string }[] = [];
  #heard: ChannelEvent[] = [];
  #broker: Broker | undefined;

  constructor(fixture: BrokerFixture) {
    this.#fixture = fixture;
  }

  async start(): Promise<void> {
    this.#broker = this.#fixture.create(this.#clock);
    await this.#broker.start((event) => this.#heard.push(event));
  }

  async end(): Promise<void> {
    await this.#open().close();
  }

  async do(step: Step): Promise<void> {
    if (step.do === 'publish') await this.#publish(step.steps);
    else if (step.do === 'read') await this.#read(step.channel, step.place, step.how);
    else if (step.do === 'advance') this.#clock.advance(step.ms);
    else if (step.do === 'clear') await this.#clear(step.channel);
    else await this.#restart();
  }

  #open(): Broker {
    if (!this.#broker) throw new Error('not started');
    return this.#broker;
  }

  async #publish(requests: readonly PublishStep[]): Promise<void> {
    this.#heard = [];
    const results = await Promise.allSettled(
      requests.map(({ channel, data, key }) =>
        this.#open().publish({ channel, event: 'x', json: String(data), key }, policyOf(channel)),
      ),
    );
    const sequences = this.#heard.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    const now = this.#clock.now();
    const fresh: ChannelEvent[] = [];
    for (const [index, { channel, data, key }] of requests.entries()) {
      const result = results[index] as PromiseSettledResult<PublishReceipt>;
      const slot = `${channel} ${key}`;
      const used = key === undefined ? undefined : this.#keys.get(slot);
      if (used && used.expiresAt > now) {
        if (used.data === data) expect(result).toEqual({ status: 'fulfilled', value: used.receipt });
        else expect(result).toMatchObject({ status: 'rejected', reason: { code: 'key_conflict' } });
        continue;
      }
      expect(result.status).toBe('fulfilled');
      const { value: receipt } = result as PromiseFulfilledResult<PublishReceipt>;
      const event = this.#heard.find(({ id }) => id === receipt.id) as ChannelEvent;
      const model = this.#model(channel);
      expect(event).toMatchObject({
        ...receipt,
        json: String(data),
        offset: (model.events.at(-1)?.offset ?? 0) + 1,
      });
      if (model.events[0]) expect(event.epoch).toBe(model.events[0].epoch);
      model.events.push(event);
      fresh.push(event);
      if (key !== undefined) this.#keys.set(slot, { receipt, data, expiresAt: now + POLICY.keyWindow });
    }
    expect(this.#heard.length).toBe(fresh.length);
    const { log } = this.#open();
    for (const event of fresh) this.#seen.push({ event, log });
  }

  async #read(channel: string, place: number, how: SliceRequest): Promise<void> {
    const model = this.#model(channel);
    const head = model.events.length;
    const oldest = model.events.findLastIndex(({ at }) => at + POLICY.ttl <= this.#clock.now()) + 1;
    model.dropped = Math.max(model.dropped, oldest, head - POLICY.size);
    const kept = model.events.slice(model.dropped);
    const from = this.#seen.length === 0 ? undefined : this.#seen[place % this.#seen.length];

    const requests: SliceRequest[] = [{}];
    if (from) requests.push({ since: from.event });
    // Sequences of another log mean nothing, and nobody may ask for them.
    if (from?.log === this.#open().log) requests.push({ after: from.event.sequence });

    for (const request of requests) {
      const slice = await this.#open().read(channel, policyOf(channel), { ...how, ...request });
      expect(slice.position.offset).toBe(head);
      const recovered = this.#recovered(model, request);
      if (recovered !== undefined) expect(slice.recovered).toBe(recovered);
      const wanted = slice.recovered
        ? kept.filter(({ offset, sequence }) =>
            request.since ? offset > request.since.offset : sequence > (request.after ?? 0),
          )
        : kept.slice(Math.max(0, kept.length - (how.last ?? 0)));
      const limit = how.limit ?? wanted.length;
      expect(slice.events).toEqual(wanted.slice(0, limit));
      expect(slice.more).toBe(wanted.length > limit);
      if (slice.recovered) this.#assertNothingMissing(model, request);
    }
  }

  /** What a slice must say; `undefined` where a broker may be more careful than it need be. */
  #recovered(model: ModelChannel, request: SliceRequest): boolean | undefined {
    const { since, after } = request;
    if (since) {
      if (model.events.length === 0) return false;
      return since.epoch === model.events[0]?.epoch && since.offset >= model.dropped;
    }
    if (after === undefined) return false;
    const lost = model.events[model.dropped - 1]?.sequence ?? model.lost;
    if (after < lost) return false;
    return model.dropped > 0 ? true : undefined;
  }

  #assertNothingMissing(model: ModelChannel, { since, after = 0 }: SliceRequest): void {
    for (const lost of model.events.slice(0, model.dropped)) {
      if (since) expect(lost.offset).toBeLessThanOrEqual(since.offset);
      else expect(lost.sequence).toBeLessThanOrEqual(after);
    }
  }

  async #clear(channel: string): Promise<void> {
    await this.#open().clear(channel, policyOf(channel));
    this.#forget(channel);
  }

  async #restart(): Promise<void> {
    await this.#open().close();
    for (const channel of this.#channels.keys()) if (channel.startsWith('m')) this.#forget(channel);
    for (const slot of this.#keys.keys()) if (slot.startsWith('m')) this.#keys.delete(slot);
    const { log } = this.#open();
    await this.start();
    // Sequences of another log cannot be compared with these.
    if (this.#open().log !== log)
      for (const channel of this.#channels.keys())
        this.#channels.set(channel, { events: [], dropped: 0, lost: 0 });
  }

  #forget(channel: string): void {
    const { events, lost } = this.#model(channel);
    this.#channels.set(channel, { events: [], dropped: 0, lost: events.at(-1)?.sequence ?? lost });
  }

  #model(channel: string): ModelChannel {
    let model = this.#channels.get(channel);
    if (!model) {
      model = { events: [], dropped: 0, lost: 0 };
      this.#channels.set(channel, model);
    }
    return model;
  }
}

function policyOf(channel: string): HistoryPolicy {
  return { ...POLICY, durable: channel.startsWith('d') };
}
