import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UnsubscribeLinks } from '../packages/server/src/features/email/unsubscribe-links.ts';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { oneClick } from './support/one-click.ts';
import { startServer } from './support/start-server.ts';

it('unsubscribing sets the preference of these categories and leaves the others', async () => {
  const { url, data } = await startServer();
  const alice = new Api({ url, bearer: tokenFor('alice') });
  const before = { categories: { 'prices.drop': { push: false }, general: { email: false } } };
  await alice.call('PUT', '/notifications/preferences', { ...before, digest: 'daily' });
  const { jwtSecret } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8'));
  const links = new UnsubscribeLinks(jwtSecret, () => `${url}/api/v1/email/unsubscribe`);
  const categories = ['prices.drop', 'kitchen.fridge'];
  expect((await oneClick(links.make({ user: 'alice', categories, language: 'en' }))).status).toBe(200);
  expect((await alice.get('/notifications/preferences')).body).toMatchObject({
    digest: 'daily',
    categories: {
      'prices.drop': { push: false, email: false },
      'kitchen.fridge': { email: false },
      general: { email: false },
    },
  });
});

it('mails are to be seen in development alone', async () => {
  const development = await startServer();
  expect(await new Api({ url: development.url, bearer: undefined }).get('/development/mail')).toMatchObject({
    status: 200,
    body: { mails: [] },
  });
  const production = await startServer({ development: false });
  const api = new Api({ url: production.url, bearer: production.apiKey });
  for (const path of ['', '/1767225600000-0001', '/1767225600000-0001/html'])
    expect((await api.get(`/development/mail${path}`)).status).toBe(404);
});
