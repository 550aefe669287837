/**
 * The price tracker, with a way to die: some turns of the event loop after one of its transactions has committed, when
 * what that published has been told to nobody, to some or to all.
 *
 * @module
 */
import { defineCommand, defineKit, Type } from '@tidings/server/kit';
import { createPricesKit } from '../../../kits/prices/server/kit.ts';
import type { Prices, Tables } from '../../../kits/prices/server/tables.ts';

/** How many transactions are left, and how many turns after the last of them. */
let death: { transactions: number; turns: number } | undefined;

function dieAfter(turns: number): void {
  if (turns === 0) process.kill(process.pid, 'SIGKILL');
  else setImmediate(() => dieAfter(turns - 1));
}

const mortals = new WeakMap<Prices, Prices>();

function mortal(prices: Prices): Prices {
  const known = mortals.get(prices) ?? {
    ...prices,
    async transaction<T>(...given: Parameters<typeof prices.transaction<T>>) {
      const result = await prices.transaction(...given);
      if (death) death.transactions -= 1;
      if (death?.transactions === 0) dieAfter(death.turns);
      return result;
    },
  };
  mortals.set(prices, known);
  return known;
}

const { routes, jobs = [], ...kit } = createPricesKit();

export default defineKit<Tables>({
  ...kit,
  routes: (app, prices) => routes?.(app, mortal(prices)),
  jobs: jobs.map((job) => ({ ...job, run: (prices) => job.run(mortal(prices)) })),
  commands: [
    defineCommand({
      name: 'die',
      summary: 'Dies so many turns after so many transactions.',
      data: Type.Object({ transactions: Type.Integer(), turns: Type.Integer() }),
      handle(data) {
        death = data;
        return {};
      },
    }),
  ],
});
