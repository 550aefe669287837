/**
 * Amounts are kept as whole thousandths, so that three times 0.1 and 0.7 is 1 and a goal of 1 is reached by them.
 *
 * @module
 */
const THOUSAND = 1000;

/** The whole thousandths of an amount; what is less than half of one is nothing. */
export function toThousandths(amount: number): number {
  // -0 would be another answer than 0.
  return Math.round(amount * THOUSAND) || 0;
}

/** The amount again. */
export function fromThousandths(thousandths: number): number {
  return thousandths / THOUSAND;
}
