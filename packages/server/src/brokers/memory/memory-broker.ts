/**
 * The broker of one node: history in memory, durable channels journalled to disk.
 *
 * Durable events of one tick are written in one commit, and have no place in their channel before it succeeded: what a
 * subscriber heard is on disk, and a failed write leaves no hole.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import type {
  Broker,
  ChannelSummary,
  HistoryPolicy,
  PublishReceipt,
  PublishRequest,
  Slice,
  SliceRequest,
} from '../../core/ports/broker.ts';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import { ChannelEvent } from '../../core/ports/event.ts';
import type { Journal, JournalEntry } from '../../core/ports/journal.ts';
import { contentHash, KeyTable, repeat } from './keys.ts';
import { Sequencer } from './sequencer.ts';
import { Stream } from './stream.ts';

export interface MemoryBrokerOptions {
  readonly clock: Clock;
  /** Where durable channels are kept; without one a durable publish is refused. */
  readonly journal?: Journal | undefined;
  /** Bytes of history in memory over all channels; the least recently used go first. @default 268435456 (256 MiB) */
  readonly maxHistoryBytes?: number | undefined;
  /** Idempotency keys of memory channels at once. @default 100000 */
  readonly maxKeys?: number | undefined;
  /** Runs a callback at the end of the tick. @default setImmediate */
  readonly endOfTick?: (callback: () => void) => void;
}

/** A durable publish that waits for this tick's commit. */
interface Waiting {
  readonly request: PublishRequest;
  readonly policy: HistoryPolicy;
  readonly hash: string | undefined;
  readonly promise: Promise<PublishReceipt>;
  resolve(receipt: PublishReceipt): void;
  reject(error: unknown): void;
}

/** How often expired events and keys are looked for, milliseconds. */
const SWEEP_INTERVAL = 30_000;

/** A memory channel that has been empty and unused so long is forgotten, milliseconds. */
const IDLE = 24 * 60 * 60 * 1000;

export class MemoryBroker implements Broker {
  readonly #clock: Clock;
  readonly #journal: Journal | undefined;
  readonly #maxHistoryBytes: number;
  readonly #endOfTick: (callback: () => void) => void;
  readonly #node = randomBytes(3).toString('hex');
  readonly #keys: KeyTable;
  /** Least recently used first. */
  readonly #streams = new Map<string, Stream>();
  #historyBytes = 0;
  #sequencer: Sequencer;
  #log = randomBytes(8).toString('hex');
  /** The epoch in which a memory channel begins; another one each time a channel with a past was forgotten. */
  #epoch = newEpoch();
  /** Whatever memory channels held up to this sequence may be forgotten. */
  #floor: number;
  #waiting: Waiting[] = [];
  #waitingKeys = new Map<string, Waiting>();
  #onEvent: (event: ChannelEvent) => void = () => {};
  #sweeper: Timer | undefined;
  #closed = false;

  constructor(options: MemoryBrokerOptions) {
    this.#clock = options.clock;
    this.#journal = options.journal;
    this.#maxHistoryBytes = options.maxHistoryBytes ?? 256 * 1024 * 1024;
    this.#keys = new KeyTable(options.maxKeys ?? 100_000);
    this.#endOfTick = options.endOfTick ?? setImmediate;
    this.#sequencer = new Sequencer(options.clock, undefined);
    this.#floor = this.#sequencer.last;
  }

  get log(): string {
    return this.#log;
  }

  async start(onEvent: (event: ChannelEvent) => void): Promise<void> {
    this.#onEvent = onEvent;
    if (this.#journal) {
      this.#journal.open();
      this.#log = this.#journal.log;
      this.#sequencer = new Sequencer(this.#clock, this.#journal);
      this.#floor = this.#sequencer.last;
    }
    this.#sweeper = this.#clock.every(SWEEP_INTERVAL, () => this.#sweep());
  }

  head(): number {
    return this.#sequencer.last;
  }

