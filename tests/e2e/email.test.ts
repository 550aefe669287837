import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { contactOf, letterOf, startEmail } from '../support/start-email.ts';

describe('a mail in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  it.each([
    [320, 'light'],
    [320, 'dark'],
    [1200, 'light'],
    [1200, 'dark'],
  ] as const)('fits and can be read: %i px wide, %s', async (width, colorScheme) => {
    const { courier, outbox } = await startEmail();
    const letters = [letterOf(), letterOf({ title: 'x'.repeat(200), body: `https://${'y'.repeat(300)}` })];
    await courier.deliver(contactOf(), letters, { deliveryId: 'd1', digest: true });
    const [mail] = (await outbox?.list()) ?? [];
    const page = await openPage(browser, 'about:blank', { viewport: { width, height: 600 }, colorScheme });
    await page.setContent((await outbox?.readHtml(mail?.id ?? '')) ?? '');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const paper = await page.evaluate("getComputedStyle(document.querySelector('.letter')).backgroundColor");
    const ink = await page.evaluate("getComputedStyle(document.querySelector('.letter h2')).color");
    const contrast = brightness(paper) - brightness(ink);
    if (colorScheme === 'light') expect(contrast).toBeGreaterThan(150);
    else expect(contrast).toBeLessThan(-150);
  });

  it('is unsubscribed from on the page, and subscribed to again', async () => {
    const { links, preferences } = await startEmail();
    const link = links.make({ user: 'alice', categories: ['prices.drop'], language: 'en' });
    const page = await openPage(browser, link, { viewport: { width: 320, height: 600 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    expect(await page.title()).toBe('Stop these emails?');
    expect(preferences).toEqual([]);
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
    await page.getByRole('button', { name: 'Subscribe again' }).click();
    await page.getByRole('heading', { name: 'You are subscribed again' }).waitFor();
    expect(preferences).toEqual(['alice prices.drop false', 'alice prices.drop true']);
  });
});

/** Of a colour as CSS computes it. */
const brightness = (color: unknown) => Number(/\d+/.exec(String(color))?.[0]);
