import Type from 'typebox';

/** How many entries of a list are answered with when nobody says. */
export const DEFAULT_LIMIT = 100;

/** How many entries of a list to answer with. */
export const Limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: DEFAULT_LIMIT,
    description: 'At most so many entries.',
  }),
);

/** The first entries of an ordered list of keys, and where the next page begins. */
export function pageOf<Name extends string, Entry>(
  name: Name,
  keys: readonly string[],
  limit: number,
  entry: (key: string) => Entry,
) {
  const page = keys.slice(0, limit);
  const last = page.at(-1);
  return {
    [name]: page.map(entry),
    ...(keys.length > limit && last !== undefined ? { next: last } : {}),
  } as { [N in Name]: Entry[] } & { next?: string };
}
