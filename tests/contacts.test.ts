import { describe, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { NativeClient } from './support/native-client.ts';
import { startInbox } from './support/start-inbox.ts';
import { startServer } from './support/start-server.ts';

async function start() {
  const { url, apiKey } = await startServer();
  const backend = new Api({ url, bearer: apiKey });
  const get = async (user: string) => (await backend.get(`/users/${user}/contact`)).body;
  const put = (user: string, body: unknown) => backend.call('PUT', `/users/${user}/contact`, body);
  return { url, backend, get, put };
}

const claims = { name: 'Ann', email: 'ann@example.com', locale: 'uk', zoneinfo: 'Europe/Kyiv' };

describe('a contact', () => {
  it('has defaults, and what was set; null takes it back', async () => {
    const { get, put } = await start();
    expect(await get('ann')).toEqual({ user: 'ann', language: 'en', timezone: 'UTC' });
    const set = { name: 'Ann', email: 'ann@example.com', language: 'tr', timezone: 'Europe/Istanbul' };
    expect((await put('ann', set)).body).toEqual({ user: 'ann', ...set });
    expect((await put('ann', { language: 'ru' })).body).toEqual({ user: 'ann', ...set, language: 'ru' });
    expect((await put('ann', { name: null, language: null, timezone: null })).body).toEqual({
      user: 'ann',
      email: 'ann@example.com',
      language: 'en',
      timezone: 'UTC',
    });
  });

  it('is filled by the newest token, where nothing was set', async () => {
    const { url, get, put } = await start();
    await put('ann', { name: 'Annie' });
    await NativeClient.welcomed(url, { token: tokenFor('ann', claims) });
    await expect
      .poll(() => get('ann'))
      .toEqual({
        user: 'ann',
        name: 'Annie',
        email: 'ann@example.com',
        language: 'uk',
        timezone: 'Europe/Kyiv',
      });
    await NativeClient.welcomed(url, { token: tokenFor('ann', { email: 'new@example.com' }) });
    await expect.poll(() => get('ann')).toMatchObject({ email: 'new@example.com', language: 'uk' });
    await NativeClient.welcomed(url, {
      token: tokenFor('eve', {
        ...claims,
        email_verified: false,
        locale: 'fr',
        zoneinfo: 'Mars/Base',
        name: 'a\nb',
      }),
    });
    await NativeClient.welcomed(url, { token: tokenFor('eve', { zoneinfo: 'Asia/Tokyo' }) });
    await expect.poll(() => get('eve')).toEqual({ user: 'eve', language: 'en', timezone: 'Asia/Tokyo' });
  });

  it('is learnt of all who come at once', async () => {
    const { contacts, errors } = await startInbox();
    const users = Array.from({ length: 2500 }, (_, n) => `user${n}`);
    const learn = (claims: Record<string, unknown>) =>
      Promise.all(users.map((user) => contacts.learn({ user, claims: { ...claims, name: user } })));
    await learn({ locale: 'tr' });
    await contacts.set('user7', { language: 'uk' });
    await learn({ zoneinfo: 'Asia/Tokyo' });
    const known = await contacts.ofAll(users);
    expect(known.get('user8')).toEqual({
      user: 'user8',
      name: 'user8',
      language: 'tr',
      timezone: 'Asia/Tokyo',
    });
    expect(known.get('user7')).toMatchObject({ language: 'uk', timezone: 'Asia/Tokyo' });
    expect(new Set([...known.values()].map(({ timezone }) => timezone))).toEqual(new Set(['Asia/Tokyo']));
    expect(errors).toEqual([]);
  });

  it('has an address of its user’s own saying only where the server takes such', async () => {
    const { url } = await startServer({ email: { ownAddresses: false } });
    const ann = new Api({ url, bearer: tokenFor('ann') });
    const refused = await ann.call('PUT', '/users/ann/contact', { email: 'victim@example.com' });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await ann.call('PUT', '/users/ann/contact', { language: 'tr' })).status).toBe(200);
    const open = await startServer({ email: { ownAddresses: true } });
    const bob = new Api({ url: open.url, bearer: tokenFor('bob') });
    expect((await bob.call('PUT', '/users/bob/contact', { email: 'bob@example.com' })).body).toMatchObject({
      email: 'bob@example.com',
    });
  });

  it('is nobody else’s business', async () => {
    const { backend } = await start();
    const ann = backend.as(tokenFor('ann', claims));
    expect((await ann.get('/users/ann/contact')).body).toMatchObject({ email: 'ann@example.com' });
    expect((await ann.call('PUT', '/users/ann/contact', { language: 'tr' })).body).toMatchObject({
      language: 'tr',
    });
    expect((await ann.get('/users/bob/contact')).body).toMatchObject({ code: 'forbidden' });
    expect((await ann.call('PUT', '/users/bob/contact', {})).body).toMatchObject({ code: 'forbidden' });
    expect((await backend.as(undefined).get('/users/bob/contact')).body).toMatchObject({
      code: 'unauthenticated',
    });
  });

  it.each([
    [{ email: 'no address' }],
    [{ email: 'a@b.example\r\nBcc: c@d.example' }],
    [{ email: 'a@b.example,c@d.example' }],
    [{ email: `${'a'.repeat(300)}@b.example` }],
    [{ name: 'a\u0000b' }],
    [{ language: 'fr' }],
    [{ timezone: 'Mars/Base' }],
    [{ timezone: '+03:00' }],
    [{ phone: '1' }],
    [{ user: 'bob' }],
    [[]],
  ])('refuses %j', async (body) => {
    const { put, get } = await start();
    expect(await put('ann', body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await get('ann')).toEqual({ user: 'ann', language: 'en', timezone: 'UTC' });
  });
});
