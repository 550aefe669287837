/**
 * The price tracker, in a hurry: it looks at the shops of tests every second.
 *
 * @module
 */
import { defineKit } from '@tidings/server/kit';
import { createPricesKit } from '../../../kits/prices/server/kit.ts';
import type { Tables } from '../../../kits/prices/server/tables.ts';

const { jobs = [], ...kit } = createPricesKit({
  shopInterval: 500,
  shopDelay: 1,
  shopAllow: ['127.0.0.2'],
  shopPorts: 'any',
});

export default defineKit<Tables>({
  ...kit,
  jobs: jobs.map((job) => ({ ...job, schedule: '* * * * * *' })),
});
