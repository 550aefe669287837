/**
 * The devices of users over HTTP: what a browser brings is checked before anything is ever sent to it.
 *
 * @module
 */
import { createECDH } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { type ConfigInput, loadConfig } from '../packages/server/src/config.ts';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { openPush } from './support/open-push.ts';
import { makeVapidKeys, PushedDevice } from './support/push-service.ts';
import { startServer } from './support/start-server.ts';

let count = 0;

/** What a browser would bring. */
function browser(endpoint = `https://push.example.org/${++count}`) {
  return new PushedDevice(endpoint).subscription;
}

async function start(options: ConfigInput = {}) {
  const server = await startServer({ auth: { anonymous: false }, ...options });
  const nobody = new Api({ url: server.url, bearer: undefined });
  return { server, nobody, alice: nobody.as(tokenFor('alice')), bob: nobody.as(tokenFor('bob')) };
}

const PATH = '/push/subscriptions';

test('browsers subscribe with the key of secrets.json, or with a configured one', async () => {
  const { nobody, server } = await start();
  const { vapid } = JSON.parse(readFileSync(join(server.data, 'secrets.json'), 'utf8'));
  expect((await nobody.get('/push/key')).body).toEqual({ publicKey: vapid.publicKey });
  const keys = makeVapidKeys();
  const other = await start({ push: keys });
  expect((await other.nobody.get('/push/key')).body).toEqual({ publicKey: keys.publicKey });
});

test('a user adds devices, lists them and removes them; nobody else can', async () => {
  const { alice, bob, nobody, server } = await start();
  const given = browser();
  const added = await alice.post(PATH, { ...given, label: 'Phone' });
  expect(added).toMatchObject({ status: 200, body: { label: 'Phone', service: 'push.example.org' } });
  const { id } = added.body;
  expect((await alice.post(PATH, given)).body).toEqual({
    ...added.body,
    renewed: expect.any(Number),
  });
  expect((await alice.get(PATH)).body).toMatchObject({ devices: [{ id, label: 'Phone' }] });
  expect((await alice.get(PATH)).text).not.toContain(given.keys.auth);
  expect((await bob.get(PATH)).body).toEqual({ devices: [] });
  expect((await bob.call('DELETE', `${PATH}/${id}`)).status).toBe(204);
  expect((await alice.get(PATH)).body.devices).toHaveLength(1);
  expect((await alice.call('DELETE', `${PATH}/${id}`)).status).toBe(204);
  expect((await alice.get(PATH)).body).toEqual({ devices: [] });
  for (const [method, path] of [
    ['GET', PATH],
    ['POST', PATH],
    ['DELETE', `${PATH}/${id}`],
  ] as const)
    for (const stranger of [nobody, nobody.as(server.apiKey), nobody.as('forged')])
      expect((await stranger.call(method, path, method === 'POST' ? browser() : undefined)).status).toBe(401);
});

test.each([1, 0, -1])(
  'beyond the limit the oldest makes room, and never the new one (%i ms later)',
  async (ms) => {
    const { push, clock } = await openPush({ devices: 2 });
    await push.devices.add('bob', browser());
    for (const label of ['one', 'two', 'three', 'four']) {
      clock.set(clock.now() + ms);
      await push.devices.add('alice', browser(), label);
    }
    const labels = (await push.devices.list('alice')).map(({ label }) => label);
    expect(labels).toHaveLength(2);
    expect(labels).toContain('four');
    if (ms > 0) expect(labels).toEqual(['four', 'three']);
    expect(await push.devices.list('bob')).toHaveLength(1);
  },
);

test('a browser in which somebody else signs in is theirs; an endpoint alone takes it from nobody', async () => {
  const { alice, bob } = await start();
  const given = browser();
  await alice.post(PATH, { ...given, label: 'Alice’s' });
  expect(await bob.post(PATH, { ...given, keys: browser().keys })).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  });
  expect((await alice.get(PATH)).body.devices).toHaveLength(1);
  const { body } = await bob.post(PATH, given);
  expect(body).not.toHaveProperty('label');
  expect((await alice.get(PATH)).body.devices).toEqual([]);
});

