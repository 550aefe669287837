/**
 * The page of the price tracker, used by two visitors at once.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { openPage, type PageOptions } from '../support/browser.ts';
import { tokenFor } from '../support/credentials.ts';
import { startKitPages } from '../support/kit-pages.ts';
import type { RunningServer } from '../support/start-server.ts';

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  ({ browser, server } = await startKitPages(['prices']));
});

let products = 0;

/** Adds a product of a user's. */
async function add(name: string, amount = 100_00, owner = 'sam'): Promise<string> {
  const api = new Api({ url: server.url, bearer: tokenFor(owner) });
  const price = { amount, currency: 'TRY' };
  const { body } = await api.post('/prices/products', { name: `${name} ${++products}`, price });
  return String(body.id);
}

async function setPrice(id: string, amount: number, owner = 'sam'): Promise<void> {
  const api = new Api({ url: server.url, bearer: tokenFor(owner) });
  const price = { amount, currency: 'TRY' };
  expect((await api.call('PATCH', `/prices/products/${id}`, { price })).status).toBe(200);
}

/** The page, with somebody signed in. */
async function visit(name: string, options: PageOptions = {}, path = '/prices'): Promise<Page> {
  const page = await openPage(browser, server.url + path, options);
  await page.locator('.sign-in input').fill(name);
  await page.locator('.sign-in input').press('Enter');
  await page.locator('.connection-mark[data-live=true]').waitFor();
  // From now on a thing comes as an event, and not with the list that the page begins with.
  await page.locator('[aria-busy=false]').first().waitFor({ state: 'attached' });
  return page;
}

const card = (page: Page, id: string) => page.locator(`.prices-card[data-product="${id}"]`);

it('shows a price as it moves, to everybody who looks', async () => {
  const id = await add('Kettle');
  const [alice, bob] = [await visit('Alice'), await visit('Bob', { locale: 'tr-TR' })];
  await card(alice, id).getByText('1 other is looking').waitFor();
  await card(bob, id).getByText('1 kişi daha bakıyor').waitFor();
  await setPrice(id, 80_00);
  for (const page of [alice, bob]) await card(page, id).locator('b[data-direction=down]').waitFor();
  expect(await card(alice, id).locator('b').textContent()).toBe('₺80');
  expect(await card(alice, id).locator('.prices-change').textContent()).toBe('₺100 -20%');
});

it('has a new product slide in, whoever added it', async () => {
  const [alice, bob] = [await visit('Alice'), await visit('Bob')];
  await alice.getByRole('button', { name: 'Add a product' }).click();
  await alice.getByLabel('Name').fill('Lamp <b>bright</b>');
  await alice.getByLabel('Price').fill('12,50');
  await alice.getByLabel('Currency').selectOption('EUR');
  await alice.getByRole('dialog').getByRole('button', { name: 'Add a product' }).click();
  const lamp = bob.locator('.prices-card[data-fresh=true]', { hasText: 'Lamp <b>bright</b>' });
  await lamp.getByText('€12.50').waitFor();
  expect(await bob.locator('.prices-card b b').count()).toBe(0);
});

