/**
 * Puts watchers on a product of the price tracker, which stands before this kit, faster than each could himself.
 *
 * @module
 */
import { type AnyTables, defineCommand, defineKit, type Tidings, Type } from '@tidings/server/kit';

const AT_ONCE = 1000;

export default defineKit({
  name: 'watchers',
  commands: ({ db }: Tidings<AnyTables>) => [
    defineCommand({
      name: 'put_watchers',
      summary: 'Has users 0 to COUNT watch a product for every drop.',
      data: Type.Object({ product: Type.String(), count: Type.Integer() }),
      async handle({ product, count }) {
        for (let begin = 0; begin < count; begin += AT_ONCE)
          await db
            .insertInto('prices_watches')
            .values(
              Array.from({ length: Math.min(AT_ONCE, count - begin) }, (_, n) => ({
                ...{ product, user: String(begin + n), kind: 'any', value: null, at_most: null },
                ...{ since: 1, created: 1 },
              })),
            )
            .execute();
        return {};
      },
    }),
  ],
});
