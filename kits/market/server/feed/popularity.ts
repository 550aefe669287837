/**
 * How popular something is: what happens to it adds up, and counts half as much a day later.
 *
 * Kept is not the sum, which would have to be written anew all the time, but its logarithm as of a fixed moment: it changes
 * only when something happens, and of two products the more popular has the higher one, whenever they are compared.
 *
 * @module
 */

/** After so many milliseconds something counts half as much. What is kept is of this: it cannot be changed later. */
const HALF_LIFE = 24 * 60 * 60 * 1000;

/** Something that makes a product popular. */
export interface Happening {
  readonly weight: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/** The level after something more has happened. @param level `undefined`: nothing has yet. */
export function addTo(level: number | undefined, { weight, at }: Happening): number {
  const more = Math.log2(weight) + at / HALF_LIFE;
  if (level === undefined) return more;
  const [high, low] = level > more ? [level, more] : [more, level];
  return high + Math.log2(1 + 2 ** (low - high));
}

/** The sum of what has happened, as it counts now. */
export function scoreOf(level: number, now: number): number {
  return 2 ** (level - now / HALF_LIFE);
}
