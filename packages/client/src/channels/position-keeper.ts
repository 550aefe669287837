import { ClientError } from '../client-error.ts';
import type { Clock, Timer } from '../clock.ts';
import type { PositionStore } from '../positions.ts';

/** Positions are written no more often than this, milliseconds; and when the page is hidden. */
const INTERVAL = 250;

/** Those of so many channels are kept, of which something was heard last. */
const MAX_KEPT = 1000;

/** Keeps the positions of channels over a reload. */
export class PositionKeeper {
  readonly #store: PositionStore | undefined;
  readonly #clock: Clock;
  readonly #onError: (error: ClientError) => void;
  #positions = new Map<string, string>();
  #timer: Timer | undefined;
  #failed = false;

  constructor(store: PositionStore | undefined, clock: Clock, onError: (error: ClientError) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
    this.#try(() => {
      this.#positions = new Map(Object.entries({ ...store?.load() }));
    });
  }

  get(channel: string): string | undefined {
    return this.#positions.get(channel);
  }

  set(channel: string, position: string): void {
    if (!this.#store) return;
    this.#positions.delete(channel);
    this.#positions.set(channel, position);
    if (this.#positions.size > MAX_KEPT) {
      const [oldest = ''] = this.#positions.keys();
      this.#positions.delete(oldest);
    }
    this.#timer ??= this.#clock.after(INTERVAL, () => this.flush());
  }

  /** Writes what has changed. */
  flush(): void {
    if (!this.#timer) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#try(() => this.#store?.save(Object.fromEntries(this.#positions)));
  }

  #try(work: () => void): void {
    try {
      work();
      this.#failed = false;
    } catch (cause) {
      if (!this.#failed)
        this.#onError(new ClientError('positions_unavailable', 'Positions cannot be kept.', { cause }));
      this.#failed = true;
    }
  }
}
