import type { HistoryPolicy, Slice, SliceRequest } from '../../core/ports/broker.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import type { JournalTrim } from '../../core/ports/journal.ts';
import { KeptEvents } from './kept-events.ts';

/** What a stream costs beside its events, bytes; measured with Node 26, for the cap on all history. */
const STREAM_OVERHEAD = 700;

/** How many surplus events gather before their rows are deleted, as a part of the history's size. */
const TRIM_SLACK = 0.1;

/** What a stream begins from. */
export interface StreamStart {
  readonly epoch: string;
  readonly offset: number;
  /** The sequence of the newest event that is not kept, or of the beginning. */
  readonly floor: number;
  /** Events through this offset are not on disk. */
  readonly trimmed: number;
  readonly events: readonly ChannelEvent[];
}

/** One channel's place and past, in memory. */
export class Stream {
  readonly channel: string;
  readonly policy: HistoryPolicy;
  readonly epoch: string;
  /** The newest event's. */
  offset: number;
  /** When it was last published to or read, for eviction. */
  usedAt = 0;
  /** Used since its last turn to be evicted. */
  used = false;
  /** The sequence of the newest event that was not kept when the stream began, or because none is kept. */
  #unkept: number;
  readonly #kept: KeptEvents;
  /** What was read last, while the collector leaves it: after a cut, thousands come back to the same place. */
  #lastRead: { readonly from: number; readonly events: WeakRef<readonly ChannelEvent[]> } | undefined;
  /** On disk, events through this offset have been deleted. */
  #trimmed: number;

  constructor(channel: string, policy: HistoryPolicy, start: StreamStart) {
    this.channel = channel;
    this.policy = policy;
    this.epoch = start.epoch;
    this.offset = start.offset;
    this.#unkept = start.floor;
    this.#trimmed = start.trimmed;
    this.#kept = new KeptEvents(this);
    for (const event of start.events) this.#kept.push(event);
  }

  /** How many events are kept. */
  get length(): number {
    return this.#kept.length;
  }

  /** What it takes up in memory. */
  get bytes(): number {
    return STREAM_OVERHEAD + this.#kept.capacity;
  }

  /** @returns by how many bytes the stream grew. */
  append(event: ChannelEvent): number {
    const before = this.bytes;
    this.offset = event.offset;
    if (this.policy.size === 0) this.#unkept = event.sequence;
    else this.#kept.push(event);
    if (this.length > this.policy.size) this.#kept.drop(this.length - this.policy.size);
    return this.bytes - before;
  }

  /** Drops what is as old as the policy allows, or older. @returns by how many bytes the stream shrank. */
  expire(now: number): number {
    const before = this.bytes;
    const expired = this.#kept.countOlder(now - this.policy.ttl);
    if (expired > 0) this.#kept.drop(expired);
    return before - this.bytes;
  }

  /** What may be deleted from disk, once it is worth a statement. */
  trim(): JournalTrim | undefined {
    const through = this.offset - this.length;
    if (through - this.#trimmed < Math.max(1, this.policy.size * TRIM_SLACK)) return undefined;
    this.#trimmed = through;
    return { channel: this.channel, through, floor: this.#floor };
  }

  slice(request: SliceRequest): Slice {
    const { since, after, through, last, limit = Number.POSITIVE_INFINITY } = request;
    const oldest = this.offset - this.length;
    const head = through === undefined ? this.offset : oldest + this.#kept.countThrough(through);
    let recovered = false;
    let from = oldest;
    if (since?.epoch === this.epoch && since.offset >= oldest && since.offset <= head) {
      recovered = true;
      from = since.offset;
    }
    if (after !== undefined && after >= this.#floor) {
      recovered = true;
      from = Math.max(from, oldest + this.#kept.countThrough(after));
    }
    if (!recovered) from = Math.max(oldest, head - (last ?? 0));
    const events = this.#read(from, Math.min(limit, head - from));
    return {
      position: { epoch: this.epoch, offset: head },
      recovered,
      events,
      more: from + events.length < head,
    };
  }

  /** The events after an offset, `count` of them. */
  #read(from: number, count: number): readonly ChannelEvent[] {
    if (count <= 0) return [];
    const known = this.#lastRead?.from === from ? this.#lastRead.events.deref() : undefined;
    if (known?.length === count) return known;
    const oldest = this.offset - this.length;
    const events = this.#kept.read(from - oldest, count, oldest + 1);
    this.#lastRead = { from, events: new WeakRef(events) };
    return events;
  }

  /** The sequence of the newest event that is not kept, or of the beginning. */
  get #floor(): number {
    return this.#kept.lastDropped ?? this.#unkept;
  }
}
