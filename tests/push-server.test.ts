/**
 * Web Push in a whole server: from a notification over HTTP to the devices, and back from a click.
 *
 * @module
 */
import { expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { type PushedDevice, startPushService } from './support/push-service.ts';
import { startServer } from './support/start-server.ts';

async function start() {
  const service = await startPushService();
  const server = await startServer({
    push: { trustedOrigins: [service.origin] },
    delivery: { pushAfter: 0, backoff: 1 },
  });
  const backend = new Api({ url: server.url, bearer: server.apiKey });
  const [alice, nobody] = [backend.as(tokenFor('alice')), backend.as(undefined)];
  const subscribe = async () => {
    const device = service.subscribe();
    expect((await alice.post('/push/subscriptions', device.subscription)).status).toBe(200);
    return device;
  };
  const notify = async (title: string) => {
    const texts = { en: { title, body: '90 TL' } };
    const { status, text } = await backend.post('/notifications', {
      users: ['alice'],
      texts,
      url: '/prices',
    });
    expect({ status, text }).toMatchObject({ status: 200 });
  };
  return { service, backend, alice, nobody, subscribe, notify };
}

const payloads = ({ received }: PushedDevice) => received.map(({ payload }) => payload);

it('tells every device, and takes it back from all when it is clicked on one', async () => {
  const { service, alice, nobody, subscribe, notify } = await start();
  const [phone, laptop] = [await subscribe(), await subscribe()];
  await notify('Kettle');
  await expect.poll(() => [phone, laptop].map(({ received }) => received.length)).toEqual([1, 1]);
  const [told] = payloads(phone);
  expect(told).toMatchObject({ title: 'Kettle', body: '90 TL', url: '/prices' });
  expect((await nobody.post('/push/clicked', { token: told?.token })).status).toBe(204);
  expect((await nobody.post('/push/clicked', { token: told?.token })).status).toBe(404);
  expect((await alice.get('/notifications')).body).toMatchObject({
    unread: 0,
    notifications: [{ id: told?.id, read: true }],
  });
  for (const device of [phone, laptop])
    await expect.poll(() => payloads(device)[1]).toEqual({ close: [told?.id] });
  expect(service.faults).toEqual([]);
});

it('tries a device again that could not be had, and alarms no other', async () => {
  const { backend, subscribe, notify } = await start();
  const [phone, laptop] = [await subscribe(), await subscribe()];
  laptop.answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '0' } });
  await notify('Kettle');
  await expect.poll(() => laptop.received.length).toBe(1);
  expect([phone.requests, laptop.requests]).toEqual([1, 3]);
  const settled = async () => (await backend.get('/deliveries?courier=push')).text;
  await expect.poll(settled).toContain('2 devices told');
});
