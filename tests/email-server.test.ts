import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UnsubscribeLinks } from '../packages/server/src/features/email/unsubscribe-links.ts';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { oneClick } from './support/one-click.ts';
import { startSmtp } from './support/smtp.ts';
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

it('unsubscribing works however much a user has set already', async () => {
  const { url, data } = await startServer();
  const alice = new Api({ url, bearer: tokenFor('alice') });
  const kinds = Array.from({ length: 100 }, (_, n) => [`kind.${n}`, { push: false }] as const);
  const { status } = await alice.call('PUT', '/notifications/preferences', {
    categories: Object.fromEntries(kinds),
  });
  expect(status).toBe(200);
  const { jwtSecret } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8'));
  const links = new UnsubscribeLinks(jwtSecret, () => `${url}/api/v1/email/unsubscribe`);
  const link = links.make({ user: 'alice', categories: ['prices.drop'], language: 'en' });
  expect((await oneClick(link)).status).toBe(200);
  const { body } = await alice.get('/notifications/preferences');
  expect(body.categories).toMatchObject({ 'prices.drop': { email: false }, 'kind.99': { push: false } });
});

it('mails are to be seen in development, at its machine alone', async () => {
  const development = await startServer();
  expect(await new Api({ url: development.url, bearer: undefined }).get('/development/mail')).toMatchObject({
    status: 200,
    body: { mails: [] },
  });
  for (const elsewhere of [{ development: false }, { development: true, host: '0.0.0.0' }]) {
    const { url, apiKey } = await startServer(elsewhere);
    const api = new Api({ url: url.replace('0.0.0.0', '127.0.0.1'), bearer: apiKey });
    for (const path of ['', '/1767225600000-0001', '/1767225600000-0001/html'])
      expect((await api.get(`/development/mail${path}`)).status).toBe(404);
  }
});

describe('a notification that stays unseen', () => {
  const delivery = { pushAfter: 0, emailAfter: 0 };
  const notification = {
    user: 'alice',
    category: 'prices.drop',
    texts: {
      en: { title: 'Kettle', body: 'It is cheaper.' },
      tr: { title: 'Çaydanlık', body: 'Ucuzladı.' },
    },
    url: '/prices/7',
  };
  const tell = async (api: Api, contact: object = { email: 'alice@example.com', language: 'tr' }) => {
    expect((await api.call('PUT', '/users/alice/contact', contact)).status).toBe(200);
    expect((await api.post('/notifications', notification)).status).toBe(200);
  };
  /** Deliveries by email: each with its state and what was said last. */
  const mailed = async (api: Api) => {
    const { body } = await api.get('/deliveries?user=alice');
    const all = body.deliveries as readonly { courier: string; state: string; detail: string }[];
    return all.filter(({ courier }) => courier === 'email').map(({ state, detail }) => `${state}: ${detail}`);
  };

  it('is mailed, and the answer of the server is in the log', async () => {
    const smtp = await startSmtp();
    const { url, apiKey } = await startServer({ delivery, email: { smtp: smtp.url } });
    const api = new Api({ url, bearer: apiKey });
    await tell(api);
    await expect.poll(() => smtp.mails).toHaveLength(1);
    expect(smtp.mails[0]).toMatchObject({ subject: 'Çaydanlık', recipients: ['alice@example.com'] });
    expect(smtp.mails[0]?.html).toContain(`${url}/prices/7`);
    await expect.poll(() => mailed(api)).toEqual(['delivered: 250 2.0.0 Taken']);
  });

  it('is mailed no more once the address has bounced, or the user has unsubscribed', async () => {
    let answer: string | undefined = '550 5.1.1 No such user';
    const smtp = await startSmtp({ recipient: () => answer });
    const { url, apiKey } = await startServer({ delivery, email: { smtp: smtp.url } });
    const api = new Api({ url, bearer: apiKey });
    await tell(api);
    await expect.poll(() => mailed(api)).toEqual([`dead: ${answer}`]);
    await tell(api);
    await expect
      .poll(() => mailed(api))
      .toContainEqual(expect.stringMatching(/^unreachable: the address bounced/));
    answer = undefined;
    await tell(api, { email: 'alice@example.org' });
    await expect.poll(() => smtp.mails).toHaveLength(1);
    const link = smtp.mails[0]?.header('List-Unsubscribe')?.slice(1, -1) ?? '';
    expect((await oneClick(link)).status).toBe(200);
    await tell(api);
    const pushed = async () => (await api.get('/deliveries?courier=push&state=unreachable')).body.deliveries;
    await expect.poll(pushed).toHaveLength(4);
    expect(await mailed(api)).toHaveLength(3);
    expect(smtp.asked).toEqual(['alice@example.com', 'alice@example.org']);
  });

  it('is written into a file in development, to be looked at', async () => {
    const { url, apiKey } = await startServer({ delivery });
    const api = new Api({ url, bearer: apiKey });
    await tell(api);
    const list = async () => (await api.get('/development/mail')).body.mails as readonly { id: string }[];
    await expect.poll(list).toHaveLength(1);
    const [mail] = await list();
    expect(mail).toMatchObject({ to: 'alice@example.com', subject: 'Çaydanlık' });
    const source = await api.get(`/development/mail/${mail?.id}`);
    expect(source.headers.get('content-type')).toBe('message/rfc822');
    expect(source.text).toContain('Auto-Submitted: auto-generated\r\n');
    const page = await api.get(`/development/mail/${mail?.id}/html`);
    expect(page.headers.get('content-security-policy')).toContain('sandbox');
    expect(page.text).toContain('<h1 dir="auto">Çaydanlık</h1>');
    expect((await api.get('/development/mail/1767225600000-0001')).body.code).toBe('not_found');
  });
});