  async publish(request: PublishRequest, policy: HistoryPolicy): Promise<PublishReceipt> {
    if (this.#closed) throw new TidingsError('unavailable');
    return policy.durable ? this.#publishDurable(request, policy) : this.#publishNow(request, policy);
  }

  #publishNow(request: PublishRequest, policy: HistoryPolicy): PublishReceipt {
    const { channel, key } = request;
    const now = this.#clock.now();
    const hash = key === undefined ? undefined : contentHash(request);
    if (key !== undefined && hash !== undefined) {
      const before = this.#keys.find(channel, key, now);
      if (before) return repeat(channel, before, hash);
      this.#keys.makeRoom(now);
    }
    const stream = this.#stream(channel, policy);
    const event = this.#place(request, stream.epoch, stream.offset + 1, now);
    this.#append(stream, event);
    const { offset, epoch, id } = event;
    if (key !== undefined && hash !== undefined)
      this.#keys.set(channel, key, { hash, offset, epoch, id }, now + policy.keyWindow);
    this.#onEvent(event);
    this.#evict();
    return { channel, offset, epoch, id };
  }

  #publishDurable(request: PublishRequest, policy: HistoryPolicy): Promise<PublishReceipt> {
    if (!this.#journal)
      throw new TidingsError('storage_unavailable', 'This server keeps no durable channels.');
    const { channel, key } = request;
    const hash = key === undefined ? undefined : contentHash(request);
    if (key !== undefined && hash !== undefined) {
      const before = this.#journal.findKey(channel, key, this.#clock.now());
      if (before) return Promise.resolve(repeat(channel, before, hash));
      const waiting = this.#waitingKeys.get(`${channel} ${key}`);
      if (waiting?.hash === hash) return waiting.promise;
      if (waiting) throw new TidingsError('key_conflict');
    }
    const waiting: Waiting = { request, policy, hash, ...Promise.withResolvers<PublishReceipt>() };
    if (key !== undefined) this.#waitingKeys.set(`${channel} ${key}`, waiting);
    if (this.#waiting.push(waiting) === 1) this.#endOfTick(() => this.#commit());
    return waiting.promise;
  }

  /** Writes what this tick published, then gives it out. */
  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingKeys = new Map();
    if (batch.length === 0) return;
    let events: readonly ChannelEvent[];
    try {
      events = this.#write(batch);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, { policy, resolve }] of batch.entries()) {
      const event = events[index] as ChannelEvent;
      this.#append(this.#stream(event.channel, policy), event);
      resolve({ channel: event.channel, offset: event.offset, epoch: event.epoch, id: event.id });
      this.#onEvent(event);
    }
    this.#evict();
  }

