import { Type } from '@tidings/server/kit';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** How many entries of a list to answer with. */
export const Limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    description: 'At most so many.',
  }),
);

/** How many, when nobody says. */
export function limitOf(limit: number | undefined): number {
  return limit ?? DEFAULT_LIMIT;
}

/** Where the next page of a list begins. */
export const Next = Type.Optional(
  Type.String({ description: 'Ask again with this as `after`; absent on the last page.' }),
);