test('a service worker puts a new subscription in the place of its own alone', async () => {
  const { alice, nobody } = await start();
  const [before, after] = [browser(), browser()];
  await alice.post(PATH, { ...before, label: 'Phone' });
  const renew = (auth: string) =>
    nobody.post(`${PATH}/renew`, { previous: { endpoint: before.endpoint, auth }, subscription: after });
  expect(await renew(after.keys.auth)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(await renew(before.keys.auth)).toMatchObject({ status: 200, body: { label: 'Phone' } });
  expect((await alice.get(PATH)).body.devices).toHaveLength(1);
  expect((await renew(before.keys.auth)).status).toBe(404);
});

describe('refused is', () => {
  let site: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    site = await start();
  });
  const point = createECDH('prime256v1').generateKeys();
  const off = Buffer.from(point);
  off.writeUInt8(off.readUInt8(64) ^ 1, 64);
  const b64 = (bytes: Buffer) => bytes.toString('base64url');
  const good = browser();
  const { keys } = good;

  test.each([
    ['http', '/endpoint', { endpoint: 'http://push.example.org/1' }],
    ['no URL', '/endpoint', { endpoint: 'push' }],
    ['a file', '/endpoint', { endpoint: 'file:///etc/passwd' }],
    ['this machine', '/endpoint', { endpoint: 'https://127.0.0.1/1' }],
    ['this machine in hex', '/endpoint', { endpoint: 'https://0x7f000001/1' }],
    ['this machine by IPv6', '/endpoint', { endpoint: 'https://[::1]:8443/1' }],
    ['this machine by IPv4 in IPv6', '/endpoint', { endpoint: 'https://[::ffff:127.0.0.1]/1' }],
    ['this machine by name', '/endpoint', { endpoint: 'https://localhost/1' }],
    ['the network', '/endpoint', { endpoint: 'https://192.168.1.1/1' }],
    ['the cloud', '/endpoint', { endpoint: 'https://169.254.169.254/latest/meta-data' }],
    ['the cloud by name', '/endpoint', { endpoint: 'https://metadata.google.internal/1' }],
    ['a password', '/endpoint', { endpoint: 'https://user:password@push.example.org/1' }],
    ['a long address', '/endpoint', { endpoint: `https://push.example.org/${'x'.repeat(3000)}` }],
    ['a key off the curve', '/keys/p256dh', { keys: { ...keys, p256dh: b64(off) } }],
    ['a key of zeros', '/keys/p256dh', { keys: { ...keys, p256dh: b64(Buffer.alloc(65)) } }],
    ['a compressed key', '/keys/p256dh', { keys: { ...keys, p256dh: b64(point.subarray(0, 33)) } }],
    ['a key that is none', '/keys/p256dh', { keys: { ...keys, p256dh: '<script>' } }],
    ['a short secret', '/keys/auth', { keys: { ...keys, auth: b64(Buffer.alloc(15)) } }],
    ['a long secret', '/keys/auth', { keys: { ...keys, auth: b64(Buffer.alloc(17)) } }],
    ['a missing secret', '/keys', { keys: { p256dh: keys.p256dh } }],
    ['a long label', '/label', { label: 'x'.repeat(101) }],
    ['another field', '', { admin: true }],
  ])('%s', async (_what, path, more) => {
    const { alice } = site;
    const { status, body } = await alice.post(PATH, { ...good, ...more });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
    expect((body.details as { path: string }[]).some((detail) => detail.path.startsWith(path))).toBe(true);
    expect((await alice.get(PATH)).body).toEqual({ devices: [] });
  });

  it('every fault at once, by its place', async () => {
    const { alice } = site;
    const bad = { endpoint: 'https://10.0.0.1/', keys: { p256dh: 'AAAA', auth: 'AAAA' } };
    expect((await alice.post(PATH, bad)).body.details).toEqual([
      { path: '/endpoint', message: 'must be on the public internet' },
      { path: '/keys/p256dh', message: 'must be a point on P-256' },
      { path: '/keys/auth', message: 'must be 16 bytes in base64url' },
    ]);
  });

  it('a click that nobody was asked for', async () => {
    const { nobody } = site;
    expect((await nobody.post('/push/clicked', { token: 'A'.repeat(22) })).body.code).toBe('not_found');
    expect((await nobody.post('/push/clicked', { token: 7 })).body.code).toBe('invalid_request');
  });

  const pair = makeVapidKeys();
  it.each([
    ['push.publicKey and push.privateKey go together', { publicKey: pair.publicKey }],
    ['push.publicKey is not that of push.privateKey', { ...pair, publicKey: b64(point) }],
    ['push.subject must be', { subject: 'me' }],
    [
      'push.trustedOrigins: "https://push.lan/a" is no https: origin',
      { trustedOrigins: ['https://push.lan/a'] },
    ],
    ['push.trustedOrigins: "http://push.lan" is no https: origin', { trustedOrigins: ['http://push.lan'] }],
  ])('a configuration: %s', async (message, push) => {
    await expect(loadConfig({ file: false, env: {}, overrides: { push } })).rejects.toThrow(message);
  });
});

test('a device on a trusted origin is taken wherever it is', async () => {
  const { alice } = await start({ push: { trustedOrigins: ['https://127.0.0.1:8443'] } });
  expect((await alice.post(PATH, browser('https://127.0.0.1:8443/1'))).status).toBe(200);
  expect((await alice.post(PATH, browser('https://127.0.0.1:8444/1'))).status).toBe(400);
});

test('the service worker is served to every app, and may look after all of a site', async () => {
  const { nobody } = await start();
  const { status, headers, text } = await nobody.get('//push-sw.js');
  expect(status).toBe(200);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'service-worker-allowed': '/',
    'cache-control': 'no-cache',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  expect(text).toContain('pushsubscriptionchange');
});
