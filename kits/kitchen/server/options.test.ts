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

it('reads the model and the morning', () => {
  const ai = { KITCHEN_AI_URL: 'https://api.example.com/v1', KITCHEN_AI_MODEL: 'cook-1' };
  expect(
    optionsFrom({ ...ai, KITCHEN_AI_KEY: 'k', KITCHEN_AI_TIMEOUT: '5000', KITCHEN_MORNING: '07:30' }),
  ).toEqual({
    ai: { url: 'https://api.example.com/v1', model: 'cook-1', key: 'k', timeout: 5000 },
    morning: 450,
  });
  expect(optionsFrom({ ...ai, KITCHEN_AI_KEY: '' }).ai).not.toHaveProperty('key');
  expect(() => optionsFrom({ KITCHEN_AI_URL: ai.KITCHEN_AI_URL })).toThrow('KITCHEN_AI_MODEL');
  expect(() => optionsFrom({ ...ai, KITCHEN_AI_URL: 'ftp://x' })).toThrow('KITCHEN_AI_URL');
  for (const time of ['8:00', '24:00', '08:60', 'morning'])
    expect(() => optionsFrom({ KITCHEN_MORNING: time })).toThrow('KITCHEN_MORNING');
});
