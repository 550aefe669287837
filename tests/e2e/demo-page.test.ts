import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPage, type PageOptions } from '../support/browser.ts';
import { Demo, openDemo, startDemo, TITLES } from '../support/demo.ts';
import type { RunningServer } from '../support/start-server.ts';

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  ({ browser, server } = await startDemo());
});

const open = (options?: PageOptions, url = server.url) => openDemo(browser, url, options);

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

it('answers a path that no page has', async () => {
  const { page } = await open();
  await page.evaluate(
    "history.pushState(null, '', '/nowhere'); dispatchEvent(new PopStateEvent('popstate'))",
  );
  await page.getByRole('heading', { name: 'There is no page here' }).waitFor();
  await page.getByRole('link', { name: 'To the start' }).click();
  await page.getByRole('heading', { level: 1, name: TITLES.en }).waitFor();
});
