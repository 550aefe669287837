/**
 * The page at `/` in a real browser, against a real server.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, type PageOptions } from './browser.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** The panes of the page. */
export const TRANSPORTS = ['websocket', 'socketio', 'sse'] as const;
/** One of them. */
export type Transport = (typeof TRANSPORTS)[number];
/** What the page calls them. */
export const NAMES: Readonly<Record<Transport, string>> = {
  websocket: 'WebSocket',
  socketio: 'Socket.IO',
  sse: 'SSE',
};
/** The page's heading in each of its languages. */
export const TITLES = {
  en: 'One channel, three transports, nothing lost',
  tr: 'Tek kanal, üç aktarım, sıfır kayıp',
  ru: 'Один канал, три транспорта, ни одной потери',
  uk: 'Один канал, три транспорти, жодної втрати',
} as const;

let channels = 0;

/** The page, by what a visitor sees and does. */
export class Demo {
  readonly page: Page;
  readonly channel: string;

  constructor(page: Page, channel: string) {
    this.page = page;
    this.channel = channel;
  }

  pane(transport: Transport) {
    return this.page.locator(`.pane[data-transport=${transport}]`);
  }

  is(transport: Transport, status: string) {
    return this.page.locator(`.pane[data-transport=${transport}][data-status=${status}]`).waitFor();
  }

  async allAre(status: string) {
    for (const transport of TRANSPORTS) await this.is(transport, status);
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Publishes by the button, one after the other. @param from The offset of the first one. */
  async publish(count: number, from: number) {
    for (let offset = from; offset < from + count; offset++) {
      await this.button('Publish').click();
      await this.page.getByText(`Published as #${offset}.`).waitFor();
    }
  }

  /** Waits until a pane shows an offset. */
  hears(transport: Transport, offset: number) {
    return this.pane(transport).locator(`.event[data-offset="${offset}"]`).waitFor();
  }

  /** Offsets of a pane from old to new, with how each arrived. */
  async heard(transport: Transport) {
    const rows = await this.pane(transport)
      .locator('.event')
      .evaluateAll((all) => all.map((row) => `${row.dataset.offset} ${row.dataset.arrival}`));
    return rows.reverse();
  }

  async counters(transport: Transport) {
    const pairs = await this.pane(transport)
      .locator('[data-counter]')
      .evaluateAll((all) => all.map((each) => [each.dataset.counter, each.querySelector('dd')?.textContent]));
    return Object.fromEntries(pairs) as Record<string, string>;
  }
}

/** Rows of a pane from one offset to another that all arrived in one way. */
export function offsets(from: number, to: number, arrival: string): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index} ${arrival}`);
}

/** Starts a browser and a server. */
export async function startDemo(): Promise<{ browser: Browser; server: RunningServer }> {
  return { browser: await launchBrowser(), server: await startServer() };
}

/** The page on a channel of its own, all panes live. */
export async function openDemo(browser: Browser, url: string, options: PageOptions = {}): Promise<Demo> {
  const channel = `demo:e2e-${++channels}`;
  const page = await openPage(browser, `${url}/?channel=${channel}`, options);
  const demo = new Demo(page, channel);
  await demo.allAre('live');
  return demo;
}
