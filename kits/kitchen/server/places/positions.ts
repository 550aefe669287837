import type { Tidings } from '@tidings/server/kit';
import type { Position } from './distance.ts';

/** A position, and until when it may be known. */
export interface KnownPosition extends Position {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly expires: number;
}

/** Where users were last, in this process's memory and nowhere else, each for a lease. */
export class Positions {
  readonly #clock: Tidings['clock'];
  readonly #lease: number;
  /** The longest not renewed first. */
  readonly #known = new Map<string, KnownPosition>();

  /** @param lease milliseconds. */
  constructor(clock: Tidings['clock'], lease: number) {
    this.#clock = clock;
    this.#lease = lease;
  }

  set(user: string, { latitude, longitude }: Position): KnownPosition {
    this.sweep();
    const known = { latitude, longitude, expires: this.#clock.now() + this.#lease };
    this.#known.delete(user);
    this.#known.set(user, known);
    return known;
  }

  get(user: string): KnownPosition | undefined {
    this.sweep();
    return this.#known.get(user);
  }

  delete(user: string): void {
    this.#known.delete(user);
  }

  /** How many are known. */
  get size(): number {
    return this.#known.size;
  }

  /** Forgets what may not be known any more. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [user, { expires }] of this.#known) {
      if (expires > now) return;
      this.#known.delete(user);
    }
  }
}