describe('a watch', () => {
  it('tells of a drop past its threshold, by toast and in the inbox, once', async () => {
    const id = await add('Bicycle', 1000_00);
    const alice = await visit('Alice-watches');
    await card(alice, id)
      .getByRole('button', { name: /Details/ })
      .click();
    const dialog = alice.getByRole('dialog');
    await dialog.getByLabel('when it is so much cheaper').check();
    await dialog.getByLabel('Percent').fill('10');
    await dialog.getByRole('button', { name: 'Watch', exact: true }).click();
    await dialog.getByRole('button', { name: 'Stop watching' }).waitFor();
    await alice.keyboard.press('Escape');
    await setPrice(id, 950_00);
    await setPrice(id, 890_00);
    const toast = alice.locator('[data-sonner-toast]');
    await toast.getByText('₺950 → ₺890').waitFor();
    expect(await toast.count()).toBe(1);
    await alice.getByRole('button', { name: 'Notifications, 1 unread' }).click();
    const inbox = alice.getByRole('region', { name: 'Notifications', exact: true });
    await inbox.getByRole('button', { name: /^Unread: Bicycle/ }).click();
    await dialog.getByRole('heading', { name: /Bicycle/ }).waitFor();
    await dialog.getByText('It is there already').waitFor();
    expect(new URL(alice.url()).searchParams.get('product')).toBe(id);
    await alice
      .getByRole('button', { name: 'Notifications, 0 unread', includeHidden: true })
      .waitFor({ state: 'attached' });
  });

  it('is the same in another tab of the user, and read there too', async () => {
    const id = await add('Sofa', 500_00);
    const [one, two] = [await visit('Ada'), await visit('Ada')];
    await card(one, id).getByRole('button', { name: /Watch/ }).click();
    await card(one, id).locator('[aria-pressed=true]').waitFor();
    await setPrice(id, 400_00);
    await one.getByRole('button', { name: 'Notifications, 1 unread' }).click();
    await two.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
    await one.getByRole('button', { name: 'Mark all as read' }).click();
    await two.getByRole('button', { name: 'Notifications, 0 unread' }).waitFor();
  });

  it('refuses what is no price, and says so', async () => {
    const id = await add('Chair');
    const alice = await visit('Alice', {}, `/prices?product=${id}`);
    const dialog = alice.getByRole('dialog');
    await dialog.getByLabel('when it costs at most').check();
    for (const wrong of ['NaN', '-5', '1e400', '12,505', '0']) {
      await dialog.getByLabel('Price', { exact: true }).fill(wrong);
      await dialog.getByRole('button', { name: 'Watch', exact: true }).click();
      await dialog.getByText('This is no price').waitFor();
    }
  });
});

it('lets its owner alone set a price, and draws the history', async () => {
  const id = await add('Desk', 300_00, 'carol');
  const carol = await visit('Carol', {}, `/prices?product=${id}`);
  const dialog = carol.getByRole('dialog');
  await dialog.locator('.uplot canvas').waitFor();
  const late = Promise.withResolvers<void>();
  await carol.route('**/history', async (route) => {
    await late.promise;
    await route.continue();
  });
  await dialog.getByLabel('New price').fill('250');
  await dialog.getByRole('button', { name: 'Set the price' }).click();
  await dialog.locator('.prices-price b', { hasText: '₺250' }).waitFor();
  // Lowest, highest and now are right although the history is still to come.
  expect(await dialog.locator('.prices-history dd').allTextContents()).toEqual(['₺250', '₺300', '₺250']);
  const history = carol.waitForResponse('**/history');
  late.resolve();
  await history;
  await dialog.locator('.uplot canvas').waitFor();
  const dave = await visit('Dave', {}, `/prices?product=${id}`);
  await dave.getByText('Who added a product sets its price.').waitFor();
  expect(await dave.getByLabel('New price').count()).toBe(0);
});

