/**
 * Web Push against a push service that decrypts: who is told, that nobody is told twice, and what a push service may say.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { PushService } from '../packages/server/src/features/push/push-service.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { ALICE, letter, openPush } from './support/open-push.ts';
import { makeVapidKeys } from './support/push-service.ts';
import { onTeardown } from './support/teardown.ts';

const MINUTE = 60_000;

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres?.stop());

describe('a delivery', () => {
  it('reaches all devices of the user, encrypted for each and signed', async () => {
    const { subscribe, deliver, service, clock, push } = await openPush();
    const devices = [await subscribe('alice'), await subscribe('alice')];
    const stranger = await subscribe('bob');
    const outcome = await deliver([
      letter('n1', {
        level: 'warning',
        url: '/products/7',
        data: { product: 7 },
        expiresAt: clock.now() + MINUTE,
      }),
    ]);
    expect(outcome).toEqual({ status: 'delivered', detail: '2 devices told' });
    for (const { received } of devices) {
      expect(received).toEqual([expect.objectContaining({ ttl: 60, urgency: 'high', key: push.publicKey })]);
      expect(received[0]?.vapid.sub).toBe('mailto:ops@example.com');
      expect(received[0]?.payload).toEqual({
        id: 'n1',
        ids: ['n1'],
        title: 'Kettle: 90 TL',
        body: 'It was 120 TL.',
        level: 'warning',
        category: 'prices.drop',
        at: Date.UTC(2026, 0, 1),
        language: 'en',
        url: '/products/7',
        data: { product: 7 },
        token: expect.stringMatching(/^[\w-]{22}$/),
      });
    }
    expect(stranger.requests).toBe(0);
    expect(service.faults).toEqual([]);
  });

  it('waits a week for a device that is off, and never longer than a push service keeps it', async () => {
    const { subscribe, deliver, clock } = await openPush();
    const device = await subscribe('alice');
    await deliver([letter('n1')], { deliveryId: 'a' });
    await deliver([letter('n2', { expiresAt: clock.now() + 365 * 24 * 60 * MINUTE })], { deliveryId: 'b' });
    expect(device.received.map(({ ttl, urgency }) => [ttl, urgency])).toEqual([
      [604_800, 'normal'],
      [2_419_200, 'normal'],
    ]);
  });

  it('is not made when there is no device, or nothing that is still worth telling', async () => {
    const { subscribe, deliver, clock } = await openPush();
    expect(await deliver([letter('n1')])).toEqual({ status: 'unreachable', detail: 'no device' });
    const device = await subscribe('alice');
    expect(await deliver([letter('n1', { expiresAt: clock.now() })])).toMatchObject({ status: 'refused' });
    expect(device.requests).toBe(0);
  });

  it('tells of several as one', async () => {
    const { subscribe, deliver } = await openPush();
    const device = await subscribe('alice');
    await deliver(
      [letter('n1', { title: 'Çaydanlık' }), letter('n2', { title: 'Tava' })],
      { digest: true },
      {
        ...ALICE,
        language: 'tr',
      },
    );
    expect(device.received.map(({ payload }) => payload)).toMatchObject([
      {
        id: 'delivery-1',
        ids: ['n1', 'n2'],
        title: 'Yeni bildirimler: 2',
        body: 'Çaydanlık\nTava',
        language: 'tr',
      },
    ]);
  });

  it('cuts a body of 10 KB to what a push service takes', async () => {
    const { subscribe, deliver, service } = await openPush();
    const device = await subscribe('alice');
    expect(await deliver([letter('n1', { body: 'ş👩‍👩‍👧'.repeat(1000) })])).toMatchObject({
      status: 'delivered',
    });
    const [message] = device.received;
    expect(message?.bytes).toBeLessThanOrEqual(4096);
    expect(message?.bytes).toBeGreaterThan(4000);
    expect(message?.payload.body).toMatch(/^(ş👩‍👩‍👧)+ş?…$/);
    expect(service.faults).toEqual([]);
  });

  it.each([
    [1, 'delivered'],
    [2, 'delivered'],
    [3, 'refused'],
  ])('is shortened for a push service that answers 413 (%i times)', async (times, status) => {
    const { subscribe, deliver } = await openPush();
    const device = await subscribe('alice');
    device.answers.push(...Array(times).fill({ status: 413 }));
    expect(await deliver([letter('n1', { body: 'x'.repeat(10_000) })])).toMatchObject({ status });
    expect(device.received.map(({ bytes }) => bytes <= 4096 / 2 ** times + 103)).toEqual(
      status === 'delivered' ? [true] : [],
    );
  });

  it.each([404, 410])('forgets a device of which the push service says %i', async (status) => {
    const { subscribe, deliver, push } = await openPush();
    const [gone, there] = [await subscribe('alice'), await subscribe('alice')];
    gone.answers.push({ status });
    expect(await deliver([letter('n1')])).toEqual({
      status: 'delivered',
      detail: '1 device told, 1 device gone',
    });
    expect(await push.devices.of('alice')).toMatchObject([{ endpoint: there.endpoint }]);
    there.answers.push({ status });
    expect(await deliver([letter('n2')], { deliveryId: 'b' })).toMatchObject({ status: 'unreachable' });
    expect(await push.devices.of('alice')).toEqual([]);
  });

  it.each([
    [429, '120', 120_000],
    [503, 'Thu, 01 Jan 2026 00:05:00 GMT', 300_000],
    [429, '99999999999999999999', 86_400_000],
    [500, 'whenever', undefined],
    [502, undefined, undefined],
  ])('is to be tried again after %i with Retry-After %s', async (status, header, after) => {
    const { subscribe, deliver } = await openPush();
    const device = await subscribe('alice');
    const headers = header === undefined ? {} : { 'retry-after': header };
    device.answers.push({ status, headers, body: 'calm\ndown' });
    const detail = `1 device not now (${status} calm down)`;
    expect(await deliver([letter('n1')])).toEqual({ status: 'retry', after, detail });
    expect(await deliver([letter('n1')])).toMatchObject({ status: 'delivered' });
    expect(device.received).toHaveLength(1);
  });

  it.each([400, 401, 403, 406, 307])('is not tried again after %i', async (status) => {
    const { subscribe, deliver, push } = await openPush();
    const device = await subscribe('alice');
    device.answers.push({ status, body: '{"reason":"BadJwtToken"}' });
    const detail = `1 device refused (${status} {"reason":"BadJwtToken"})`;
    expect(await deliver([letter('n1')])).toEqual({ status: 'refused', detail });
    expect(await push.devices.of('alice')).toHaveLength(1);
  });

  it('does not alarm a device again that has it, when another could not be had', async () => {
    const { subscribe, deliver } = await openPush();
    const [one, other] = [await subscribe('alice'), await subscribe('alice')];
    other.answers.push({ status: 503 }, { status: 503 });
    expect(await deliver([letter('n1')])).toMatchObject({ status: 'retry' });
    expect(await deliver([letter('n1')])).toMatchObject({ status: 'retry' });
    expect(await deliver([letter('n1')])).toEqual({ status: 'delivered', detail: '2 devices told' });
    expect([one.requests, other.requests]).toEqual([1, 3]);
    expect(one.received[0]?.topic).toMatch(/^[\w-]{22}$/);
    expect(one.received[0]?.topic).toBe(other.received[0]?.topic);
    expect(one.received[0]?.payload.token).toBe(other.received[0]?.payload.token);
  });

  it('is over in the end when one device has it and another can never be had', async () => {
    const { subscribe, deliver } = await openPush();
    const [one, other] = [await subscribe('alice'), await subscribe('alice')];
    other.answers.push(...Array(9).fill({ status: 503 }));
    for (let n = 1; n <= 2; n += 1) expect(await deliver([letter('n1')])).toMatchObject({ status: 'retry' });
    expect(await deliver([letter('n1')])).toEqual({
      status: 'delivered',
      detail: '1 device told, 1 device not now (503)',
    });
    expect([one.requests, other.requests]).toEqual([1, 3]);
  });

  it('does not wait for ever for a push service that does not answer, nor read answers without an end', async () => {
    const { subscribe, deliver, service, clock } = await openPush();
    const device = await subscribe('alice');
    device.answers.push(() => {});
    const asked = service.nextRequest();
    const silent = deliver([letter('n1')]);
    await asked;
    clock.advance(10_000);
    expect(await silent).toMatchObject({ status: 'retry', detail: '1 device not now (no answer in time)' });
    device.answers.push((response) => {
      const pour = () => {
        while (response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', pour).writeHead(201);
      pour();
    });
    expect(await deliver([letter('n1')])).toMatchObject({ status: 'delivered' });
    device.answers.push((response) => response.destroy());
    expect(await deliver([letter('n2')], { deliveryId: 'b' })).toMatchObject({ status: 'retry' });
  });

  it('reaches 1,000 devices', async () => {
    const { subscribe, deliver, service } = await openPush();
    const devices = await Promise.all(Array.from({ length: 1000 }, () => subscribe('alice')));
    devices[500]?.answers.push({ status: 503 });
    expect(await deliver([letter('n1')])).toEqual({
      status: 'retry',
      after: undefined,
      detail: '999 devices told, 1 device not now (503)',
    });
    expect(await deliver([letter('n1')])).toEqual({ status: 'delivered', detail: '1000 devices told' });
    expect(devices.every(({ received }) => received.length === 1)).toBe(true);
    expect(service.faults).toEqual([]);
  });
});

describe.each(['SQLite', 'PostgreSQL'])('what has been told, on %s', (kind) => {
  const open = () => openPush({ database: kind === 'PostgreSQL' ? postgres.url : undefined });

  test('is taken back from the devices that show it, and from no other', async () => {
    const { subscribe, deliver, push, service } = await open();
    const [told, full] = [await subscribe('alice'), await subscribe('alice')];
    full.answers.push({ status: 503 }, { status: 503 });
    await deliver([letter('n1')]);
    await deliver([letter('n2')], { deliveryId: 'b' });
    const late = await subscribe('alice');
    await push.courier.retract('bob', ['n1']);
    await push.courier.retract('alice', ['n1', 'never told']);
    expect(told.received.map(({ payload }) => payload.close)).toEqual([undefined, undefined, ['n1']]);
    // What is not delivered yet is not delivered any more.
    expect(told.received[2]?.topic).toBe(told.received[0]?.topic);
    expect([full.requests, late.requests]).toEqual([2, 0]);
    await push.courier.retract('alice', ['n1']);
    expect(told.requests).toBe(3);
    const third = await subscribe('alice');
    await deliver([letter('n5')], { deliveryId: 'e' });
    told.answers.push({ status: 503 });
    await expect(push.courier.retract('alice', ['n5'])).rejects.toThrow('1 device not now (503)');
    await push.courier.retract('alice', ['n5']);
    expect(third.received.map(({ payload }) => payload.close)).toEqual([undefined, ['n5']]);
    told.answers.push({ status: 410 });
    await push.courier.retract('alice', ['n2']);
    expect(await push.devices.of('alice')).toHaveLength(3);
    expect(service.faults).toEqual([]);
  });

  test('is clicked once, and forgotten after a month', async () => {
    const carol = { ...ALICE, user: 'carol' };
    const { subscribe, deliver, push, clicked, clock } = await open();
    const device = await subscribe('carol');
    device.answers.push({ status: 503 });
    const letters = [letter('c1'), letter('c2')];
    await deliver(letters, { deliveryId: 'c', digest: true }, carol);
    await deliver(letters, { deliveryId: 'c', digest: true }, carol);
    const token = String(device.received[0]?.payload.token);
    expect(await push.click('AAAAAAAAAAAAAAAAAAAAAA')).toBe(false);
    expect(await push.click(token)).toBe(true);
    expect(await push.click(token)).toBe(false);
    expect(clicked).toEqual([{ user: 'carol', ids: ['c1', 'c2'] }]);
    clock.advance(31 * 24 * 60 * MINUTE);
    await push.sweep();
    await push.courier.retract('carol', ['c1', 'c2']);
    expect(device.requests).toBe(2);
  });
});

describe('an address that is none of the public internet', () => {
  const addresses = ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', 'fd00:ec2::254', '::ffff:127.0.0.1'];

  it.each(addresses)('is not called when a name leads to it: %s', async (address) => {
    const asked: string[] = [];
    const { push, service, deliver } = await openPush({
      lookup(host, done) {
        asked.push(host);
        done(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
      },
    });
    const device = service.subscribe();
    const endpoint = device.endpoint.replace('127.0.0.1', 'push.example.org');
    await push.devices.add('alice', { ...device.subscription, endpoint });
    expect(await deliver([letter('n1')])).toEqual({
      status: 'refused',
      detail: '1 device refused (push.example.org has no public address)',
    });
    expect(asked).toEqual(['push.example.org']);
    expect(device.requests).toBe(0);
  });

  it('is not called when a push service sends us there', async () => {
    const { subscribe, deliver, service } = await openPush();
    const [device, inside] = [await subscribe('alice'), service.subscribe()];
    for (const status of [301, 302, 307, 308]) {
      device.answers.push({ status, headers: { location: inside.endpoint } });
      expect(await deliver([letter(`n${status}`)], { deliveryId: `${status}` })).toMatchObject({
        status: 'refused',
      });
    }
    expect([device.requests, inside.requests]).toEqual([4, 0]);
  });

  it('is not called when its origin is no longer trusted', async () => {
    const { service, clock } = await openPush();
    const device = service.subscribe();
    const keys = { subject: 'mailto:ops@example.com', ...makeVapidKeys() };
    const sender = new PushService({ vapid: keys, clock, trusted: new Set() });
    onTeardown(() => sender.close());
    const message = { payload: '{}', ttl: 60, urgency: 'normal' } as const;
    expect(await sender.send(device.subscription, message)).toEqual({
      kind: 'refused',
      detail: 'the endpoint must be on the public internet',
    });
    expect(device.requests).toBe(0);
  });
});
