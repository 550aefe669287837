import type { Browser } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { openPage, type PageOptions } from '../support/browser.ts';
import { signToken } from '../support/credentials.ts';
import { Demo, openDemo, startDemo, TRANSPORTS } from '../support/demo.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  ({ browser, server } = await startDemo());
});

const open = (options?: PageOptions, url = server.url) => openDemo(browser, url, options);

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