it('imports a file, and names the lines that it leaves out', async () => {
  const alice = await visit('Alice');
  await alice.getByRole('button', { name: 'Add a product' }).click();
  await alice.getByLabel('From a file').check();
  const csv = 'sku,name,price\nA-1,Imported spoon,12.50\nA-2,Imported fork,free\n';
  await alice
    .getByLabel('CSV or JSON lines')
    .setInputFiles({ name: 'prices.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await alice.getByRole('dialog').getByRole('button', { name: 'Add a product' }).click();
  await alice.locator('.prices-import[data-state=done]', { hasText: '1 refused' }).waitFor();
  await alice.locator('.prices-import li', { hasText: 'Line 3' }).waitFor();
  await alice.keyboard.press('Escape');
  await alice.locator('.prices-card', { hasText: 'Imported spoon' }).waitFor();
});

it('lets a visitor choose by which ways they are told of what', async () => {
  const alice = await visit('Alice-chooses');
  await alice.locator('.inbox-button').click();
  await alice.getByText('How you are told').click();
  const settings = alice.locator('.inbox-settings');
  await settings.getByLabel('Price drops: By email').uncheck();
  await settings.getByLabel('Email', { exact: true }).fill('alice@example.com');
  await settings.getByRole('button', { name: 'Save' }).click();
  await settings.getByText('Saved.').waitFor();
  const api = new Api({ url: server.url, bearer: tokenFor('alice-chooses') });
  expect((await api.get('/notifications/preferences')).body).toMatchObject({
    categories: { 'prices.drop': { push: true, email: false } },
  });
  expect((await api.get('/users/alice-chooses/contact')).body).toMatchObject({ email: 'alice@example.com' });
});

it('finds products', async () => {
  const id = await add('Çaydanlık');
  const alice = await visit('Alice');
  await alice.getByRole('searchbox').fill('caydanlik');
  await card(alice, id).waitFor();
  await alice.getByRole('searchbox').fill('nothing of this name');
  await alice.getByText('Nothing like that is here.').waitFor();
});

it('catches up with what it missed while it was offline', async () => {
  const id = await add('Fan', 70_00);
  const alice = await visit('Alice', { expectedErrors: /net::|WebSocket|Failed to load/ });
  await card(alice, id).waitFor();
  await alice.context().setOffline(true);
  await alice.locator('.connection-mark[data-live=false]').waitFor();
  await setPrice(id, 60_00);
  await alice.context().setOffline(false);
  await card(alice, id).locator('b', { hasText: '₺60' }).waitFor();
});

it('shows the price of now on a card that comes back into view', async () => {
  for (let each = 0; each < 12; each += 1) await add('Below');
  const id = await add('Scrolled away');
  const alice = await visit('Alice', { viewport: { width: 320, height: 500 } });
  const api = new Api({ url: server.url, bearer: server.apiKey });
  const lookers = async () => (await api.get(`/channels/product:${id}/presence`)).body.members;
  await expect.poll(lookers).toMatchObject([{ user: 'alice' }]);
  await alice.locator('.prices-card').last().scrollIntoViewIfNeeded();
  await expect.poll(lookers).toEqual([]);
  await setPrice(id, 30_00);
  await card(alice, id).scrollIntoViewIfNeeded();
  await card(alice, id).locator('b', { hasText: '₺30' }).waitFor();
});

it('loses no product that comes while the list is read', async () => {
  await add('Before');
  const page = await openPage(browser, `${server.url}/prices`);
  let added: string | undefined;
  await page.route('**/api/v1/prices/products?*', async (route) => {
    const response = await route.fetch();
    if (added === undefined) {
      added = await add('Meanwhile');
      await card(page, added).waitFor();
    }
    await route.fulfill({ response });
  });
  await page.locator('.sign-in input').fill('Alice');
  await page.locator('.sign-in input').press('Enter');
  await page.locator('.prices-cards[aria-busy=false]').waitFor();
  expect(await card(page, added ?? '').count()).toBe(1);
});

it.each([
  [320, 'en-GB'],
  [360, 'ru-RU'],
  [375, 'uk-UA'],
  [360, 'tr-TR'],
  [1600, 'en-GB'],
])('never scrolls sideways: %i px wide, %s', async (width, locale) => {
  const id = await add('Kulaklık kablosuz gürültü önleyici profesyonel', 1_234_567_89);
  const page = await visit('Alice', { viewport: { width, height: 780 }, locale });
  await card(page, id).waitFor();
  const overflow = () =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.locator('.inbox-button').click();
  await page.locator('.inbox-panel summary').click();
  await page.locator('.inbox-settings').waitFor();
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.keyboard.press('Escape');
  await card(page, id).locator('.prices-card-open').click();
  await page.getByRole('dialog').waitFor();
  const inside =
    "document.querySelector('dialog').scrollWidth - document.querySelector('dialog').clientWidth";
  expect(await page.evaluate<number>(inside)).toBeLessThanOrEqual(0);
});

it('works from the keyboard', async () => {
  const id = await add('Keyboard');
  const alice = await visit('Alice');
  await card(alice, id).waitFor();
  await card(alice, id).locator('.prices-card-open').focus();
  await alice.keyboard.press('Enter');
  await alice.getByRole('dialog').waitFor();
  await alice.keyboard.press('Escape');
  await alice.getByRole('dialog').waitFor({ state: 'detached' });
  await alice.locator('.inbox-button').focus();
  await alice.keyboard.press('Enter');
  await alice.getByRole('region', { name: 'Notifications', exact: true }).waitFor();
  await alice.keyboard.press('Escape');
  await expect.poll(() => alice.evaluate('document.activeElement.className')).toBe('inbox-button');
});

it('says so when its code cannot be loaded, and tries again', async () => {
  const page = await openPage(browser, server.url, { expectedErrors: /ERR_FAILED/ });
  let away = true;
  await page.route(/\/assets\/(prices-page|toasts)-.*\.js/, (route) =>
    away ? route.abort() : route.continue(),
  );
  await page.getByRole('navigation').getByRole('link', { name: 'Prices' }).click();
  await page.locator('.sign-in input').fill('Alice');
  await page.locator('.sign-in input').press('Enter');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  away = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.connection-mark[data-live=true]').waitFor();
});