  /** Gives each publish its place and puts all on disk, or throws and nothing has happened. */
  #write(batch: readonly Waiting[]): readonly ChannelEvent[] {
    const now = this.#clock.now();
    const offsets = new Map<Stream, number>();
    const events = batch.map(({ request, policy }) => {
      const stream = this.#stream(request.channel, policy);
      const offset = (offsets.get(stream) ?? stream.offset) + 1;
      offsets.set(stream, offset);
      return this.#place(request, stream.epoch, offset, now);
    });
    const entries = batch.map(({ request: { key }, policy, hash }, index): JournalEntry => {
      const record =
        key !== undefined && hash !== undefined
          ? { key, hash, expiresAt: now + policy.keyWindow }
          : undefined;
      return { event: events[index] as ChannelEvent, expiresAt: now + policy.ttl, key: record };
    });
    const trims = [...offsets.keys()].map((stream) => stream.trim()).filter((trim) => trim !== undefined);
    this.#journal?.commit(entries, trims);
    return events;
  }

  async read(channel: string, policy: HistoryPolicy, request: SliceRequest): Promise<Slice> {
    const known = this.#streams.get(channel) ?? (policy.durable ? this.#load(channel, policy) : undefined);
    // A channel that was never published to has no stream, so that looking at names costs no memory.
    const stream = known ?? new Stream(channel, policy, this.#start(policy));
    if (known) {
      this.#touch(known);
      this.#historyBytes -= known.expire(this.#clock.now());
    }
    return stream.slice(request);
  }

  async clear(channel: string, policy: HistoryPolicy): Promise<void> {
    this.#commit();
    const stream = this.#streams.get(channel);
    if (policy.durable) this.#journal?.clear(channel, this.#sequencer.last);
    if (stream) this.#forget(stream);
  }

  async list({
    prefix = '',
    after = '',
    limit,
  }: {
    prefix?: string | undefined;
    after?: string | undefined;
    limit: number;
  }): Promise<readonly ChannelSummary[]> {
    const summaries = new Map<string, ChannelSummary>();
    for (const summary of this.#journal?.list({ prefix, after, limit }) ?? [])
      summaries.set(summary.channel, summary);
    for (const { channel, epoch, offset, length } of this.#streams.values()) {
      if (channel.startsWith(prefix) && channel > after)
        summaries.set(channel, { channel, position: { epoch, offset }, events: length });
    }
    return [...summaries.values()].sort((a, b) => (a.channel < b.channel ? -1 : 1)).slice(0, limit);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#commit();
    this.#closed = true;
    this.#sweeper?.cancel();
    this.#journal?.close();
  }

  // Streams

  #stream(channel: string, policy: HistoryPolicy): Stream {
    let stream = this.#streams.get(channel) ?? (policy.durable ? this.#load(channel, policy) : undefined);
    if (!stream) {
      stream = new Stream(channel, policy, this.#start(policy));
      this.#keep(stream);
    }
    this.#touch(stream);
    return stream;
  }

  /** Where a channel without a past begins. */
  #start({ durable }: HistoryPolicy) {
    const journal = durable ? this.#journal : undefined;
    return {
      epoch: journal?.epoch ?? this.#epoch,
      offset: 0,
      floor: journal?.floor ?? this.#floor,
      events: [],
    };
  }

  #load(channel: string, policy: HistoryPolicy): Stream | undefined {
    const stored = this.#journal?.load(channel, policy.size, this.#clock.now());
    if (!stored) return undefined;
    const stream = new Stream(channel, policy, stored);
    this.#keep(stream);
    return stream;
  }

  #keep(stream: Stream): void {
    this.#streams.set(stream.channel, stream);
    this.#historyBytes += stream.bytes;
  }

  #touch(stream: Stream): void {
    stream.usedAt = this.#clock.now();
    this.#streams.delete(stream.channel);
    this.#streams.set(stream.channel, stream);
  }

  #append(stream: Stream, event: ChannelEvent): void {
    this.#historyBytes += stream.append(event);
  }

  /** Lets the least recently used channels go while all history together is too large. */
  #evict(): void {
    if (this.#historyBytes <= this.#maxHistoryBytes) return;
    for (const stream of this.#streams.values()) {
      if (this.#historyBytes <= this.#maxHistoryBytes || this.#streams.size === 1) return;
      this.#forget(stream);
    }
  }

  /** Lets a stream go: a durable one is still on disk, a memory channel's past is gone and its next event says so. */
  #forget(stream: Stream): void {
    this.#streams.delete(stream.channel);
    this.#historyBytes -= stream.bytes;
    if (stream.policy.durable) return;
    this.#epoch = newEpoch();
    this.#floor = this.#sequencer.last;
  }

  #place(request: PublishRequest, epoch: string, offset: number, at: number): ChannelEvent {
    const sequence = this.#sequencer.next();
    return new ChannelEvent(request, {
      offset,
      epoch,
      at,
      sequence,
      id: `${sequence.toString(36)}${this.#node}`,
    });
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const stream of this.#streams.values()) {
      this.#historyBytes -= stream.expire(now);
      if (stream.length === 0 && now - stream.usedAt > IDLE) this.#forget(stream);
    }
    this.#keys.sweep(now);
    this.#journal?.sweep(now);
  }
}

function newEpoch(): string {
  return randomBytes(6).toString('hex');
}
