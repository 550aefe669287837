import type { Clock } from '../../core/ports/clock.ts';
import type { Journal } from '../../core/ports/journal.ts';

/** How far ahead sequences are reserved on disk: an hour of microseconds. */
const RESERVE = 3_600_000_000;

/** After a disk that refused, the next attempt to reserve comes so much later, milliseconds. */
const RETRY_AFTER = 1000;

/**
 * Gives out the sequence of events over all channels: microseconds of the clock, but always more than the last, also
 * across a restart and when the clock goes back.
 */
export class Sequencer {
  readonly #clock: Clock;
  readonly #journal: Journal | undefined;
  #last: number;
  /** From here on more is to be reserved: well before what is reserved ends, so that a full disk stops nobody. */
  #reserveAt: number;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, journal: Journal | undefined) {
    this.#clock = clock;
    this.#journal = journal;
    this.#last = Math.max(clock.now() * 1000, journal?.ceiling ?? 0);
    this.#reserveAt = journal ? this.#last : Number.POSITIVE_INFINITY;
    this.#reserve();
  }

  /** The last one given out, or the start. */
  get last(): number {
    return this.#last;
  }

  /** @param now what the clock says, milliseconds; asking it costs too much to be done twice for an event. */
  next(now: number): number {
    this.#last = Math.max(this.#last + 1, now * 1000);
    if (this.#last >= this.#reserveAt && now >= this.#retryAt) this.#reserve();
    return this.#last;
  }

  /**
   * A disk that refuses this refuses durable events as well, and they say so. Memory channels go on: only if the disk
   * stays full for as long as is reserved, and the clock is then set back over a restart, could a sequence come twice.
   */
  #reserve(): void {
    if (!this.#journal) return;
    try {
      this.#journal.reserve(this.#last + RESERVE);
      this.#reserveAt = this.#last + RESERVE / 2;
    } catch {
      this.#retryAt = this.#clock.now() + RETRY_AFTER;
    }
  }
}
