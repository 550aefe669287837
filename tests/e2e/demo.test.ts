/**
 * The page at `/` in a real browser, against a real server.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage, type PageOptions } from '../support/browser.ts';
import { signToken } from '../support/credentials.ts';
import { spawnServer } from '../support/spawn-server.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';

const TRANSPORTS = ['websocket', 'socketio', 'sse'] as const;
type Transport = (typeof TRANSPORTS)[number];
const NAMES: Readonly<Record<Transport, string>> = {
  websocket: 'WebSocket',
  socketio: 'Socket.IO',
  sse: 'SSE',
};
const TITLES = {
  en: 'One channel, three transports, nothing lost',
  tr: 'Tek kanal, üç aktarım, sıfır kayıp',
  ru: 'Один канал, три транспорта, ни одной потери',
  uk: 'Один канал, три транспорти, жодної втрати',
} as const;

let browser: Browser;
let server: RunningServer;
let channels = 0;

beforeAll(async () => {
  // As `npm start` does; a server has no page to show before.
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-web.ts')]);
  browser = await launchBrowser();
  server = await startServer();
});

/** The page on a channel of its own, all panes live. */
async function open(options: PageOptions = {}, url = server.url) {
  const channel = `demo:e2e-${++channels}`;
  const page = await openPage(browser, `${url}/?channel=${channel}`, options);
  const demo = new Demo(page, channel);
  await demo.allAre('live');
  return demo;
}

class Demo {
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

/** What the server itself counts. */
async function connections(transport: Transport): Promise<number> {
  const answer = await fetch(`${server.url}/api/v1/realtime/stats`, {
    headers: { authorization: `Bearer ${server.apiKey}` },
  });
  const { by_transport } = (await answer.json()) as { by_transport: Record<string, number> };
  return by_transport[transport] ?? 0;
}

function offsets(from: number, to: number, arrival: string): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index} ${arrival}`);
}

describe('three panes on one channel', () => {
  it('hear one publish with the same offset', async () => {
    const demo = await open();
    await demo.publish(1, 1);
    for (const transport of TRANSPORTS) {
      await demo.hears(transport, 1);
      expect(await demo.heard(transport)).toEqual(['1 live']);
      expect(await demo.counters(transport)).toMatchObject({ heard: '1', duplicates: '0', gaps: '0' });
      expect((await demo.counters(transport)).latency).toMatch(/ms$/);
    }
  });

  it('hear ten fast ones in order', async () => {
    const demo = await open();
    await demo.button('Publish 10 fast').click();
    await demo.page.getByText('10 events published, #1 to #10.').waitFor();
    for (const transport of TRANSPORTS) {
      await demo.hears(transport, 10);
      expect(await demo.heard(transport)).toEqual(offsets(1, 10, 'live'));
      expect(await demo.pane(transport).locator('.event[data-offset="10"] code').textContent()).toBe(
        '{"text":"Good news","n":10}',
      );
    }
  });

  it('hear what a backend publishes', async () => {
    const demo = await open();
    const answer = await fetch(`${server.url}/api/v1/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: demo.channel, event: 'from.backend', data: { n: 1 } }),
    });
    expect(answer.status).toBe(200);
    for (const transport of TRANSPORTS) await demo.hears(transport, 1);
  });

  it('begin with the past of the channel', async () => {
    const demo = await open();
    await demo.publish(2, 1);
    await demo.page.reload();
    for (const transport of TRANSPORTS) {
      await demo.hears(transport, 2);
      expect(await demo.heard(transport)).toEqual(offsets(1, 2, 'history'));
    }
  });
});

