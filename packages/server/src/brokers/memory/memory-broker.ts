/**
 * The broker of one node: history in memory, durable channels journalled to disk.
 *
 * Durable events of one tick are written in one commit, and have no place in their channel before it succeeded: what a
 * subscriber heard is on disk, and a failed write leaves no hole.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { formatSequence, TidingsError } from '@tidings/protocol';
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
import { compareNames } from '../../core/ports/compare-names.ts';
import { ChannelEvent } from '../../core/ports/event.ts';
import type { Journal, JournalEntry } from '../../core/ports/journal.ts';
import { contentHash, KeyTable, repeat, slot } from './keys.ts';
import { Sequencer } from './sequencer.ts';
import type { Stream } from './stream.ts';
import { Streams } from './streams.ts';

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

/** An event on its way into its stream. */
interface Placed {
  readonly stream: Stream;
  readonly event: ChannelEvent;
}

const DEFAULT_HISTORY_BYTES = 256 * 1024 * 1024;
const DEFAULT_KEYS = 100_000;

/** So many ticks more a commit may wait for others to come. */
const PATIENCE = 2;

/** How often expired events and keys are looked for, milliseconds. */
const SWEEP_INTERVAL = 30_000;

/** When the journal could not delete all that has expired in one go, it goes on after this, milliseconds. */
const SWEEP_PAUSE = 100;

export class MemoryBroker implements Broker {
  readonly #clock: Clock;
  readonly #journal: Journal | undefined;
  readonly #maxHistoryBytes: number;
  readonly #endOfTick: (callback: () => void) => void;
  readonly #node = randomBytes(3).toString('hex');
  readonly #keys: KeyTable;
  #streams: Streams;
  #sequencer: Sequencer;
  #log = randomBytes(8).toString('hex');
  #waiting: Waiting[] = [];
  /** How many were written in the last commit. */
  #lastGroup = 0;
  readonly #waitingKeys = new Map<string, Waiting>();
  #onEvent: (event: ChannelEvent) => void = () => {};
  /** Events being given out; one that is published meanwhile comes after them. */
  readonly #outgoing: ChannelEvent[] = [];
  #sweeper: Timer | undefined;
  /** Runs while the journal has more to delete. */
  #sweepingOn: Timer | undefined;
  #closed = false;

  constructor(options: MemoryBrokerOptions) {
    this.#clock = options.clock;
    this.#journal = options.journal;
    this.#maxHistoryBytes = options.maxHistoryBytes ?? DEFAULT_HISTORY_BYTES;
    this.#keys = new KeyTable(options.maxKeys ?? DEFAULT_KEYS);
    this.#endOfTick = options.endOfTick ?? setImmediate;
    this.#sequencer = new Sequencer(options.clock, undefined);
    this.#streams = this.#createStreams();
  }

  get log(): string {
    return this.#log;
  }

  async start(onEvent: (event: ChannelEvent) => void): Promise<void> {
    if (this.#journal) {
      this.#journal.open();
      this.#log = this.#journal.log;
      this.#sequencer = new Sequencer(this.#clock, this.#journal);
      this.#streams = this.#createStreams();
    }
    this.#onEvent = onEvent;
    this.#sweeper = this.#clock.every(SWEEP_INTERVAL, () => this.#sweep());
  }

  head(): number {
    return this.#sequencer.last;
  }

  isOwn(): boolean {
    return true;
  }

