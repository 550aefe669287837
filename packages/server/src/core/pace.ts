/**
 * A token bucket in one number: the generic cell rate algorithm.
 *
 * Each session has one for its commands. It is ours, and not a library's, because it is asked on every message and a
 * number in a field costs nothing.
 *
 * @module
 */

/** How often something may happen. */
export interface Rate {
  /** So many a second, on average. */
  readonly perSecond: number;
  /** So many at once. */
  readonly burst: number;
}

export class Pace {
  readonly #interval: number;
  readonly #tolerance: number;
  /** When the bucket will be full again, milliseconds. */
  #fullAt = 0;

  constructor(rate: Rate) {
    this.#interval = 1000 / rate.perSecond;
    this.#tolerance = this.#interval * Math.max(0, rate.burst - 1);
  }

  /** Takes one; returns 0, or the milliseconds to wait when there is none. */
  take(now: number): number {
    const start = Math.max(this.#fullAt, now);
    const wait = start - now - this.#tolerance;
    if (wait <= 0) this.#fullAt = start + this.#interval;
    // Nobody ever waits for longer than one interval, unless the clock was set back meanwhile.
    else if (wait > 2 * this.#interval) this.#fullAt = now + this.#interval;
    else return Math.ceil(wait);
    return 0;
  }
}
