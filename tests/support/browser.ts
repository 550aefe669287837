import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';
import { onTeardown } from './teardown.ts';

/** Debian's. */
const CHROMIUM = process.env.TIDINGS_TEST_CHROMIUM ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium; closed when the test file ends. @param more arguments beside those of all tests */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...ARGUMENTS, ...more] });
  onTeardown(() => browser.close());
  return browser;
}

export interface PageOptions extends BrowserContextOptions {
  /** Errors on the console that belong to the test, such as those of a server that is not there. */
  readonly expectedErrors?: RegExp;
  /** Done with the visitor's browser before its first page. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** Opens a page as a new visitor. When the test ends it is closed, and must have said no error. */
export async function openPage(
  browser: Browser,
  url: string,
  { expectedErrors, prepare, ...options }: PageOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  const errors: string[] = [];
  onTeardown(async () => {
    await context.close();
    expect(errors).toEqual([]);
  });
  context.on('weberror', (error) => errors.push(String(error.error())));
  context.on('console', (message) => {
    const text = `${message.type()}: ${message.text()} ${message.location().url}`;
    const serious = message.type() === 'error' || message.type() === 'warning';
    if (serious && !expectedErrors?.test(text)) errors.push(text);
  });
  await prepare?.(context);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