  publish(request: PublishRequest, policy: HistoryPolicy): Promise<PublishReceipt> {
    try {
      const receipt = this.publishNow(request, policy);
      return receipt ? Promise.resolve(receipt) : this.#publishDurable(request, policy);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  publishNow(request: PublishRequest, policy: HistoryPolicy): PublishReceipt | undefined {
    this.#assertOpen();
    if (policy.durable) return undefined;
    const { channel, key } = request;
    const now = this.#clock.now();
    const hash = key === undefined ? undefined : contentHash(request);
    if (key !== undefined && hash !== undefined) {
      const before = this.#keys.find(channel, key, now);
      if (before) return repeat(channel, before, hash);
      this.#keys.makeRoom(now);
    }
    const stream = this.#streams.get(channel, policy, now);
    const event = this.#place(request, stream.epoch, stream.offset + 1, now);
    this.#streams.grew(stream.append(event));
    const { offset, epoch, id } = event;
    if (key !== undefined && hash !== undefined)
      this.#keys.set(channel, key, { hash, offset, epoch, id }, now, policy.keyWindow);
    this.#streams.evict();
    this.#give([event]);
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
      const waiting = this.#waitingKeys.get(slot(channel, key));
      if (waiting?.hash === hash) return waiting.promise;
      if (waiting) throw new TidingsError('key_conflict');
    }
    const waiting: Waiting = { request, policy, hash, ...Promise.withResolvers<PublishReceipt>() };
    if (key !== undefined) this.#waitingKeys.set(slot(channel, key), waiting);
    if (this.#waiting.push(waiting) === 1) this.#commitSoon(PATIENCE);
    return waiting.promise;
  }

  /**
   * Commits at the end of the tick. While far fewer wait than were committed the last time, it waits a few ticks more: the
   * others have just been answered and publish again at once, and one commit costs the disk what another does. Without
   * that a few stragglers stay a group of their own for ever, and halve what all get done.
   */
  #commitSoon(ticks: number): void {
    this.#endOfTick(() => {
      if (ticks > 0 && this.#waiting.length > 0 && this.#waiting.length < this.#lastGroup / 2)
        this.#commitSoon(ticks - 1);
      else this.#commit();
    });
  }

  /** Writes what this tick published, then gives it out. */
  #commit(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    this.#lastGroup = batch.length;
    this.#waitingKeys.clear();
    let placed: readonly Placed[];
    try {
      placed = this.#write(batch);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, { stream, event }] of placed.entries()) {
      const { channel, offset, epoch, id } = event;
      this.#streams.grew(stream.append(event));
      batch[index]?.resolve({ channel, offset, epoch, id });
    }
    this.#streams.evict();
    this.#give(placed.map(({ event }) => event));
  }

  /** Gives each publish its place and puts all on disk, or throws and nothing has happened. */
  #write(batch: readonly Waiting[]): readonly Placed[] {
    const now = this.#clock.now();
    const offsets = new Map<Stream, number>();
    const placed: Placed[] = [];
    const entries = batch.map(({ request, policy, hash }): JournalEntry => {
      const stream = this.#streams.get(request.channel, policy, now);
      const offset = (offsets.get(stream) ?? stream.offset) + 1;
      offsets.set(stream, offset);
      const event = this.#place(request, stream.epoch, offset, now);
      placed.push({ stream, event });
      const { key } = request;
      const record =
        key === undefined || hash === undefined
          ? undefined
          : { key, hash, expiresAt: now + policy.keyWindow };
      return { event, expiresAt: now + policy.ttl, key: record };
    });
    const trims = [...offsets.keys()].map((stream) => stream.trim()).filter((trim) => trim !== undefined);
    this.#journal?.commit(entries, trims);
    return placed;
  }

  async read(channel: string, policy: HistoryPolicy, request: SliceRequest): Promise<Slice> {
    this.#assertOpen();
    const stream = this.#streams.find(channel, policy);
    if (!stream) return this.#streams.empty(channel, policy).slice(request);
    this.#streams.grew(-stream.expire(this.#clock.now()));
    const slice = stream.slice(request);
    this.#streams.evict();
    return slice;
  }

  async clear(channel: string, policy: HistoryPolicy): Promise<void> {
    this.#assertOpen();
    this.#commit();
    if (policy.durable) this.#journal?.clear(channel, this.head());
    this.#streams.forget(channel);
  }

  async list(request: Parameters<Broker['list']>[0]): Promise<readonly ChannelSummary[]> {
    this.#assertOpen();
    const { prefix = '', after = '', limit } = request;
    const summaries = new Map<string, ChannelSummary>();
    for (const summary of this.#journal?.list(request) ?? []) summaries.set(summary.channel, summary);
    for (const { channel, epoch, offset, length } of this.#streams.all()) {
      if (offset > 0 && channel.startsWith(prefix) && compareNames(channel, after) > 0)
        summaries.set(channel, { channel, position: { epoch, offset }, events: length });
    }
    return [...summaries.values()].sort((a, b) => compareNames(a.channel, b.channel)).slice(0, limit);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#commit();
    this.#sweeper?.cancel();
    this.#sweepingOn?.cancel();
    this.#journal?.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new TidingsError('unavailable');
  }

  #createStreams(): Streams {
    return new Streams({
      journal: this.#journal,
      now: () => this.#clock.now(),
      head: () => this.#sequencer.last,
      maxBytes: this.#maxHistoryBytes,
    });
  }

  #place(request: PublishRequest, epoch: string, offset: number, at: number): ChannelEvent {
    const sequence = this.#sequencer.next(at);
    const id = formatSequence(sequence) + this.#node;
    return new ChannelEvent(request, { offset, epoch, at, sequence, id });
  }

  /** Gives events out in the order of their sequence, also when giving one out publishes another. */
  #give(events: readonly ChannelEvent[]): void {
    const outgoing = this.#outgoing;
    for (const event of events) outgoing.push(event);
    if (outgoing.length > events.length) return;
    try {
      // Grows while it is gone through.
      for (const event of outgoing) this.#onEvent(event);
    } finally {
      outgoing.length = 0;
    }
  }

  #sweep(): void {
    this.#streams.sweep();
    this.#keys.sweep(this.#clock.now());
    if (!this.#sweepingOn) this.#sweepJournal();
  }

  #sweepJournal(): void {
    this.#sweepingOn = undefined;
    if (!this.#journal) return;
    try {
      if (!this.#journal.sweep(this.#clock.now()))
        this.#sweepingOn = this.#clock.after(SWEEP_PAUSE, () => this.#sweepJournal());
    } catch (error) {
      // A disk in trouble is told to those who publish; what has expired goes another time.
      if (!(error instanceof TidingsError)) throw error;
    }
  }
}
