/**
 * When a watcher is told of a price.
 *
 * A threshold comes down to the highest amount that is told of. A drop is told when it takes the price from above that
 * amount to it or below: so each drop is told once, and again only after the price has been above in between. Nothing has
 * to be remembered for that but the price itself.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';

/** The highest amount of a price, minor units: what a number holds exactly, with room to multiply. */
export const MAX_AMOUNT = 1_000_000_000_000_000;

/** Hundredths of a percent in all of it. */
const WHOLE = 10_000;

const PERCENT_DIGITS = 100;

/** What a user wants to be told of. */
export const Threshold = Type.Union(
  [
    Type.Object({ kind: Type.Literal('any') }, { additionalProperties: false, description: 'Every drop.' }),
    Type.Object(
      {
        kind: Type.Literal('percent'),
        percent: Type.Number({ minimum: 0.01, maximum: 100, description: 'To two digits.' }),
      },
      {
        additionalProperties: false,
        description: 'Once it is so much below what it was when the watch was set.',
      },
    ),
    Type.Object(
      {
        kind: Type.Literal('amount'),
        amount: Type.Integer({ minimum: 1, maximum: MAX_AMOUNT, description: 'Minor units.' }),
      },
      { additionalProperties: false, description: 'Once it is at this amount or below.' },
    ),
  ],
  {
    examples: [
      { kind: 'percent', percent: 10 },
      { kind: 'amount', amount: 90_000 },
    ],
  },
);
export type Threshold = Type.Static<typeof Threshold>;

/** A threshold as it stands in a row. */
export interface StoredThreshold {
  readonly kind: string;
  /** Hundredths of a percent, or minor units; null for `any`. */
  readonly value: number | null;
  /** The highest amount that is told of; null for any drop. */
  readonly at_most: number | null;
}

/** Makes a threshold a row's. @param since the amount now. @throws TidingsError `invalid_request`. */
export function storeThreshold(threshold: Threshold, since: number): StoredThreshold {
  switch (threshold.kind) {
    case 'any':
      return { kind: 'any', value: null, at_most: null };
    case 'amount':
      return { kind: 'amount', value: threshold.amount, at_most: threshold.amount };
    case 'percent': {
      const value = Math.round(threshold.percent * PERCENT_DIGITS);
      // The product is beyond what a number holds exactly.
      const atMost = (BigInt(since) * BigInt(WHOLE - value)) / BigInt(WHOLE);
      return { kind: 'percent', value, at_most: Number(atMost) };
    }
    default:
      throw new TidingsError('invalid_request', 'A threshold is of the kind any, percent or amount.');
  }
}

/** The threshold of a row. */
export function readThreshold({ kind, value }: Pick<StoredThreshold, 'kind' | 'value'>): Threshold {
  if (kind === 'percent') return { kind, percent: (value ?? 0) / PERCENT_DIGITS };
  return kind === 'amount' ? { kind, amount: value ?? 0 } : { kind: 'any' };
}
