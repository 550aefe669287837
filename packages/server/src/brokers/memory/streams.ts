import { hash, randomBytes } from 'node:crypto';
import type { HistoryPolicy } from '../../core/ports/broker.ts';
import type { Journal } from '../../core/ports/journal.ts';
import { Stream } from './stream.ts';

/** A channel that has been empty and unused so long is forgotten, milliseconds. */
const IDLE = 24 * 60 * 60 * 1000;

const EPOCH_BYTES = 6;
const EPOCH_LENGTH = 2 * EPOCH_BYTES;

export interface StreamsOptions {
  readonly journal: Journal | undefined;
  readonly now: () => number;
  /** The newest sequence of the log. */
  readonly head: () => number;
  /** Bytes of all streams together. */
  readonly maxBytes: number;
}

/** The streams that are in memory, within a number of bytes. */
export class Streams {
  readonly #options: StreamsOptions;
  /** The least recently used are near the front: a stream that was used goes to the end when its turn to go comes. */
  readonly #byChannel = new Map<string, Stream>();
  #bytes = 0;
  /** What the epochs of new memory channels are made from; another one each time a channel with a past was forgotten. */
  #epoch = newEpoch();
  /** Whatever memory channels held up to this sequence may be forgotten. */
  #floor: number;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#floor = options.head();
  }

  /** The streams in memory. */
  all(): Iterable<Stream> {
    return this.#byChannel.values();
  }

  /** The stream of a channel that was published to, from memory or disk. @throws TidingsError */
  find(channel: string, policy: HistoryPolicy, now = this.#options.now()): Stream | undefined {
    const stream = this.#byChannel.get(channel) ?? this.#load(channel, policy);
    if (!stream) return undefined;
    stream.usedAt = now;
    stream.used = true;
    return stream;
  }

  /** The stream of a channel, a new one when there was none. @throws TidingsError */
  get(channel: string, policy: HistoryPolicy, now: number): Stream {
    return this.find(channel, policy, now) ?? this.#keep(this.empty(channel, policy));
  }

  /** A channel without a past, as it would begin; it is not kept, so that looking at names costs no memory. */
  empty(channel: string, policy: HistoryPolicy): Stream {
    const { journal, now } = this.#options;
    const from = policy.durable && journal ? journal : { epoch: this.#epoch, floor: this.#floor };
    const epoch = channelEpoch(from.epoch, channel);
    const start = { epoch, floor: from.floor, offset: 0, trimmed: 0, events: [] };
    const stream = new Stream(channel, policy, start);
    stream.usedAt = now();
    return stream;
  }

  /** A kept stream grew, or shrank, by so many bytes. */
  grew(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Lets those go that were not used since their last turn, while all together are too large. Not while a stream is being worked on. */
  evict(): void {
    const { maxBytes } = this.#options;
    if (this.#bytes <= maxBytes) return;
    for (const stream of this.#byChannel.values()) {
      if (this.#bytes <= maxBytes || this.#byChannel.size === 1) return;
      if (stream.used) this.#spare(stream);
      else this.#forget(stream);
    }
  }

  /** To the end of the line: looked at again when all others have had their turn. */
  #spare(stream: Stream): void {
    stream.used = false;
    this.#byChannel.delete(stream.channel);
    this.#byChannel.set(stream.channel, stream);
  }

  /** Drops what has expired, and forgets what has been empty for long. */
  sweep(): void {
    const now = this.#options.now();
    for (const stream of this.#byChannel.values()) {
      this.#bytes -= stream.expire(now);
      if (stream.length === 0 && now - stream.usedAt > IDLE) this.#forget(stream);
    }
  }

  /** Lets a channel go from memory. */
  forget(channel: string): void {
    const stream = this.#byChannel.get(channel);
    if (stream) this.#forget(stream);
  }

  /** A durable stream is still on disk; a memory channel's past is gone, and its next epoch says so. */
  #forget(stream: Stream): void {
    this.#byChannel.delete(stream.channel);
    this.#bytes -= stream.bytes;
    if (stream.policy.durable || stream.offset === 0) return;
    this.#epoch = newEpoch();
    this.#floor = this.#options.head();
  }

  #load(channel: string, policy: HistoryPolicy): Stream | undefined {
    if (!policy.durable) return undefined;
    const stored = this.#options.journal?.load(channel, policy.size, this.#options.now());
    return stored && this.#keep(new Stream(channel, policy, stored));
  }

  #keep(stream: Stream): Stream {
    this.#byChannel.set(stream.channel, stream);
    this.#bytes += stream.bytes;
    return stream;
  }
}

/** An epoch of the channel's own, so that a position of another channel is not taken for one of this. */
function channelEpoch(epoch: string, channel: string): string {
  return hash('sha256', `${epoch} ${channel}`).slice(0, EPOCH_LENGTH);
}

function newEpoch(): string {
  return randomBytes(EPOCH_BYTES).toString('hex');
}
