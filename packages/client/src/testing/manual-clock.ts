import type { Clock, Timer } from '../clock.ts';

interface Alarm extends Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Lets everything run that waits for no timer. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A clock that a test moves by hand. */
export class ManualClock implements Clock {
  #passed = 0;
  /** What the machine's clock is off by. */
  #set = Date.UTC(2026, 0, 1);
  readonly #alarms = new Set<Alarm>();

  wall(): number {
    return this.#set + this.#passed;
  }

  monotonic(): number {
    return this.#passed;
  }

  after(ms: number, callback: () => void): Timer {
    const alarm: Alarm = {
      at: this.#passed + Math.max(0, ms),
      callback,
      cancel: () => void this.#alarms.delete(alarm),
    };
    this.#alarms.add(alarm);
    return alarm;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#alarms.size;
  }

  /** Lets time pass, and rings on the way what is due; after each ring everything runs that waits for no timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#passed + ms;
    await settle();
    for (;;) {
      const due = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#passed = Math.max(this.#passed, due.at);
      this.#alarms.delete(due);
      due.callback();
      await settle();
    }
    this.#passed = end;
  }

  /** Sets the machine's clock, as an operator or a time server does. */
  jump(ms: number): void {
    this.#set += ms;
  }
}
