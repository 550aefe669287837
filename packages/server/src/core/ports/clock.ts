/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

/** Time, injected wherever something expires, so that a test moves it instead of waiting. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Calls back once after `ms`; the timer alone does not keep the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Calls back every `ms`; the timer alone does not keep the process alive. */
  every(ms: number, callback: () => void): Timer;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, callback) {
    const handle = setTimeout(callback, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, callback) {
    const handle = setInterval(callback, ms).unref();
    return { cancel: () => clearInterval(handle) };
  },
};
