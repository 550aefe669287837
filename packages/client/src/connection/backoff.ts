/** How long to wait before coming back. */
export interface Backoff {
  /** The limit of the first delay, milliseconds. */
  readonly initial: number;
  /** The greatest limit, milliseconds. */
  readonly max: number;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** A delay with full jitter: anything between 0 and a limit that doubles with each level up to the greatest. */
export function delayOf(level: number, { initial, max, random }: Backoff): number {
  return random() * Math.min(max, initial * 2 ** level);
}