describe.each(TRANSPORTS)('%s', (transport) => {
  it('is cut, misses five events and catches up', async () => {
    const demo = await open();
    const name = NAMES[transport];
    await demo.publish(2, 1);
    await demo.hears(transport, 2);
    const before = await connections(transport);

    await demo.button(`Cut ${name}`).click();
    await demo.is(transport, 'cut');
    await expect.poll(() => connections(transport)).toBe(before - 1);
    await demo.publish(5, 3);
    await demo.pane(transport).locator('[data-missed="5"]').waitFor();
    expect(await demo.heard(transport)).toEqual(offsets(1, 2, 'live'));

    await demo.button(`Restore ${name}`).click();
    await demo.pane(transport).locator('[data-outcome=recovered]').waitFor();
    await demo.pane(transport).locator('[data-caught-up="5"]').waitFor();
    await demo.publish(1, 8);
    await demo.hears(transport, 8);
    expect(await demo.heard(transport)).toEqual([
      ...offsets(1, 2, 'live'),
      ...offsets(3, 7, 'caught-up'),
      '8 live',
    ]);
    expect(await demo.counters(transport)).toMatchObject({
      heard: '8',
      reconnects: '1',
      duplicates: '0',
      gaps: '0',
    });
  });

  it('is cut again and again, and catches up each time', async () => {
    const demo = await open();
    const name = NAMES[transport];
    for (let round = 0; round < 3; round++) {
      await demo.button(`Cut ${name}`).click();
      await demo.button('Publish 10 fast').click();
      await demo.pane(transport).locator('[data-missed="10"]').waitFor();
      await demo.button(`Restore ${name}`).click();
      await demo.pane(transport).locator('[data-caught-up="10"]').waitFor();
    }
    expect(await demo.heard(transport)).toEqual(offsets(1, 30, 'caught-up'));
    expect(await demo.counters(transport)).toMatchObject({ reconnects: '3', duplicates: '0', gaps: '0' });
  });
});

it('resumes Socket.IO by its own connection state recovery, without subscribing again', async () => {
  const page = await openPage(browser, 'about:blank');
  const sent: string[] = [];
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/socket.io/')) return;
    socket.on('framesent', ({ payload }) => sent.push(String(payload)));
  });
  const demo = new Demo(page, 'demo:recovery');
  await page.goto(`${server.url}/?channel=${demo.channel}`);
  await demo.allAre('live');
  await demo.publish(1, 1);
  await demo.hears('socketio', 1);
  await demo.button('Cut Socket.IO').click();
  await demo.publish(1, 2);
  await demo.button('Restore Socket.IO').click();
  await demo.pane('socketio').locator('[data-caught-up="1"]').waitFor();
  expect(sent.filter((packet) => packet.includes('"subscribe"'))).toHaveLength(1);
  expect(sent.filter((packet) => packet.includes('"pid"'))).toHaveLength(1);
});

