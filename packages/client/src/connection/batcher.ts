import type { Clock, Timer } from '../clock.ts';

export interface BatcherOptions<T> {
  readonly clock: Clock;
  /** So many are sent without waiting further. */
  readonly size: number;
  /** How long the first waits for others, milliseconds; 0 is the end of the current tick. */
  readonly interval: number;
  readonly send: (items: readonly T[]) => void;
}

/** Gathers what is to be sent. */
export class Batcher<T> {
  readonly #options: BatcherOptions<T>;
  #items: T[] = [];
  #timer: Timer | undefined;
  /** A flush at the end of the tick is under way. */
  #soon = false;

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
  }

  /** @param urgent takes everything along at the end of the tick. */
  add(item: T, urgent: boolean): void {
    this.#items.push(item);
    if (this.#items.length >= this.#options.size) this.flush();
    else if (urgent || this.#options.interval === 0) this.#flushSoon();
    else this.#timer ??= this.#options.clock.after(this.#options.interval, () => this.flush());
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const items = this.#items;
    if (items.length === 0) return;
    this.#items = [];
    this.#options.send(items);
  }

  /** Forgets what was gathered. */
  clear(): void {
    this.#items = [];
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #flushSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => {
      this.#soon = false;
      this.flush();
    });
  }
}
