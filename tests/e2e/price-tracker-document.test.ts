/**
 * The price tracker's own client code, unchanged, in a real browser: the CDN's socket.io 4.5.4, `/js/socketio-client.js`, a
 * visitor who is known by a cookie.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { launchBrowser } from '../support/browser.ts';
import { tokenFor } from '../support/credentials.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { called, calls, documented, openPricePage } from '../support/price-tracker/price-tracker-page.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';

let browser: Browser;
let server: RunningServer;
let api: Api;

beforeAll(async () => {
  browser = await launchBrowser();
  server = await startServer({ kits: ['kits/prices/server/kit.ts'], auth: { cookie: 'session' } });
  api = new Api({ url: server.url, bearer: server.apiKey });
});

/** What was sent before has been taken: an answer to a later command is there. */
const answered = (page: Page) =>
  page.evaluate("new Promise((done) => socketClient.socket.emit('ping', {}, done))");

const liras = (amount: number) => ({ amount: amount * 100, currency: 'TRY' });

async function product(id: string, price = 100): Promise<void> {
  const { status, text } = await api.call('PUT', `/prices/products/${id}`, {
    name: 'Ürün Adı',
    brand: 'Marka',
    price: liras(price),
  });
  expect([status, text]).toEqual([200, expect.anything()]);
}

async function price(id: string, amount: number): Promise<void> {
  const { status } = await api.call('PATCH', `/prices/products/${id}`, { price: liras(amount) });
  expect(status).toBe(200);
}

it('hears a price change and a drop by the handlers it replaces', async () => {
  const page = await openPricePage(browser, server);
  await product('product-id-123');
  await page.addScriptTag({ content: documented('handlers') });
  await page.evaluate(documented('subscriptions').split('\n\n')[0] ?? '');
  await page.waitForFunction('socketClient.connected');
  // An answer to a later command says that the subscription has been taken before it.
  await answered(page);
  await price('product-id-123', 90);
  expect(await called(page, 'updateProductPrice')).toEqual(['product-id-123', '90 TL']);
  const [dropped] = await called(page, 'showPriceDropNotification');
  expect(dropped).toMatchObject({
    product_id: 'product-id-123',
    old_price: '100 TL',
    new_price: '90 TL',
    discount: 10,
    message: 'Fiyat düştü! 10% indirim',
  });
});

it('hears nothing more of what it has left', async () => {
  await product('product-id-123');
  const page = await openPricePage(browser, server);
  await page.addScriptTag({ content: documented('handlers') });
  await page.addScriptTag({ content: documented('subscriptions') });
  await answered(page);
  await price('product-id-123', 80);
  await product('marker');
  const [added] = await called(page, 'addProductToUI');
  expect(added).toMatchObject({ id: 'marker', name: 'Ürün Adı', price: '100 TL', brand: 'Marka' });
  expect((await calls(page)).map(([name]) => name)).toEqual(['addProductToUI']);
});

it('tracks prices and shows new products, as its use cases have it', async () => {
  // Before the page, which would hear of it as new.
  await product('tracked', 200);
  const page = await openPricePage(browser, server);
  for (const piece of ['tracking', 'product-updates', 'drop-alerts'] as const)
    await page.addScriptTag({ content: documented(piece) });
  await page.evaluate("enablePriceTracking('tracked')");
  await answered(page);
  await price('tracked', 150);
  expect(await called(page, 'updateProductCard')).toEqual([
    'tracked',
    { price: '150 TL', oldPrice: '200 TL' },
  ]);
  expect(await called(page, 'showPriceChangeIndicator')).toEqual([{ amount: -50, percentage: -25 }]);
  expect(await called(page, 'highlightProduct')).toEqual(['tracked']);
  await called(page, 'playNotificationSound');
  await page.getByText('🎉 Fiyat düştü! 25% indirim').waitFor();
  await product('newest');
  expect((await called(page, 'addProductCard'))[0]).toMatchObject({ id: 'newest' });
});

