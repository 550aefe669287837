/**
 * The notifications of the client in a real browser: nobody is asked unasked, toasts can be read and dismissed by everyone.
 *
 * @module
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { launchBrowser } from '../support/browser.ts';
import { tokenFor } from '../support/credentials.ts';
import { PushedDevice } from '../support/push-service.ts';
import { startServer } from '../support/start-server.ts';
import { onTeardown } from '../support/teardown.ts';

const ROOT = join(import.meta.dirname, '../..');

let browser: Browser;
let url: string;

beforeAll(async () => {
  const script = readFileSync(join(ROOT, 'packages/client/dist/js/tidings.js'));
  const files: Readonly<Record<string, readonly [string, string | Buffer]>> = {
    '/': [
      'text/html',
      '<!doctype html><title>t</title><script src="/tidings.js"></script><button id=b>b</button>',
    ],
    '/tidings.js': ['text/javascript', script],
    '/push-sw.js': ['text/javascript', 'self.addEventListener("push", () => {});'],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(() => server.close());
  onTeardown(() => server.closeAllConnections());
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});

async function open(permissions: readonly string[] = [], init = ''): Promise<Page> {
  const context = await browser.newContext({ permissions: [...permissions] });
  onTeardown(() => context.close());
  await context.addInitScript(`
    window.asked = 0;
    if (window.Notification) {
      const ask = Notification.requestPermission.bind(Notification);
      Notification.requestPermission = () => { asked += 1; return ask(); };
    }
    ${init}
  `);
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(`
    window.saved = [];
    window.notifications = tidings.createNotifications({
      vapidKey: 'BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U',
      save: (subscription) => saved.push(subscription),
    });
    void 0;
  `);
  return page;
}

const enable = (page: Page) =>
  page.evaluate<string>(
    `notifications.enable().then(() => 'enabled', ({ name, code }) => name + ' ' + code)`,
  );

it('asks nobody before it is told to, and says when the user does not want any', async () => {
  const page = await open();
  expect(
    await page.evaluate('navigator.serviceWorker.getRegistrations().then(({ length }) => [asked, length])'),
  ).toEqual([0, 0]);
  // A headless browser denies for its user.
  expect(await enable(page)).toBe('ClientError notifications_denied');
  expect(await page.evaluate('[asked, notifications.permission.getSnapshot()]')).toEqual([1, 'denied']);
});

it('registers the service worker once it may, and says so when the push service cannot be reached', async () => {
  const page = await open(['notifications']);
  // There is no push service in a headless browser.
  expect(await enable(page)).toBe('ClientError push_failed');
  expect(await page.evaluate('navigator.serviceWorker.getRegistrations().then(({ length }) => length)')).toBe(
    1,
  );
  expect(await page.evaluate('saved')).toEqual([]);
});

it('subscribes, hands the subscription on, and ends it', async () => {
  const page = await open(
    ['notifications'],
    `
    let current = null;
    PushManager.prototype.getSubscription = async () => current;
    PushManager.prototype.subscribe = async (options) => (current = {
      endpoint: 'https://push.example/1', options, toJSON: () => ({ endpoint: 'https://push.example/1', keys: {} }),
      unsubscribe: async () => { current = null; return true; },
    });`,
  );
  expect(await enable(page)).toBe('enabled');
  expect(await page.evaluate('saved')).toEqual([{ endpoint: 'https://push.example/1', keys: {} }]);
  await page.evaluate('notifications.disable()');
  expect(
    await page.evaluate(
      'navigator.serviceWorker.ready.then(({ pushManager }) => pushManager.getSubscription())',
    ),
  ).toBeNull();
});

it('has a Tidings server keep the subscription, for its user and until it ends', async () => {
  const server = await startServer();
  const api = new Api({ url: server.url, bearer: tokenFor('alice') });
  const { subscription } = new PushedDevice('https://push.example.org/1');
  const page = await open(
    ['notifications'],
    `
    let current = null;
    PushManager.prototype.getSubscription = async () => current;
    PushManager.prototype.subscribe = async (options) => (current = {
      endpoint: ${JSON.stringify(subscription.endpoint)}, options, toJSON: () => (${JSON.stringify(subscription)}),
      unsubscribe: async () => { current = null; return true; },
    });`,
  );
  const give = (token: string) =>
    page.evaluate(`void (window.notifications = tidings.createNotifications(tidings.serverPush({
      url: ${JSON.stringify(`${server.url}/`)}, token: async () => ${JSON.stringify(token)}, label: 'Laptop',
    })))`);
  await give('forged');
  expect(await enable(page)).toBe('ClientError push_failed');
  await give(tokenFor('alice'));
  expect(await enable(page)).toBe('enabled');
  expect((await api.get('/push/subscriptions')).body).toMatchObject({
    devices: [{ label: 'Laptop', service: 'push.example.org' }],
  });
  await page.evaluate('notifications.disable()');
  expect((await api.get('/push/subscriptions')).body).toEqual({ devices: [] });
});

it('says where there are none', async () => {
  const page = await open([], 'delete window.PushManager;');
  expect(await page.evaluate('notifications.permission.getSnapshot()')).toBe('unsupported');
  expect(await enable(page)).toBe('ClientError notifications_unsupported');
});

it('shows toasts that are read out, can be dismissed by key and button, and lead nowhere dangerous', async () => {
  const page = await open();
  await page.evaluate('void tidings.mountToasts(notifications.toasts)');
  await page.evaluate(`void [
    notifications.show({ title: 'New message', body: '<b>hello</b>', url: '/thread/9' }),
    notifications.show({ title: 'Outbid', urgent: true, url: 'javascript:alert(1)' }),
  ]`);
  const status = page.getByRole('status');
  await status.getByRole('link', { name: 'New message' }).waitFor();
  expect(await status.getByText('<b>hello</b>').count()).toBe(1);
  const alert = page.getByRole('alert');
  await alert.getByText('Outbid', { exact: true }).waitFor();
  expect(await alert.getByRole('link').count()).toBe(0);
  await page.getByRole('button', { name: 'Dismiss: Outbid' }).click();
  await alert.getByText('Outbid', { exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Dismiss: New message' }).focus();
  await page.keyboard.press('Escape');
  await status.getByText('New message').waitFor({ state: 'detached' });
});

it('shows nothing while the page is out of view', async () => {
  const page = await open();
  await page.evaluate(`Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })`);
  expect(await page.evaluate(`notifications.show({ title: 'x' })`)).toBe(false);
});
