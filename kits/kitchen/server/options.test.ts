import { expect, it } from 'vitest';
import { kitchenOptions, optionsFrom } from './options.ts';

it('are read from the environment, above the defaults', () => {
  expect(kitchenOptions(optionsFrom({}))).toMatchObject({ analyticsDays: 400 });
  const env = { KITCHEN_HEARTBEAT: '15000', KITCHEN_ANALYTICS_DAYS: '30' };
  expect(kitchenOptions(optionsFrom(env))).toMatchObject({ heartbeat: 15_000, analyticsDays: 30 });
});

it.each(['0', '-1', '1.5', 'soon', '1e99'])('refuse %s', (value) => {
  expect(() => optionsFrom({ KITCHEN_HEARTBEAT: value })).toThrow(
    `KITCHEN_HEARTBEAT must be a whole number from 1, and is "${value}".`,
  );
});
