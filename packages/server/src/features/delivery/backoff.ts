/** How long to wait between attempts, milliseconds. */
export interface Backoff {
  /** After the first. */
  readonly first: number;
  readonly longest: number;
}

/** A wait is so much shorter or longer by chance, so that many who failed together do not come back together. */
const JITTER = 0.25;

/** How long to wait after an attempt: twice as long each time. @param attempts made so far, from 1. */
export function waitAfter(attempts: number, { first, longest }: Backoff, random = Math.random): number {
  const wait = Math.min(longest, first * 2 ** Math.min(attempts - 1, 30));
  return Math.round(wait * (1 - JITTER + 2 * JITTER * random()));
}
