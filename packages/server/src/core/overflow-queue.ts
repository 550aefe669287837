/**
 * What waits for a client that reads too slowly: a queue capped in bytes.
 *
 * It exists only while a connection takes nothing more. What happens at the cap is decided by the namespace of the event
 * that does not fit: `disconnect` says so to the caller, `drop-oldest` drops the channel's oldest, `conflate` keeps the
 * newest event of each key (always, not only at the cap) and disconnects when even that is too much.
 *
 * @module
 */
import type { Frame } from './ports/batch.ts';

/** What a namespace does with a reader that is too slow. */
export type OverflowPolicy = 'disconnect' | 'drop-oldest' | 'conflate';

/** An event's frame on its way into the queue. */
export interface QueuedEvent {
  readonly frame: Frame;
  readonly channel: string;
  readonly policy: OverflowPolicy;
  /** The conflation key within the channel. */
  readonly key: string;
}

type Entry = QueuedEvent | { readonly frame: Frame; readonly channel: undefined };

export class OverflowQueue {
  readonly #cap: number;
  /** In order of arrival; a `Set` so that an entry leaves from the middle in constant time. */
  readonly #entries = new Set<Entry>();
  /** Of conflating namespaces: the newest event of each key. */
  readonly #newest = new Map<string, Entry>();
  /** Of namespaces that drop the oldest: what each channel has in line, so that its oldest is found at once. */
  readonly #lossy = new Map<string, Set<Entry>>();
  #bytes = 0;
  #dropped = 0;

  /**
   * @param cap bytes, including what the transport itself still buffers. Where events may be dropped it is the queue's
   * alone: what the transport has cannot be taken back, and must not cost the reader the newest.
   */
  constructor(cap: number) {
    this.#cap = cap;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Events that a lossy namespace gave up so far. */
  get dropped(): number {
    return this.#dropped;
  }

  get empty(): boolean {
    return this.#entries.size === 0;
  }

  /** Queues a reply or a notice; false when the cap is reached. */
  pushDirect(frame: Frame, buffered: number): boolean {
    this.#add({ frame, channel: undefined });
    return this.#bytes + buffered <= this.#cap;
  }

  /** Queues an event by its policy; false when the session must be disconnected. */
  pushEvent(event: QueuedEvent, buffered: number): boolean {
    switch (event.policy) {
      case 'drop-oldest':
        this.#pushLossy(event);
        return true;
      case 'conflate':
        this.#conflate(event);
        return this.#bytes <= this.#cap;
      case 'disconnect':
        this.#add(event);
        return this.#bytes + buffered <= this.#cap;
    }
  }

  #conflate(event: QueuedEvent): void {
    const slot = slotOf(event);
    const older = this.#newest.get(slot);
    if (older) this.#drop(older);
    this.#newest.set(slot, event);
    this.#add(event);
  }

  /** Makes room by dropping the channel's oldest, at last the event itself. */
  #pushLossy(event: QueuedEvent): void {
    let line = this.#lossy.get(event.channel);
    if (!line) {
      line = new Set();
      this.#lossy.set(event.channel, line);
    }
    line.add(event);
    this.#add(event);
    for (const entry of line) {
      if (this.#bytes <= this.#cap) return;
      this.#drop(entry);
    }
  }

  /** Takes frames from the front, at least one, at most about `bytes`. */
  shift(bytes: number): readonly Frame[] {
    const frames: Frame[] = [];
    let taken = 0;
    for (const entry of this.#entries) {
      if (frames.length > 0 && taken + entry.frame.length > bytes) break;
      frames.push(entry.frame);
      taken += entry.frame.length;
      this.#remove(entry);
    }
    return frames;
  }

  /** Frees everything; for a session that has ended. */
  clear(): void {
    this.#entries.clear();
    this.#newest.clear();
    this.#lossy.clear();
    this.#bytes = 0;
  }

  #add(entry: Entry): void {
    this.#entries.add(entry);
    this.#bytes += entry.frame.length;
  }

  #drop(entry: Entry): void {
    this.#remove(entry);
    this.#dropped += 1;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry);
    this.#bytes -= entry.frame.length;
    if (entry.channel === undefined) return;
    if (entry.policy === 'conflate') this.#newest.delete(slotOf(entry));
    const line = this.#lossy.get(entry.channel);
    if (line?.delete(entry) && line.size === 0) this.#lossy.delete(entry.channel);
  }
}

/** Channel names hold no space, so the pair is unambiguous. */
function slotOf({ channel, key }: QueuedEvent): string {
  return `${channel} ${key}`;
}
