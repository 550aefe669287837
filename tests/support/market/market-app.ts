/**
 * Pages of the sneaker marketplace that run its document's client code unchanged, with a store of Redux Toolkit.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { expect } from 'vitest';
import { openPage } from '../browser.ts';
import { serveHtml } from '../serve-html.ts';

/** A part of the document. */
export type Part = 'live-prices' | 'feed' | 'order-status' | 'websocket-client' | 'price';

const ROOT = join(import.meta.dirname, '../../..');

const PAGE = '<!doctype html><title>Sneakers</title><link rel="icon" href="data:,"><body></body>';

/** The argument that brings Chromium from the document's address to a server. @param url `http://127.0.0.1:PORT` */
export function addressArgument(url: string): string {
  return `--host-resolver-rules=MAP localhost:8080 ${new URL(url).host}`;
}

/** A part of the document's code, without its types. */
export function documented(part: Part): string {
  return stripTypeScriptTypes(readFileSync(join(import.meta.dirname, `${part}.ts.txt`), 'utf8'));
}

/** What the document's code calls, with the store that it leaves to the application. */
const APPLICATION = `
import { configureStore, createSlice } from '@reduxjs/toolkit';

const market = createSlice({
  name: 'market',
  initialState: { bids: {}, asks: {}, matches: [] },
  reducers: {
    updateBid: (state, { payload }) => { state.bids[payload.product_id] = payload.price; },
    updateAsk: (state, { payload }) => { state.asks[payload.product_id] = payload.price; },
    addMatch: (state, { payload }) => { state.matches.push(payload); },
  },
});
const { updateBid, updateAsk, addMatch } = market.actions;
const store = configureStore({ reducer: { market: market.reducer } });
const showNotification = (text) => shown.push(text);
`;

/** The document's class with a real store, as a script; its client is `window.client`, the store `window.store`. */
export async function reduxScript(): Promise<string> {
  const entry = 'virtual:app.js';
  const bundle = await rolldown({
    input: entry,
    cwd: ROOT,
    platform: 'browser',
    resolve: { modules: [join(ROOT, 'node_modules')] },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [
      {
        name: 'document',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? `${APPLICATION}\n${documented('websocket-client')}\nObject.assign(window, { store, client: new WebSocketClient() });`
            : null,
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'sneakers' });
  await bundle.close();
  return output[0].code;
}

/** A page of the application. */
export interface MarketApp {
  readonly page: Page;
  /** Waits until an expression of the page has a value like this. */
  has(expression: string, value: unknown): Promise<void>;
}

/** Opens an empty page of the application, where what it was told to show is in `window.shown`. */
export async function openApp(browser: Browser): Promise<MarketApp> {
  const page = await openPage(browser, 'about:blank', { expectedErrors: /WebSocket|ERR_/ });
  await page.addInitScript('window.shown = [];');
  await page.goto(await serveHtml(PAGE));
  return {
    page,
    async has(expression, value) {
      await expect.poll(() => page.evaluate(expression)).toEqual(value);
    },
  };
}
