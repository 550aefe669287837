/**
 * The kept events of one channel, as bytes outside of the JavaScript heap.
 *
 * History is most of what a server remembers, and is written far more often than it is read. As objects, each kept event
 * is copied twice by the collector and looked at again ever after, which cost more than everything else about taking
 * it. Of bytes the collector sees nothing; what is read is made into events again.
 *
 * @module
 */
import { ChannelEvent } from '../../core/ports/event.ts';

/** A record's header: its length and encoding, lengths of four texts, sequence, time; then the texts as one. */
const LENGTH = 0;
const ENCODING = 4;
const ID = 8;
const EVENT = 12;
/** One more than the text's length; 0 when there is none. */
const USER = 16;
const CONFLATE = 20;
const SEQUENCE = 24;
const AT = 32;
const HEADER = 40;

/** How a record's texts are written: one byte a character where that is possible, and never with a loss. */
const ENCODINGS = ['latin1', 'utf8', 'utf16le'] as const;
type Encoding = 0 | 1 | 2;

/** A channel begins with little room and takes more as it fills; a greater event has a chunk of its own. Bytes. */
const MIN_CHUNK = 512;
const MAX_CHUNK = 8192;
/** What a chunk costs beside its bytes, in objects and in what the allocator keeps for it; measured with Node 26. */
const CHUNK_OVERHEAD = 700;

/** Some neighbouring records, from the beginning on. */
interface Chunk {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Where the last one ends. */
  end: number;
  count: number;
  /** The sequence of the last one. */
  sequence: number;
}

/** What all events of a stream share. */
export interface Shared {
  readonly channel: string;
  readonly epoch: string;
}

export class KeptEvents {
  /** Bytes that are taken up, used or not, with what it costs to keep them. */
  capacity = 0;
  length = 0;
  /** So many of the oldest records have been dropped, and are there until their chunk goes as a whole. */
  #dropped = 0;
  /** How many the oldest chunk has; here, so that dropping one need not look at memory that nobody has looked at for long. */
  #oldestCount = 0;
  /** The sequence of the last record that went. */
  #gone: number | undefined;
  readonly #shared: Shared;
  /** In the order of their events; none is empty. */
  #chunks: Chunk[] = [];
  /** The last of them. */
  #newest: Chunk | undefined;
  /** One that was emptied, for the next to come: who keeps a number of events goes round in the same memory. */
  #spare: Chunk | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  push({ id, event, user, conflate, json, sequence, at }: ChannelEvent): void {
    const text = id + event + (user ?? '') + (conflate ?? '') + json;
    const utf8 = Buffer.byteLength(text);
    const encoding: Encoding = utf8 === text.length ? 0 : text.isWellFormed() ? 1 : 2;
    const size = HEADER + (encoding === 2 ? 2 * text.length : utf8);
    const newest = this.#newest;
    const chunk = newest && newest.end + size <= newest.bytes.length ? newest : this.#nextChunk(size);
    const { bytes, view, end } = chunk;
    view.setUint32(end + LENGTH, size);
    view.setUint32(end + ENCODING, encoding);
    view.setUint32(end + ID, id.length);
    view.setUint32(end + EVENT, event.length);
    view.setUint32(end + USER, user === undefined ? 0 : user.length + 1);
    view.setUint32(end + CONFLATE, conflate === undefined ? 0 : conflate.length + 1);
    view.setFloat64(end + SEQUENCE, sequence);
    view.setFloat64(end + AT, at);
    bytes.write(text, end + HEADER, ENCODINGS[encoding]);
    chunk.end = end + size;
    chunk.count += 1;
    chunk.sequence = sequence;
    if (this.#chunks.length === 1) this.#oldestCount = chunk.count;
    this.length += 1;
  }

