import { ClientError } from '../client-error.ts';
import type { Clock, Timer } from '../clock.ts';
import type { PositionStore } from '../positions.ts';

/** Positions are written no more often than this, milliseconds; and when the page is hidden. */
const INTERVAL = 250;

/** Keeps the positions of channels over a reload. */
export class PositionKeeper {
  readonly #store: PositionStore | undefined;
  readonly #clock: Clock;
  readonly #onError: (error: ClientError) => void;
  #positions: Record<string, string> = {};
  #timer: Timer | undefined;
  #failed = false;

  constructor(store: PositionStore | undefined, clock: Clock, onError: (error: ClientError) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
    this.#try(() => {
      this.#positions = { ...store?.load() };
    });
  }

  get(channel: string): string | undefined {
    return Object.hasOwn(this.#positions, channel) ? this.#positions[channel] : undefined;
  }

  set(channel: string, position: string): void {
    if (!this.#store) return;
    this.#positions[channel] = position;
    this.#timer ??= this.#clock.after(INTERVAL, () => this.flush());
  }

  /** Writes what has changed. */
  flush(): void {
    if (!this.#timer) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#try(() => this.#store?.save(this.#positions));
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
