import type { Clock } from '../../core/ports/clock.ts';
import type { Journal } from '../../core/ports/journal.ts';

/** How far ahead sequences are reserved on disk: a minute of microseconds. */
const RESERVE = 60_000_000;

/**
 * Gives out the sequence of events over all channels: microseconds of the clock, but always more than the last, also
 * across a restart and when the clock goes back.
 */
export class Sequencer {
  readonly #clock: Clock;
  readonly #journal: Journal | undefined;
  #last: number;
  #ceiling: number;

  constructor(clock: Clock, journal: Journal | undefined) {
    this.#clock = clock;
    this.#journal = journal;
    this.#ceiling = journal?.ceiling ?? Number.POSITIVE_INFINITY;
    this.#last = Math.max(clock.now() * 1000, journal?.ceiling ?? 0);
  }

  /** The last one given out, or the start. */
  get last(): number {
    return this.#last;
  }

  next(): number {
    this.#last = Math.max(this.#last + 1, this.#clock.now() * 1000);
    if (this.#last > this.#ceiling && this.#journal) {
      this.#ceiling = this.#last + RESERVE;
      this.#journal.reserve(this.#ceiling);
    }
    return this.#last;
  }
}
