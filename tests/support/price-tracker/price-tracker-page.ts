/**
 * A page of the price tracker as its own document has it: its script tags and its client code unchanged. Only what the
 * document leaves to the application (`updateProductCard` and so on) is given, and keeps what it was called with.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openPage } from '../browser.ts';
import { serveHtml } from '../serve-html.ts';

/** A piece of the document. */
export type Piece =
  | 'handlers'
  | 'subscriptions'
  | 'tracking'
  | 'drop-alerts'
  | 'product-updates'
  | 'commands';

/** The client code of the document, word for word. */
export function documented(piece: Piece): string {
  return readFileSync(join(import.meta.dirname, `${piece}.js.txt`), 'utf8');
}

/** What the document's page loads. */
const CDN = 'https://cdn.socket.io/4.5.4/socket.io.min.js';

const SOCKET_IO = readFileSync(
  join(import.meta.dirname, '../../../node_modules/socket.io-client-4.5/dist/socket.io.min.js'),
);

/** What the document's code calls and does not have. */
const APPLICATION = [
  'updateProductPrice',
  'showPriceDropNotification',
  'addProductToUI',
  'updateProductCard',
  'showPriceChangeIndicator',
  'highlightProduct',
  'playNotificationSound',
  'addProductCard',
];

export interface PricePageOptions {
  /** The Tidings server. */
  readonly url: string;
  /** In the cookie `session`, as the application sets it when somebody signs in. @default nobody */
  readonly token?: string;
  readonly expectedErrors?: RegExp;
}

/** Opens the page, of an application on another port, and waits until it is connected. */
export async function openPricePage(
  browser: Browser,
  { url, token, expectedErrors }: PricePageOptions,
): Promise<Page> {
  const page = await openPage(browser, 'about:blank', expectedErrors ? { expectedErrors } : {});
  await page
    .context()
    .route(CDN, (route) => route.fulfill({ body: SOCKET_IO, contentType: 'text/javascript' }));
  if (token !== undefined) await page.context().addCookies([{ name: 'session', value: token, url }]);
  await page.goto(await serveHtml(pageOf(url)));
  await page.waitForFunction('socketClient.connected');
  return page;
}

/** What the application's functions were called with. */
export function calls(page: Page): Promise<readonly (readonly unknown[])[]> {
  return page.evaluate('calls');
}

/** Waits for a call of one of the application's functions. @returns its arguments. */
export async function called(page: Page, name: string, count = 1): Promise<readonly unknown[]> {
  await page.waitForFunction(`calls.filter(([name]) => name === '${name}').length >= ${count}`);
  const all = (await calls(page)).filter(([each]) => each === name);
  return all[count - 1]?.slice(1) ?? [];
}

function pageOf(url: string): string {
  const functions = APPLICATION.map(
    (name) => `window.${name} = (...args) => { calls.push(['${name}', ...args]); };`,
  ).join('\n');
  // {{ url_for('static', filename='js/socketio-client.js') }} is a path of the server.
  return `<!doctype html><html><head><meta charset="utf-8"><title>prices</title><link rel="icon" href="data:,">
<script>window.calls = []; ${functions} window.newCard = {}; window.ProductCardAnimations = { add() {} };</script>
<script src="${CDN}"></script>
<script src="${url}/js/socketio-client.js"></script></head><body></body></html>`;
}
