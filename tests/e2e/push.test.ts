/**
 * The service worker in a real browser: what a push service was given, decrypted, is handed to it as a push.
 *
 * A browser on a machine for tests has no push service, so the last step of the way is Chromium's own
 * (`ServiceWorker.deliverPushMessage`). Nor can anyone click on what a headless browser shows: a click is an event that the
 * test dispatches in the worker, where focusing and opening, which only a real click may do, are written down instead.
 *
 * @module
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, CDPSession, Page, Worker } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { letter, type OpenPush, openPush } from '../support/open-push.ts';
import type { PushedDevice } from '../support/push-service.ts';
import { onTeardown } from '../support/teardown.ts';

const WORKER = join(import.meta.dirname, '../../packages/server/public/push-sw.js');

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});

/** Runs before a worker's own script: counts its pushes, and knows what it is about. */
const WATCH = `
  self.pushes = 0;
  self.works = [];
  self.addEventListener('push', () => { self.pushes += 1; });
  const { waitUntil } = ExtendableEvent.prototype;
  ExtendableEvent.prototype.waitUntil = function (work) {
    self.works.push(work);
    if (this.isTrusted) waitUntil.call(this, work);
  };
`;

/** Runs in the worker. */
async function pushesHandled(): Promise<number> {
  const { pushes, works } = globalThis as unknown as { pushes: number; works: Promise<unknown>[] };
  await Promise.all(works);
  return pushes;
}

/** A page with the service worker, and pushes that are brought to it. */
interface Site extends OpenPush {
  readonly url: string;
  readonly page: Page;
  readonly worker: Worker;
  readonly device: PushedDevice;
  /** Bodies of what the worker told the server, by path. */
  readonly told: readonly (readonly [string, Record<string, unknown>])[];
  /** Hands the browser what came to the push service since the last time. */
  arrive(): Promise<void>;
  /** What the browser shows. */
  shown(): Promise<readonly { readonly tag: string; readonly title: string; readonly body: string }[]>;
  /** Waits until the browser shows notifications of these tags, and no others. */
  shows(...tags: readonly string[]): Promise<void>;
  /** Clicks on a notification. @returns what the worker did: `focus URL`, `open URL`. */
  click(tag: string): Promise<readonly string[]>;
}

async function openSite(own = readFileSync(WORKER, 'utf8')): Promise<Site> {
  const push = await openPush();
  const told: [string, Record<string, unknown>][] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (path === '/push-sw.js')
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end(WATCH + own);
    if (path === '/api/v1/push/key')
      return response.writeHead(200).end(JSON.stringify({ publicKey: push.push.publicKey }));
    if (request.method === 'GET')
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>t</title>');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    if (path.endsWith('/clicked')) await push.push.click(body.token);
    told.push([path, body]);
    return response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(() => server.close());
  onTeardown(() => server.closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const context = await browser.newContext({ permissions: ['notifications'] });
  onTeardown(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  const devtools = await context.newCDPSession(page);
  const registration = registrationOf(devtools);
  await devtools.send('ServiceWorker.enable');
  const started = context.waitForEvent('serviceworker');
  await page.evaluate(
    `navigator.serviceWorker.register('/push-sw.js').then(() => navigator.serviceWorker.ready).then(() => {})`,
  );
  const worker = await started;
  const registrationId = await registration;
  const device = await push.subscribe('alice');
  let arrived = 0;
  const shown = () =>
    page.evaluate<{ tag: string; title: string; body: string }[]>(
      `navigator.serviceWorker.ready.then((registration) => registration.getNotifications())
        .then((all) => all.map(({ tag, title, body }) => ({ tag, title, body })))`,
    );
  return {
    ...push,
    url,
    page,
    worker,
    device,
    told,
    shown,
    async arrive() {
      const news = device.received.slice(arrived);
      arrived += news.length;
      // All at once, as when a device comes back.
      await Promise.all(
        news.map(({ text: data }) =>
          devtools.send('ServiceWorker.deliverPushMessage', { origin: url, registrationId, data }),
        ),
      );
      await expect.poll(() => worker.evaluate(pushesHandled)).toBe(arrived);
    },
    shows: (...tags) =>
      expect.poll(async () => (await shown()).map(({ tag }) => tag).sort()).toEqual([...tags].sort()),
    click: (tag) => worker.evaluate(clickOn, tag),
  };
}

function registrationOf(devtools: CDPSession): Promise<string> {
  return new Promise((resolve) =>
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first) resolve(first.registrationId);
    }),
  );
}

/** Runs in the worker. */
async function clickOn(tag: string): Promise<string[]> {
  interface Client {
    readonly url: string;
  }
  const scope = globalThis as unknown as EventTarget & {
    registration: { getNotifications(options: object): Promise<object[]> };
    clients: { openWindow(url: string): Promise<void> };
    works: Promise<unknown>[];
    WindowClient: { prototype: { focus(this: Client): Promise<void> } };
    NotificationEvent: new (type: string, options: object) => Event;
  };
  const done: string[] = [];
  scope.clients.openWindow = async (url) => void done.push(`open ${url}`);
  scope.WindowClient.prototype.focus = async function () {
    done.push(`focus ${this.url}`);
  };
  const [notification] = await scope.registration.getNotifications({ tag });
  scope.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }));
  await Promise.all(scope.works);
  return done;
}

it('shows what was pushed, of one notification never two', async () => {
  const { deliver, arrive, shows, shown } = await openSite();
  await deliver([letter('n1', { title: '<b>Kettle</b>' })]);
  await arrive();
  await shows('n1');
  await deliver([letter('n1', { title: 'Kettle', body: 'Again.' })], { deliveryId: 'again' });
  await deliver([letter('n2')], { deliveryId: 'b' });
  await arrive();
  await shows('n1', 'n2');
  expect((await shown()).find(({ tag }) => tag === 'n1')).toEqual({
    tag: 'n1',
    title: 'Kettle',
    body: 'Again.',
  });
});

