/**
 * A price that falls on a shop's page, all the way: to those who look, into the inbox, to the devices, by mail; and with
 * `kill -9` of the whole server at every step of that. One drop is one alarm, and none is lost.
 *
 * @module
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Api, type Body } from '../support/api.ts';
import { tokenFor } from '../support/credentials.ts';
import { NativeClient } from '../support/native-client.ts';
import { type PushedDevice, type PushedMessage, startPushService } from '../support/push-service.ts';
import { readHistory } from '../support/read-history.ts';
import { startSmtp } from '../support/smtp.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { startShop } from '../support/start-shop.ts';
import { HTML, shopPage } from '../support/visit-shop.ts';

const KIT = join(import.meta.dirname, 'kits/hasty-prices.ts');

/** What a shop may call its product. */
const NAME = '<img src=x onerror="alert(1)"> & kettle';

/** How long a step may take: a start of the server, a lease, a second of each job, milliseconds. */
const PATIENCE = { timeout: 30_000 };

/** A price tracker with a product of 100 TL, a push service and a mail server. */
async function start() {
  let mailed: (() => void) | undefined;
  const service = await startPushService();
  const smtp = await startSmtp({
    message() {
      mailed?.();
      return undefined;
    },
  });
  const server = await spawnServer({
    arguments: ['--kit', KIT],
    env: { NODE_EXTRA_CA_CERTS: service.certificate },
    config: {
      push: { trustedOrigins: [service.origin] },
      email: { smtp: smtp.url, from: 'prices@example.com', publicUrl: 'http://127.0.0.1' },
      delivery: { pushAfter: 200, emailAfter: 3000, timeout: 500, backoff: 100 },
    },
  });
  const backend = new Api({ url: server.url, bearer: server.apiKey });
  return {
    server,
    service,
    smtp,
    backend,
    /** What is done when a whole mail is there, and not yet answered. */
    whenMailed: (act?: () => void) => {
      mailed = act;
    },
    /** A user with a device and an address, who watches a product. */
    async watcher(user: string, product: string): Promise<PushedDevice> {
      const api = backend.as(tokenFor(user));
      const device = service.subscribe();
      const answers = [
        await backend.call('PUT', `/users/${user}/contact`, { email: `${user}@example.com` }),
        await api.call('PUT', `/prices/watches/${product}`, {}),
        await api.post('/push/subscriptions', device.subscription),
      ];
      for (const { status, text } of answers) if (status >= 300) throw new Error(text);
      return device;
    },
    /** How the deliveries of a user stand. */
    statesOf: async (user: string) =>
      ((await backend.get(`/deliveries?user=${user}`)).body.deliveries as readonly Body[]).map(
        ({ courier, state }) => `${courier} ${state}`,
      ),
  };
}

it('a price that falls on a page is told everywhere, and by mail only to who has not seen it', async () => {
  let price = '100';
  const shop = await startShop({
    '/p': (_request, response) => response.writeHead(200, HTML).end(shopPage(price)),
  });
  const { service, smtp, backend, watcher, statesOf } = await start();
  const { body: added, text } = await backend.post('/prices/shops', { url: `${shop.url}/p` });
  const product = String(added.id);
  const { status } = await backend.call('PATCH', `/prices/products/${product}`, { name: NAME });
  expect(status, text).toBe(200);
  const [alice, bob] = [await watcher('alice', product), await watcher('bob', product)];
  price = '90';
  await expect.poll(() => [alice, bob].map(({ received }) => received.length), PATIENCE).toEqual([1, 1]);
  const [pushed] = alice.received;
  expect(pushed?.payload).toMatchObject({ title: `${NAME}: the price has dropped` });
  await backend.as(undefined).post('/push/clicked', { token: pushed?.payload.token });
  await expect.poll(() => statesOf('alice'), PATIENCE).toEqual(['push retracted', 'email cancelled']);
  await expect.poll(() => statesOf('bob'), PATIENCE).toEqual(['push delivered', 'email delivered']);
  expect(smtp.mails.map(({ recipients }) => recipients)).toEqual([['bob@example.com']]);
  const [mail] = smtp.mails;
  expect(mail?.html).toContain('&#60;img src');
  expect(mail?.html).not.toContain('<img');
  expect(mail?.text).toContain(NAME);
  const told = await readHistory(backend, `product:${product}`);
  expect(told.map(({ event }) => event)).toEqual(['price_update', 'price_drop']);
  expect(service.faults).toEqual([]);
});

it('one drop is one alarm, wherever the server is killed', async () => {
  const { server, service, smtp, backend, whenMailed, watcher, statesOf } = await start();
  const setPrice = (lira: number) =>
    backend.call('PUT', '/prices/products/p', { name: NAME, price: { amount: lira * 100, currency: 'TRY' } });
  await setPrice(100);
  const phone = await watcher('alice', 'p');
  const looker = await NativeClient.welcomed(server.url);
  await looker.subscribe('product:p');
  const unanswered: PushedMessage[] = [];
  const moments: readonly ((kill: () => void) => void)[] = [
    (kill) => void looker.event(({ event }) => event === 'price_drop').then(kill),
    (kill) =>
      void phone.answers.push((_response, message) => {
        unanswered.push(message);
        kill();
      }),
    (kill) =>
      void phone.answers.push((response, message) => {
        unanswered.push(message);
        response.writeHead(201).end(kill);
      }),
    (kill) => whenMailed(kill),
  ];
  for (const [drop, at] of moments.entries()) {
    await killed(server, (kill) => {
      at(kill);
      // It may be killed before it answers.
      void setPrice(90 - 10 * drop).catch(() => {});
    });
    whenMailed();
    await server.start();
    const both = ['push delivered', 'email delivered'];
    await expect
      .poll(() => statesOf('alice'), PATIENCE)
      .toEqual(Array.from({ length: drop + 1 }, () => both).flat());
  }
  const events = await readHistory(backend, 'user:alice');
  const ids = events.map(({ data }) => String(data?.id));
  expect(events.map(({ event }) => event)).toEqual(moments.map(() => 'notification'));
  const changes = await readHistory(backend, 'product:p');
  expect(changes.map(({ event, data }) => [event, data?.new_price])).toEqual(
    ['90 TL', '80 TL', '70 TL', '60 TL'].flatMap((price) => [
      ['price_update', price],
      ['price_drop', price],
    ]),
  );
  // What was sent twice, since nobody lived to learn that it had come, is one to the device and to the mail program.
  const pushes = [...phone.received, ...unanswered];
  expect(new Set(pushes.map(({ payload }) => payload.id))).toEqual(new Set(ids));
  expect(new Set(pushes.map(({ topic }) => topic)).size).toBe(ids.length);
  expect(pushes.length).toBeLessThanOrEqual(ids.length + 2);
  expect(new Set(smtp.mails.map(({ messageId }) => messageId)).size).toBe(ids.length);
  expect(smtp.mails.length).toBeLessThanOrEqual(ids.length + 1);
  expect(service.faults).toEqual([]);
});

/** Has the server be killed at some moment, once. */
async function killed(server: ServerProcess, at: (kill: () => void) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  at(() => resolve(server.kill('SIGKILL')));
  await promise;
}
