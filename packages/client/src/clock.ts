/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

/** Time, injected so that a test moves it instead of waiting. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC as the machine has it; may jump. */
  wall(): number;
  /** Milliseconds since any moment; never jumps back. */
  monotonic(): number;
  /** Calls back once after `ms`. */
  after(ms: number, callback: () => void): Timer;
}

/** The longest that a timer of the platform can be set to, milliseconds; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const handle = setTimeout(callback, Math.min(ms, LONGEST_TIMER));
    return { cancel: () => clearTimeout(handle) };
  },
};