  /** Drops the oldest `count`, which must be kept. */
  drop(count: number): void {
    this.length -= count;
    this.#dropped += count;
    while (this.#dropped >= this.#oldestCount && this.#dropped > 0) this.#release();
    if (this.length === 0) {
      this.#newest = undefined;
      this.#spare = undefined;
      this.capacity = 0;
    }
  }

  /** The sequence of the newest event that was dropped, if any was. */
  get lastDropped(): number | undefined {
    const [oldest] = this.#chunks;
    if (this.#dropped === 0 || !oldest) return this.#gone;
    let record = 0;
    for (let left = this.#dropped - 1; left > 0; left -= 1) record += oldest.view.getUint32(record + LENGTH);
    return oldest.view.getFloat64(record + SEQUENCE);
  }

  /** How many of the oldest are of this time or before, milliseconds since 1970-01-01 UTC. */
  countOlder(at: number): number {
    let count = 0;
    for (const { view, end } of this.#chunks) {
      for (let record = 0; record < end; record += view.getUint32(record + LENGTH)) {
        if (view.getFloat64(record + AT) > at && count >= this.#dropped) return count - this.#dropped;
        count += 1;
      }
    }
    return count - this.#dropped;
  }

  /** How many have a sequence of at most this. */
  countThrough(sequence: number): number {
    let count = 0;
    for (const chunk of this.#chunks) {
      if (chunk.sequence <= sequence) {
        count += chunk.count;
        continue;
      }
      const { view } = chunk;
      for (let record = 0; view.getFloat64(record + SEQUENCE) <= sequence; count += 1)
        record += view.getUint32(record + LENGTH);
      break;
    }
    return Math.max(0, count - this.#dropped);
  }

  /**
   * Makes events of what is kept.
   *
   * @param begin the index of the first one
   * @param count how many at most
   * @param offset of the oldest that is kept
   */
  read(begin: number, count: number, offset: number): ChannelEvent[] {
    const events: ChannelEvent[] = [];
    let index = -this.#dropped;
    for (const chunk of this.#chunks) {
      if (events.length >= count) break;
      if (index + chunk.count <= begin) {
        index += chunk.count;
        continue;
      }
      const { view, end } = chunk;
      for (let record = 0; record < end && events.length < count; index += 1) {
        if (index >= begin) events.push(this.#event(chunk, record, offset + index));
        record += view.getUint32(record + LENGTH);
      }
    }
    return events;
  }

  #event({ bytes, view }: Chunk, record: number, offset: number): ChannelEvent {
    const encoding = ENCODINGS[view.getUint32(record + ENCODING) as Encoding];
    const text = bytes.toString(encoding, record + HEADER, record + view.getUint32(record + LENGTH));
    const afterId = view.getUint32(record + ID);
    const afterEvent = afterId + view.getUint32(record + EVENT);
    const user = view.getUint32(record + USER);
    const afterUser = afterEvent + Math.max(0, user - 1);
    const conflate = view.getUint32(record + CONFLATE);
    const afterConflate = afterUser + Math.max(0, conflate - 1);
    const { channel, epoch } = this.#shared;
    return new ChannelEvent(
      {
        channel,
        event: text.slice(afterId, afterEvent),
        user: user === 0 ? undefined : text.slice(afterEvent, afterUser),
        conflate: conflate === 0 ? undefined : text.slice(afterUser, afterConflate),
        json: text.slice(afterConflate),
      },
      {
        offset,
        epoch,
        id: text.slice(0, afterId),
        at: view.getFloat64(record + AT),
        sequence: view.getFloat64(record + SEQUENCE),
      },
    );
  }

  /** A chunk that has room for so many bytes, behind the newest. */
  #nextChunk(size: number): Chunk {
    const chunk = this.#takeSpare(size) ?? this.#allocate(size);
    this.#chunks.push(chunk);
    this.#newest = chunk;
    return chunk;
  }

  #takeSpare(size: number): Chunk | undefined {
    const spare = this.#spare;
    if (!spare || size > spare.bytes.length) return undefined;
    this.#spare = undefined;
    return spare;
  }

  #allocate(size: number): Chunk {
    const room = Math.min(MAX_CHUNK, Math.max(MIN_CHUNK, 2 * (this.#newest?.bytes.length ?? 0)));
    const bytes = Buffer.allocUnsafeSlow(Math.max(room, size));
    this.capacity += bytes.length + CHUNK_OVERHEAD;
    return { bytes, view: new DataView(bytes.buffer), end: 0, count: 0, sequence: 0 };
  }

  /** Lets the oldest chunk go, of which all is dropped. */
  #release(): void {
    const chunk = this.#chunks.shift() as Chunk;
    this.#dropped -= chunk.count;
    this.#gone = chunk.sequence;
    this.#oldestCount = this.#chunks[0]?.count ?? 0;
    const { length } = chunk.bytes;
    const spare = this.#spare;
    const kept = length <= MAX_CHUNK && length > (spare?.bytes.length ?? 0);
    const going = kept ? spare : chunk;
    if (going) this.capacity -= going.bytes.length + CHUNK_OVERHEAD;
    if (!kept) return;
    chunk.end = 0;
    chunk.count = 0;
    this.#spare = chunk;
  }
}
