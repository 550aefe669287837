/** A clock that was set by more than this is told of, milliseconds. */
const TOLERANCE = 5000;

/** Compares the machine's clock with time as it passes. */
export class ClockWatch {
  readonly #clock: { wall(): number; monotonic(): number };
  #drift: number;

  constructor(clock: { wall(): number; monotonic(): number }) {
    this.#clock = clock;
    this.#drift = this.#now();
  }

  /** By how much the clock has jumped since the last call, milliseconds; 0 when it has not. */
  jump(): number {
    const drift = this.#now();
    const jump = drift - this.#drift;
    this.#drift = drift;
    return Math.abs(jump) > TOLERANCE ? jump : 0;
  }

  #now(): number {
    return this.#clock.wall() - this.#clock.monotonic();
  }
}
