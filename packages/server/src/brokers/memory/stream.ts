import type { HistoryPolicy, Slice, SliceRequest } from '../../core/ports/broker.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import type { JournalTrim } from '../../core/ports/journal.ts';

/** What an event costs beside its data, and a stream beside its events, bytes; estimates, for the cap on all history. */
const EVENT_OVERHEAD = 320;
const STREAM_OVERHEAD = 400;

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
  bytes = STREAM_OVERHEAD;
  /** When it was last published to or read, for eviction. */
  usedAt = 0;
  /** Used since its last turn to be evicted. */
  used = false;
  #floor: number;
  /** Ascending from `#first` on; what is before it has been dropped. */
  #events: ChannelEvent[];
  #first = 0;
  /** On disk, events through this offset have been deleted. */
  #trimmed: number;

  constructor(channel: string, policy: HistoryPolicy, start: StreamStart) {
    this.channel = channel;
    this.policy = policy;
    this.epoch = start.epoch;
    this.offset = start.offset;
    this.#floor = start.floor;
    this.#events = [...start.events];
    this.#trimmed = start.trimmed;
    for (const event of start.events) this.bytes += cost(event);
  }

  /** How many events are kept. */
  get length(): number {
    return this.#events.length - this.#first;
  }

  /** @returns by how many bytes the stream grew. */
  append(event: ChannelEvent): number {
    const before = this.bytes;
    this.offset = event.offset;
    this.#events.push(event);
    this.bytes += cost(event);
    this.#drop(Math.max(0, this.length - this.policy.size));
    return this.bytes - before;
  }

  /** Drops what is as old as the policy allows, or older. @returns by how many bytes the stream shrank. */
  expire(now: number): number {
    const before = this.bytes;
    const oldest = now - this.policy.ttl;
    let count = 0;
    for (let index = this.#first; (this.#events[index]?.at ?? Number.POSITIVE_INFINITY) <= oldest; index += 1)
      count += 1;
    this.#drop(count);
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
    const head = through === undefined ? this.offset : oldest + this.#countThrough(through);
    let recovered = false;
    let from = head;
    if (since) {
      recovered = since.epoch === this.epoch && since.offset >= oldest && since.offset <= head;
      from = since.offset;
    } else if (after !== undefined) {
      recovered = after >= this.#floor;
      from = oldest + this.#countThrough(after);
    }
    if (!recovered) from = Math.max(oldest, head - (last ?? 0));
    const begin = this.#first + (from - oldest);
    const events = this.#events.slice(begin, begin + Math.min(limit, head - from));
    return {
      position: { epoch: this.epoch, offset: head },
      recovered,
      events,
      more: from + events.length < head,
    };
  }

  /** How many kept events have a sequence of at most this, by bisection. */
  #countThrough(sequence: number): number {
    let low = this.#first;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] as ChannelEvent).sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return low - this.#first;
  }

  #drop(count: number): void {
    if (count === 0) return;
    for (let index = this.#first; index < this.#first + count; index += 1)
      this.bytes -= cost(this.#events[index] as ChannelEvent);
    this.#first += count;
    this.#floor = (this.#events[this.#first - 1] as ChannelEvent).sequence;
    // The dropped part goes once it is as long as the kept one, so that dropping costs the same for each event.
    if (this.#first > this.length) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
  }
}

function cost(event: ChannelEvent): number {
  return EVENT_OVERHEAD + event.json.length;
}
