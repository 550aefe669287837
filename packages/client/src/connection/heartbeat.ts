/**
 * Notices a connection that is half open: one on which nothing is heard, and a ping is not answered.
 *
 * @module
 */
import type { Clock, Timer } from '../clock.ts';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** How long a silent connection is given to answer, milliseconds. */
  readonly patience: number;
  /** Sends something that is answered. */
  readonly ping: () => void;
  /** Nothing was heard. */
  readonly onSilence: () => void;
}

/** Milliseconds within which a connection must answer when the device has just woken up. */
const WAKE_PATIENCE = 5000;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #interval = 0;
  #heardAt = 0;
  #timer: Timer | undefined;
  /** Pinged then, and not heard since. */
  #pingedAt: number | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Begins. @param interval milliseconds of silence after which to ping. */
  start(interval: number): void {
    this.stop();
    this.#interval = interval;
    this.heard();
    this.#arm(interval);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#pingedAt = undefined;
  }

  /** Something was heard. Called for every message, so it sets no timer. */
  heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
    this.#pingedAt = undefined;
  }

  /** Asks now whether the connection still stands. */
  probe(): void {
    if (this.#timer) this.#ping(Math.min(this.#options.patience, WAKE_PATIENCE));
  }

  #arm(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => this.#check());
  }

  #check(): void {
    if (this.#pingedAt !== undefined) {
      this.stop();
      this.#options.onSilence();
      return;
    }
    const silent = this.#options.clock.monotonic() - this.#heardAt;
    if (silent < this.#interval) this.#arm(this.#interval - silent);
    else this.#ping(this.#options.patience);
  }

  #ping(patience: number): void {
    this.#pingedAt = this.#options.clock.monotonic();
    this.#arm(patience);
    this.#options.ping();
  }
}