it('tells a visitor, known by the cookie, what concerns them, and lists it when asked', async () => {
  const page = await openPricePage(browser, { ...server, token: tokenFor('ayse') });
  await product('watched', 500);
  const ayse = api.as(tokenFor('ayse'));
  await ayse.call('PUT', '/users/ayse/contact', { language: 'tr' });
  await ayse.call('PUT', '/prices/watches/watched', { threshold: { kind: 'percent', percent: 10 } });
  await page.evaluate(
    'window.heard = []; socketClient.onNotification = (data) => { heard.push(data); }; window.socket = socketClient.socket;',
  );
  await price('watched', 480);
  await price('watched', 400);
  await page.waitForFunction('heard.length === 1');
  const heard = await page.evaluate<Record<string, unknown>[]>('heard');
  expect(heard[0]).toMatchObject({ type: 'success', title: 'Ürün Adı: fiyat düştü' });
  expect(Object.keys(heard[0] ?? {})).toEqual(
    expect.arrayContaining(['type', 'message', 'data', 'timestamp']),
  );
  await page.evaluate("socket.emit('get_notifications');");
  await page.waitForFunction('heard.length === 2');
  expect((await page.evaluate<Record<string, unknown>[]>('heard'))[1]?.id).toBe(heard[0]?.id);
});

it('is not told by other ways of what it has before its eyes', async () => {
  const page = await openPricePage(browser, { ...server, token: tokenFor('deniz') });
  await product('seen', 500);
  const deniz = api.as(tokenFor('deniz'));
  const counts = async () => {
    const { unread, unseen } = (await deniz.get('/notifications')).body;
    return { unread, unseen };
  };
  await deniz.call('PUT', '/prices/watches/seen', {});
  await page.waitForFunction('socketClient.connected');
  await price('seen', 480);
  await page.locator('[data-toast=success]').first().waitFor();
  await expect.poll(counts).toEqual({ unread: 1, unseen: 0 });
});

it('shows toasts by itself, in which nothing is HTML', async () => {
  const page = await openPricePage(browser, server);
  await api.post('/prices/products', { name: '<img src=x onerror=calls.push(1)>', price: liras(5) });
  const toast = page.locator('[data-toast=info]');
  await toast.waitFor();
  expect(await toast.textContent()).toBe('<img src=x onerror=calls.push(1)> eklendi');
  expect(await calls(page)).toEqual([]);
});

it('comes back after a cut with everything it missed, and gives up after five attempts', async () => {
  const proxy = await CutProxy.start(server.url);
  const page = await openPricePage(browser, { url: proxy.url, expectedErrors: /WebSocket|net::|socket\.io/ });
  await product('cut', 100);
  await page.addScriptTag({ content: documented('tracking') });
  await page.evaluate("enablePriceTracking('cut')");
  await answered(page);
  await page.evaluate(
    'socketClient.socket.io.reconnectionDelay(50); window.failed = 0; window.attempts = 0;',
  );
  await page.evaluate(
    "socketClient.onConnectionFailed = () => { failed += 1; }; socketClient.socket.io.on('reconnect_attempt', () => { attempts += 1; });",
  );
  proxy.cut();
  await price('cut', 90);
  expect(await called(page, 'updateProductCard')).toEqual(['cut', { price: '90 TL', oldPrice: '100 TL' }]);
  proxy.refuse();
  proxy.cut();
  await page.waitForFunction('failed === 1');
  expect(await page.evaluate('attempts')).toBeGreaterThanOrEqual(5);
});

it('has what it missed told once, though newer events come first and the connection is cut again', async () => {
  const proxy = await CutProxy.start(server.url);
  const page = await openPricePage(browser, { url: proxy.url, expectedErrors: /WebSocket|net::|socket\.io/ });
  await page.waitForFunction('socketClient.connected');
  await page.evaluate(`
    window.added = [];
    window.held = undefined;
    const { socket } = socketClient;
    socketClient.onProductAdded = ({ product }) => { added.push(product.id); };
    socket.io.reconnectionDelay(50);
    const emit = socket.emit.bind(socket);
    socket.emit = (...given) => (held && given[0] === 'subscribe' ? held.push(given) : emit(...given));
  `);
  await product('before');
  await page.waitForFunction("added.includes('before')");
  proxy.refuse();
  proxy.cut();
  await page.waitForFunction('!socketClient.connected');
  await page.evaluate('held = [];');
  await product('missed');
  proxy.accept();
  // What was missed is asked for too late: something newer has come, and the connection is lost once more.
  await page.waitForFunction('held.length > 0');
  await product('ahead');
  await page.waitForFunction("added.includes('ahead')");
  await page.evaluate('held = undefined;');
  proxy.cut();
  await page.waitForFunction("added.includes('missed')");
  await product('last');
  await page.waitForFunction("added.includes('last')");
  expect(await page.evaluate('added')).toEqual(['before', 'ahead', 'missed', 'last']);
});