it('says that the history is gone when it is, and goes on without a hole', async () => {
  const demo = await open();
  await demo.publish(1, 1);
  for (const transport of TRANSPORTS) {
    await demo.hears(transport, 1);
    await demo.button(`Cut ${NAMES[transport]}`).click();
  }
  const events = Array.from({ length: 250 }, (_, n) => ({ channel: demo.channel, event: 'many', data: n }));
  await fetch(`${server.url}/api/v1/publish/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  for (const transport of TRANSPORTS) {
    await demo.button(`Restore ${NAMES[transport]}`).click();
    await demo.pane(transport).locator('[data-outcome=history-gone]').waitFor();
    await demo.hears(transport, 251);
  }
  await demo.publish(1, 252);
  for (const transport of TRANSPORTS) {
    await demo.hears(transport, 252);
    expect(await demo.heard(transport)).toEqual(['1 live', ...offsets(242, 251, 'history'), '252 live']);
    expect(await demo.counters(transport)).toMatchObject({ duplicates: '0', gaps: '0' });
  }
});

it('comes back by itself after kill -9 of the server, in every pane', async () => {
  const killed = await spawnServer();
  const demo = await open({ expectedErrors: /ERR_|WebSocket|Failed to load/ }, killed.url);
  await demo.publish(3, 1);
  for (const transport of TRANSPORTS) await demo.hears(transport, 3);
  await killed.kill('SIGKILL');
  await demo.allAre('waiting');
  await killed.start();
  await demo.allAre('live');
  await demo.publish(1, 4);
  for (const transport of TRANSPORTS) {
    await demo.hears(transport, 4);
    expect((await demo.heard(transport)).map((row) => row.split(' ')[0])).toEqual(['1', '2', '3', '4']);
    expect(await demo.counters(transport)).toMatchObject({ reconnects: '1', duplicates: '0', gaps: '0' });
    expect(await demo.pane(transport).locator('[data-outcome=recovered]').count()).toBe(1);
  }
});

it('says where JSON is bad, and publishes nothing until it is good', async () => {
  const demo = await open();
  const data = demo.page.getByLabel('Data (JSON)');
  await data.fill("{'text': 1}");
  await demo.button('Publish').click();
  await demo.page.getByRole('alert').getByText('This is not JSON: look at line 1, column 2.').waitFor();
  expect(await data.getAttribute('aria-invalid')).toBe('true');
  await data.fill('{"text": 1}');
  await demo.page.getByRole('alert').waitFor({ state: 'detached' });
  await demo.publish(1, 1);
  await demo.hears('sse', 1);
  await demo.page.getByLabel('Event', { exact: true }).fill('disconnect');
  await demo.button('Publish').click();
  await demo.page.getByRole('alert').getByText('An event’s name begins with a letter').waitFor();
});

it('follows another channel, and says what is wrong with a name', async () => {
  // Chromium reports every refused stream.
  const demo = await open({ expectedErrors: /404.*\/events/ });
  await demo.publish(2, 1);
  const channel = demo.page.getByLabel('Channel', { exact: true });
  await channel.fill('nowhere');
  await demo.button('Follow').click();
  await demo.page.getByRole('alert').getByText('namespace:name').waitFor();
  await channel.fill(`${demo.channel}-b`);
  await demo.button('Follow').click();
  await demo.allAre('live');
  await demo.publish(1, 1);
  for (const transport of TRANSPORTS) await demo.hears(transport, 1);
  expect(new URL(demo.page.url()).searchParams.get('channel')).toBe(`${demo.channel}-b`);
  await channel.fill('nowhere:at-all');
  await demo.button('Follow').click();
  await demo.is('websocket', 'refused');
  await demo.pane('websocket').getByText('The server has no such namespace.').waitFor();
});

describe('languages', () => {
  it.each([
    ['en', 'de-DE'],
    ['tr', 'tr-TR'],
    ['ru', 'ru-RU'],
    ['uk', 'uk-UA'],
  ] as const)('begin with that of the browser: %s for %s', async (language, locale) => {
    const { page } = await open({ locale });
    await page.getByRole('heading', { level: 1, name: TITLES[language] }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
  });

  it('are chosen and remembered', async () => {
    const { page } = await open();
    for (const language of ['tr', 'ru', 'uk', 'en'] as const) {
      await page.getByRole('banner').getByRole('combobox').selectOption(language);
      await page.getByRole('heading', { level: 1, name: TITLES[language] }).waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 1, name: TITLES[language] }).waitFor();
    }
  });
});

it.each([
  [360, 'ru-RU'],
  [360, 'uk-UA'],
  [360, 'tr-TR'],
  [375, 'en-GB'],
  [1000, 'ru-RU'],
  [1600, 'en-GB'],
] as const)('never scrolls sideways: %i px wide, %s', async (width, locale) => {
  const { page } = await open({ viewport: { width, height: 800 }, locale });
  const overflow = () =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.locator('.pane button').first().click();
  await page.locator('.publish-form button').last().click();
  await page.locator('[data-missed="10"]').waitFor();
  for (const summary of await page.locator('summary').all()) await summary.click();
  expect(await overflow()).toBeLessThanOrEqual(0);
});

it('publishes, cuts and restores by keyboard alone', async () => {
  const demo = await open();
  const { keyboard } = demo.page;
  const focused = () =>
    demo.page
      .locator(':focus')
      .evaluate((element) => element.getAttribute('aria-label') ?? element.textContent);
  const tabTo = async (isThere: () => Promise<boolean>) => {
    for (let presses = 0; presses < 40; presses++) {
      await keyboard.press('Tab');
      if (await isThere()) return;
    }
    throw new Error('Tab does not get there.');
  };
  await keyboard.press('Tab');
  expect(await focused()).toBe('Skip to content');
  await tabTo(() => demo.page.locator('textarea:focus').isVisible());
  await keyboard.press('Enter');
  await demo.page.getByText('Published as #1.').waitFor();
  await keyboard.press('Shift+Enter');
  expect(await demo.page.getByLabel('Data (JSON)').inputValue()).toContain('\n');
  await tabTo(async () => (await focused()) === 'Cut WebSocket');
  expect(await demo.page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  await keyboard.press('Space');
  await demo.is('websocket', 'cut');
  expect(await focused()).toBe('Restore WebSocket');
  await keyboard.press('Enter');
  await demo.is('websocket', 'live');
});

it('is light or dark as the system has it, or as chosen', async () => {
  const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const { page: light } = await open({ colorScheme: 'light' });
  const { page: dark } = await open({ colorScheme: 'dark' });
  const colours = { light: await background(light), dark: await background(dark) };
  expect(colours.light).not.toBe(colours.dark);
  await light.getByRole('radio', { name: 'Dark' }).check({ force: true });
  expect(await background(light)).toBe(colours.dark);
  await light.reload();
  expect(await background(light)).toBe(colours.dark);
  await light.getByRole('radio', { name: 'System' }).check({ force: true });
  expect(await background(light)).toBe(colours.light);
});

it('asks for nothing outside its own server, and has no inline script or style', async () => {
  const page = await openPage(browser, 'about:blank');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).origin));
  await page.goto(`${server.url}/`);
  await new Demo(page, 'demo:lobby').allAre('live');
  expect(new Set(asked)).toEqual(new Set([server.url]));
  expect(await page.locator('style, [style], script:not([src])').count()).toBe(0);
});

it('explains in production how to get in, and takes a token', async () => {
  const production = await startServer({ development: false });
  const page = await openPage(browser, `${production.url}/?channel=public:demo`, {
    expectedErrors: /401|403/,
  });
  const demo = new Demo(page, 'public:demo');
  await demo.allAre('refused');
  await demo.pane('sse').getByText('This needs a token.').waitFor();
  await page.getByText("npx tidings token visitor --channel 'public:demo=subscribe,publish'").waitFor();

  await page.getByLabel('Token').fill('no.such.token');
  await demo.button('Use token').click();
  await demo.pane('websocket').getByText('The token is damaged or was not made for this server.').waitFor();

  const token = signToken({ sub: 'visitor', channels: { 'public:demo': ['subscribe'] } });
  await page.getByLabel('Token').fill(token);
  await demo.button('Use token').click();
  await demo.allAre('live');
  await demo.button('Publish').click();
  await page.getByText('Not allowed on this channel.').waitFor();

  await page
    .getByLabel('Token')
    .fill(signToken({ sub: 'visitor', channels: { 'public:demo': ['subscribe', 'publish'] } }));
  await demo.button('Use token').click();
  await demo.allAre('live');
  await demo.publish(1, 1);
  for (const transport of TRANSPORTS) await demo.hears(transport, 1);
});

it('answers a path that no page has', async () => {
  const { page } = await open();
  await page.evaluate(
    "history.pushState(null, '', '/nowhere'); dispatchEvent(new PopStateEvent('popstate'))",
  );
  await page.getByRole('heading', { name: 'There is no page here' }).waitFor();
  await page.getByRole('link', { name: 'To the start' }).click();
  await page.getByRole('heading', { level: 1, name: TITLES.en }).waitFor();
});
