/**
 * The market, with a way to die: right before the next transaction with a match commits, or some turns of the event loop
 * after it.
 *
 * @module
 */
import { defineCommand, defineKit, Type } from '@tidings/server/kit';
import { createMarketKit } from '../../../kits/market/server/kit.ts';
import type { Market } from '../../../kits/market/server/market-part.ts';
import type { MarketTables } from '../../../kits/market/server/tables.ts';

/** How many turns after the next match; less than none is before it commits. */
let death: number | undefined;

function dieAfter(turns: number): void {
  if (turns === 0) process.kill(process.pid, 'SIGKILL');
  else setImmediate(() => dieAfter(turns - 1));
}

const mortals = new WeakMap<Market, Market>();

function mortal(market: Market): Market {
  const known = mortals.get(market) ?? {
    ...market,
    async transaction<T>(...[work, options]: Parameters<typeof market.transaction<T>>) {
      let matched = false;
      const result = await market.transaction<T>(async (transaction) => {
        const done = await work({
          ...transaction,
          publish(publication) {
            matched ||= publication.event === 'MATCH_CREATED';
            return transaction.publish(publication);
          },
        });
        if (matched && death !== undefined && death < 0) dieAfter(0);
        return done;
      }, options);
      if (matched && death !== undefined) dieAfter(death);
      return result;
    },
  };
  mortals.set(market, known);
  return known;
}

const { routes, commands, jobs = [], ...kit } = createMarketKit({ actionsPerMinute: 10_000 });

const die = defineCommand({
  name: 'die',
  summary: 'Dies so many turns after the next match.',
  data: Type.Object({ turns: Type.Integer() }),
  handle({ turns }) {
    death = turns;
    return {};
  },
});

export default defineKit<MarketTables>({
  ...kit,
  routes: (app, market) => routes?.(app, mortal(market)),
  jobs: jobs.map((job) => ({ ...job, run: (market) => job.run(mortal(market)) })),
  commands: (market) => [
    ...(typeof commands === 'function' ? commands(mortal(market)) : (commands ?? [])),
    die,
  ],
});
