import type { Clock, Timer } from '../ports/clock.ts';

interface Alarm extends Timer {
  at: number;
  readonly every: number | undefined;
  readonly callback: () => void;
}

/** A clock that a test moves by hand. */
export class ManualClock implements Clock {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  /** @param now milliseconds since 1970-01-01 UTC. @default 2026-01-01T00:00:00Z */
  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now = (): number => this.#now;

  after(ms: number, callback: () => void): Timer {
    return this.#add(ms, undefined, callback);
  }

  every(ms: number, callback: () => void): Timer {
    return this.#add(ms, ms, callback);
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#alarms.size;
  }

  /** Moves time forward, and rings on the way what is due. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = Math.max(this.#now, due.at);
      if (due.every === undefined) this.#alarms.delete(due);
      else due.at += due.every;
      due.callback();
    }
    this.#now = end;
  }

  /** Sets the time without ringing anything, as when an operator corrects the machine's clock. */
  set(now: number): void {
    this.#now = now;
  }

  #add(ms: number, every: number | undefined, callback: () => void): Timer {
    const alarm: Alarm = {
      at: this.#now + ms,
      every,
      callback,
      cancel: () => void this.#alarms.delete(alarm),
    };
    this.#alarms.add(alarm);
    return alarm;
  }
}
