import type { Clock, Timer } from './ports/clock.ts';

export interface RecurringOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly interval: number;
  readonly run: () => Promise<void>;
  /** A run has failed; the next is tried all the same. */
  readonly onError: (error: unknown) => void;
}

/** Something done again and again, but never beside itself: a turn that comes while the last is under way is left out. */
export class Recurring {
  readonly #timer: Timer;
  #running: Promise<void> | undefined;

  constructor({ clock, interval, run, onError }: RecurringOptions) {
    this.#timer = clock.every(interval, () => {
      this.#running ??= run()
        .catch(onError)
        .finally(() => {
          this.#running = undefined;
        });
    });
  }

  /** Begins it no more, and waits for what is under way: whatever it works on may be closed then. */
  async close(): Promise<void> {
    this.#timer.cancel();
    await this.#running;
  }
}
