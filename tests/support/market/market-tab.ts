/**
 * The page /market in a real browser, against a real server, by what a visitor sees and does.
 *
 * @module
 */
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { Api, type Body } from '../api.ts';
import { openPage, type PageOptions } from '../browser.ts';
import { API_KEY, signToken } from '../credentials.ts';

/** What the users of these tests are called. */
const NAMES: Readonly<Record<string, string>> = { olena: 'Олена', ayse: 'Ayşe', sam: 'Sam', irina: 'Ирина' };

/** Users who answer for the support. */
const AGENTS = ['irina'];

function tokenOf(user: string): string {
  const roles = AGENTS.includes(user) ? { roles: ['support'] } : {};
  return signToken({ sub: user, name: NAMES[user] ?? user, ...roles });
}

/** A market as others than its page see it. */
export class MarketServer {
  readonly url: string;
  readonly backend: Api;

  constructor(url: string) {
    this.url = url;
    this.backend = new Api({ url, bearer: API_KEY });
  }

  /** Adds a product of dollars and the sizes 41 to 43. @returns its id */
  async add(name: string, fields: object = {}): Promise<string> {
    const product = { name, brand: 'Nimbus', currency: 'USD', sizes: ['41', '42', '43'], ...fields };
    return String((await taken(this.backend.post('/market/products', product))).id);
  }

  /** Bids dollars for size 42, or asks for them. */
  place(side: 'bid' | 'ask', user: string, product: string, price: number, size = '42'): Promise<Body> {
    const api = new Api({ url: this.url, bearer: tokenOf(user) });
    return taken(api.post(`/market/${side}s`, { product_id: product, size, price }));
  }

  /** Opens the page as a user. @param path what follows `/market` */
  async open(browser: Browser, user: string, path = '', options: PageOptions = {}): Promise<MarketTab> {
    const visitor = JSON.stringify({ user, name: NAMES[user] ?? user, token: tokenOf(user) });
    const page = await openPage(browser, `${this.url}/market${path}`, {
      ...options,
      prepare: async (context) => {
        await context.addInitScript((who) => {
          // The empty page of a new tab has none.
          if (location.protocol === 'http:') sessionStorage.setItem('tidings.visitor', who);
        }, visitor);
        await options.prepare?.(context);
      },
    });
    const tab = new MarketTab(page);
    if (options.prepare === undefined) await tab.settled();
    return tab;
  }

  /** Opens the page as a visitor who signs in by a token. */
  async enter(browser: Browser, user: string, path = ''): Promise<MarketTab> {
    const page = await openPage(browser, `${this.url}/market${path}`);
    await page.getByRole('button', { name: 'With a token instead' }).click();
    await page.getByLabel('Token').fill(tokenOf(user));
    await page.keyboard.press('Enter');
    const tab = new MarketTab(page);
    await tab.settled();
    return tab;
  }
}

/** A tab with the market. */
export class MarketTab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Waits until the page is connected, and has read what it begins with: from now on things come as events. */
  async settled(): Promise<void> {
    await this.page.locator('.connection-mark[data-live=true]').waitFor();
    await this.page.locator('.market:not(:has([aria-busy=true]))').waitFor();
  }

  card(product: string): Locator {
    return this.page.locator(`.market-card[data-product="${product}"]`);
  }

  /** The best price of a side, of the size that is shown. */
  tile(side: 'bid' | 'ask' | 'last'): Locator {
    return this.page.locator(`.market-tile[data-side=${side}] .market-live`);
  }

  order(id: number): Locator {
    return this.page.locator(`.market-order[data-order="${id}"]`);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** Goes to a part of the page by its link. */
  async goTo(name: string): Promise<void> {
    await this.page.locator('.market-tabs').getByRole('link', { name }).click();
    await this.settled();
  }

  /** How many pixels the page is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    ) as Promise<number>;
  }
}

/** What was answered. @throws when it was refused */
async function taken(answering: ReturnType<Api['post']>): Promise<Body> {
  const { status, body, text } = await answering;
  expect([200, 201], text).toContain(status);
  return body;
}
