import { expect, test } from 'vitest';
import { completeOptions, readOptions } from './options.ts';

const ENV = {
  ROOMS_OPEN: 'false',
  ROOMS_MAX_MESSAGE: '500',
  ROOMS_JOIN_WEBHOOK: 'https://app.example.com/may-join',
  ROOMS_WEBHOOK_SECRET: 'a secret that is long enough',
  ROOMS_WEBHOOK_TIMEOUT: '1000',
};

test('options come from the environment, and have defaults', () => {
  expect(completeOptions(readOptions(ENV))).toMatchObject({
    open: false,
    maxMessage: 500,
    maxRooms: 100,
    joinWebhook: { url: 'https://app.example.com/may-join', timeout: 1000, attempts: 3, cache: 10_000 },
  });
  expect(completeOptions(readOptions({})).joinWebhook).toBeUndefined();
});

test.each([
  [{ ROOMS_OPEN: 'yes' }, /ROOMS_OPEN must be true or false/],
  [{ ROOMS_MAX_ROOMS: '1e3' }, /ROOMS_MAX_ROOMS must be a whole number/],
  [{ ROOMS_MAX_MESSAGE: '20000' }, /ROOMS_MAX_MESSAGE must be from 1 to 10000/],
  [{ ...ENV, ROOMS_JOIN_WEBHOOK: 'ftp://x' }, /ROOMS_JOIN_WEBHOOK must be an http/],
  [{ ...ENV, ROOMS_WEBHOOK_SECRET: '' }, /ROOMS_WEBHOOK_SECRET must have/],
  [{ ...ENV, ROOMS_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, /ROOMS_WEBHOOK_SECRET must have/],
])('%j is refused at start', (env, message) => {
  expect(() => completeOptions(readOptions(env as Record<string, string>))).toThrow(message);
});