it('takes away what was read elsewhere, a digest when all of it was', async () => {
  const { deliver, arrive, shows, push } = await openSite();
  await deliver([letter('n1')]);
  await deliver([letter('n2')], { deliveryId: 'b' });
  await deliver([letter('n3'), letter('n4')], { deliveryId: 'digest', digest: true });
  await arrive();
  await shows('n1', 'n2', 'digest');
  await push.courier.retract('alice', ['n1', 'n3']);
  await arrive();
  await shows('n2', 'digest');
  await push.courier.retract('alice', ['n4']);
  await arrive();
  await shows('n2');
});

it('shows what comes in the same moment as a word to take another away', async () => {
  const { deliver, arrive, shows, push, worker, device } = await openSite();
  await deliver([letter('n1')]);
  await arrive();
  await shows('n1');
  await deliver([letter('n2')], { deliveryId: 'b' });
  await push.courier.retract('alice', ['n1']);
  await worker.evaluate(
    async (texts) => {
      const scope = globalThis as unknown as EventTarget & {
        PushEvent: new (type: string, options: object) => Event;
        works: Promise<unknown>[];
      };
      for (const data of texts) scope.dispatchEvent(new scope.PushEvent('push', { data }));
      await Promise.all(scope.works);
    },
    device.received.slice(1).map(({ text }) => text),
  );
  await shows('n2');
});

it('opens what is clicked, goes to a tab that shows it already, and says that it was read', async () => {
  const { deliver, arrive, shows, click, clicked, page, url } = await openSite();
  await deliver([letter('n1', { url: '/products/7' })], { deliveryId: 'a' });
  await deliver([letter('n2', { url: '/products/8' })], { deliveryId: 'b' });
  await deliver([letter('n3')], { deliveryId: 'c' });
  await deliver([letter('n4', { url: 'https://shop.example/kettle' })], { deliveryId: 'd' });
  await arrive();
  await shows('n1', 'n2', 'n3', 'n4');
  await page.goto(`${url}/products/8`);
  expect(await click('n1')).toEqual([`open ${url}/products/7`]);
  expect(await click('n2')).toEqual([`focus ${url}/products/8`]);
  expect(await click('n3')).toEqual([`focus ${url}/products/8`]);
  expect(await click('n4')).toEqual(['open https://shop.example/kettle']);
  await shows();
  expect(clicked.map(({ user, ids }) => [user, ...ids])).toEqual([
    ['alice', 'n1'],
    ['alice', 'n2'],
    ['alice', 'n3'],
    ['alice', 'n4'],
  ]);
});

it('opens nothing dangerous', async () => {
  const { deliver, arrive, shows, click, url } = await openSite();
  for (const dangerous of [
    'javascript:alert(1)',
    'http://evil.example/',
    'data:text/html,x',
    '//[',
    `blob:${url}/1`,
    `view-source:${url}`,
  ]) {
    await deliver([letter('n1', { url: dangerous })], { deliveryId: dangerous });
    await arrive();
    await shows('n1');
    expect(await click('n1')).toEqual([`focus ${url}/`]);
  }
});

it('leaves alone what is none of ours, in a worker that has more to do', async () => {
  const site = await openSite(`
    self.TIDINGS_URL = self.location.origin;
    self.addEventListener('push', (event) => event.waitUntil(
      event.data.text() === 'theirs' ? self.registration.showNotification('theirs', { tag: 'theirs' }) : undefined));
    ${readFileSync(WORKER, 'utf8')}
  `);
  const { deliver, device, arrive, shows, click, told } = site;
  await deliver([letter('n1')]);
  for (const text of ['theirs', '{}', '[]', 'null', '{"close":"n1"}', '{"id":7}'])
    device.received.push({ ...device.received[0]!, text });
  await arrive();
  await shows('n1', 'theirs');
  expect(await click('theirs')).toEqual([]);
  expect(told).toEqual([]);
});

it('subscribes anew when the browser gives a subscription up, and says so with the secret of the old one', async () => {
  const { worker, told, device, service, push } = await openSite();
  const [before, after] = [device.subscription, service.subscribe().subscription];
  const keys = await worker.evaluate(
    async ([old, next]) => {
      const scope = globalThis as unknown as EventTarget & {
        registration: {
          pushManager: { subscribe(options: object): unknown; getSubscription(): unknown };
        };
      };
      const used: unknown[] = [];
      const works: Promise<unknown>[] = [];
      const asBrowser = (json: unknown) => ({ toJSON: () => json });
      Object.assign(scope.registration.pushManager, {
        subscribe: (options: object) => {
          used.push(options);
          return asBrowser(next);
        },
        getSubscription: () => asBrowser(next),
      });
      const event = Object.assign(new Event('pushsubscriptionchange'), {
        oldSubscription: asBrowser(old),
        waitUntil: (work: Promise<unknown>) => works.push(work),
      });
      scope.dispatchEvent(event);
      await Promise.all(works);
      // The second time the browser does not say which it was.
      scope.dispatchEvent(Object.assign(new Event('pushsubscriptionchange'), { waitUntil: event.waitUntil }));
      await Promise.all(works);
      return used;
    },
    [before, after] as const,
  );
  const renewed = (old: typeof before) => [
    '/api/v1/push/subscriptions/renew',
    { previous: { endpoint: old.endpoint, auth: old.keys.auth }, subscription: after },
  ];
  expect(told).toEqual([renewed(before), renewed(after)]);
  expect(keys).toEqual([1, 2].map(() => ({ userVisibleOnly: true, applicationServerKey: push.publicKey })));
});
