import type { Clock, Timer } from '../../packages/server/src/core/ports/clock.ts';

interface Alarm extends Timer {
  at: number;
  readonly every: number | undefined;
  readonly callback: () => void;
}

/**
 * A clock for whole servers, that a test moves by days: what is due meanwhile rings once, as after a machine's sleep, and
 * not for every one of the thousands of times that a heartbeat would have.
 */
export class JumpingClock implements Clock {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  /** @param now milliseconds since 1970-01-01 UTC. */
  constructor(now: number) {
    this.#now = now;
  }

  now = (): number => this.#now;

  after(ms: number, callback: () => void): Timer {
    return this.#add(ms, undefined, callback);
  }

  every(ms: number, callback: () => void): Timer {
    return this.#add(ms, ms, callback);
  }

  /** Moves time forward, then rings what is due. */
  jump(ms: number): void {
    this.#now += ms;
    for (const alarm of [...this.#alarms].sort((one, other) => one.at - other.at)) {
      if (alarm.at > this.#now || !this.#alarms.has(alarm)) continue;
      if (alarm.every === undefined) this.#alarms.delete(alarm);
      else alarm.at = this.#now + alarm.every;
      alarm.callback();
    }
  }

  /** Moves time forward to a moment. @param moment ISO 8601. */
  jumpTo(moment: string): void {
    this.jump(Date.parse(moment) - this.#now);
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
