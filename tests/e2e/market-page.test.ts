/**
 * The page of the market, used by buyers, sellers and the support at once.
 *
 * @module
 */
import type { Browser } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import { startKitPages } from '../support/kit-pages.ts';
import { MarketServer } from '../support/market/market-tab.ts';

let browser: Browser;
let market: MarketServer;

beforeAll(async () => {
  const pages = await startKitPages(['market'], { presence: { grace: 0 } });
  browser = pages.browser;
  market = new MarketServer(pages.server.url);
});

it('has a buyer and a seller meet, and both see their order go its way', async () => {
  const id = await market.add('Air Nimbus 1');
  await market.place('ask', 'sam', id, 220);
  const buyer = await market.open(browser, 'olena');
  const seller = await market.open(browser, 'sam', '?tab=offers');
  expect(await seller.page.locator('.market-offers li[data-status=open]').textContent()).toContain('$220');

  await buyer.card(id).getByRole('link').click();
  await buyer.settled();
  await expect.poll(() => buyer.tile('ask').textContent()).toBe('$220');
  // What others bid is seen as it comes.
  await market.place('bid', 'ayse', id, 200);
  await expect.poll(() => buyer.tile('bid').textContent()).toBe('$200');
  await market.place('bid', 'ayse', id, 210);
  await buyer.page.locator('.market-tile[data-side=bid] [data-direction=up]', { hasText: '$210' }).waitFor();
  const depth = buyer.page.locator('.market-depth table[data-side=bid] tbody');
  await expect.poll(() => depth.locator('td:first-child').allTextContents()).toEqual(['$210', '$200']);

  await buyer.page.getByLabel('What you would pay').fill('225');
  await buyer.page.getByText('That meets the lowest ask: you buy at once, for $220.').waitFor();
  await buyer.button('Bid $225').click();
  await buyer.page.getByText('INSTANT MATCH!').waitFor();
  // Both at the price of who was there first.
  await buyer.page.getByText('You bought for $220!').first().waitFor();
  await seller.page.locator('.market-match', { hasText: 'You sold for $220!' }).waitFor();
  await seller.page.locator('.market-offers li[data-status=matched]').waitFor();
  await expect.poll(() => buyer.tile('ask').textContent()).toBe('—');
  await buyer.page.locator('.market-trades li', { hasText: '$220' }).waitFor();
  await buyer.page.locator('.market-canvas canvas').first().waitFor();

  await buyer.page.getByRole('link', { name: 'To the order' }).click();
  const bought = buyer.page.locator('.market-order[data-selected=true]');
  await bought.waitFor();
  await buyer.page.locator('.market-match').waitFor({ state: 'detached' });
  const order = Number(await bought.getAttribute('data-order'));
  await seller.goTo('Orders');
  const step = (tab: typeof buyer, status: string) =>
    tab.order(order).locator(`[data-status=${status}][aria-current=step]`).waitFor();
  await step(buyer, 'placed');
  await market.backend.post(`/market/orders/${order}/status`, { status: 'payment_confirmed' });
  await step(buyer, 'payment_confirmed');
  await seller.page.getByLabel('Carrier').fill('Nova Poshta');
  await seller.page.getByLabel('Tracking number').fill('59000123');
  await seller.button('It is shipped').click();
  await step(buyer, 'shipped');
  await bought.getByText('Parcel: Nova Poshta 59000123').waitFor();
  await buyer.button('I have received it').click();
  await step(seller, 'delivered');
  await step(buyer, 'delivered');
});

it('shows what is new, what has dropped, and tells who watches', async () => {
  const olena = await market.open(browser, 'olena', '', { locale: 'uk-UA' });
  const id = await market.add('Кросівки <b>Хмара</b>');
  await olena.card(id).getByText('Новинка').waitFor();
  await expect.poll(() => olena.page.locator('.market-card').first().getAttribute('data-product')).toBe(id);
  expect(await olena.card(id).locator('b b').count()).toBe(0);
  await market.place('ask', 'sam', id, 300);
  await expect.poll(() => olena.card(id).locator('[data-side=ask] b').textContent()).toMatch(/^300\s\$$/);

  await olena.card(id).getByRole('link').click();
  const watch = olena.page.getByRole('form', { name: 'Повідомити про ціну' });
  await watch.getByLabel('Не дорожче ніж').fill('250');
  await watch.getByRole('button', { name: 'Відстежувати' }).click();
  await watch.getByRole('button', { name: 'Не відстежувати' }).waitFor();
  await market.place('ask', 'ayse', id, 240);
  await olena.page.locator('[data-sonner-toast]', { hasText: '240' }).waitFor();
  await olena.page.getByRole('link', { name: 'Усі кросівки' }).click();
  await olena.card(id).getByText('Ціну знижено!').waitFor();
  await olena.page.getByLabel('Стежу (1)').check();
  await expect.poll(() => olena.page.locator('.market-card').count()).toBe(1);
});

it('has the support answer live', async () => {
  const olena = await market.open(browser, 'olena', '?tab=support');
  const irina = await market.enter(browser, 'irina', '?tab=support');
  await olena.button('New question').or(olena.page.getByLabel('What is it about?')).first().waitFor();
  await olena.page.getByLabel('What is it about?').fill('Wrong size');
  await olena.page.getByLabel('Your question').fill('They sent me a 41.');
  await olena.button('Send').click();
  const chat = olena.page.getByRole('log');
  await chat.getByText('They sent me a 41.').waitFor();

  await irina.page.getByRole('link', { name: /Wrong size/ }).click();
  await irina.button('Take it').click();
  await olena.page.getByText('Ирина answers').waitFor();
  await olena.page.getByText('The support is here').waitFor();
  await irina.page.getByLabel('Message', { exact: true }).pressSequentially('Sorry');
  await olena.page.getByText('Ирина is typing…').waitFor();
  // Who is elsewhere is told that there is an answer.
  await olena.goTo('Market');
  await irina.page.getByLabel('Message', { exact: true }).press('Enter');
  await irina.page.getByRole('log').getByText('Sorry').waitFor();
  await olena.page.locator('.market-tabs').getByText('1 unread message').waitFor();
  await olena.goTo('Support');
  await olena.page.getByRole('link', { name: /Wrong size/ }).click();
  await chat.getByText('Sorry').waitFor();
  await olena.page.locator('.market-tabs .market-count').waitFor({ state: 'detached' });
  await irina.page.getByRole('log').getByText('Read').waitFor();
  await irina.button('Close').click();
  await olena.page.getByLabel('Message', { exact: true }).waitFor({ state: 'detached' });
});

it('says why an offer is refused, and takes one back', async () => {
  const id = await market.add('Refused');
  const sam = await market.open(browser, 'sam', `?product=${id}&size=43`, {
    expectedErrors: /status of 409/,
  });
  const form = sam.page.getByRole('form', { name: 'Buy or sell' });
  await sam.page.getByLabel('Sell', { exact: true }).check();
  for (const wrong of ['0', '-1', 'NaN', '1e400', '12.345']) {
    await form.getByRole('textbox').fill(wrong);
    await form.locator('button[type=submit]').click();
    await form.getByText('This is no price').waitFor();
  }
  await form.getByRole('textbox').fill('99.5');
  await form.locator('button[type=submit]').click();
  await form.getByText('Prices go by steps of $1.').waitFor();
  await form.getByRole('textbox').fill('150');
  await sam.button('Ask $150').click();
  await form.getByText('Your ask of $150 is placed.').waitFor();
  await sam.page.getByLabel('Buy', { exact: true }).check();
  await form.getByRole('textbox').fill('160');
  await sam.button('Bid $160').click();
  await form.getByText('That would meet your own offer').waitFor();
  await sam.button(/^Take back/).click();
  await sam.page.locator('.market-offers').waitFor({ state: 'detached' });
  await market.backend.call('PATCH', `/market/products/${id}`, { halted: true });
  await sam.page.getByText('Trading is paused').waitFor();
  expect(await form.locator('button[type=submit]').isDisabled()).toBe(true);
  await market.backend.call('DELETE', `/market/products/${id}`);
  await sam.page.getByText('not on the market').waitFor();
});

it('does not let a late answer undo what was heard since', async () => {
  const id = await market.add('Late');
  await market.place('bid', 'ayse', id, 200);
  const heard = Promise.withResolvers<void>();
  const olena = await market.open(browser, 'olena', `?product=${id}`, {
    prepare: (context) =>
      context.route(`**/api/v1/market/products/${id}`, async (route) => {
        const response = await route.fetch();
        await heard.promise;
        await route.fulfill({ response });
      }),
  });
  // The answer, which is held back, says $200; the book's own answer is not, and shows when the page hears.
  await olena.page.locator('.connection-mark[data-live=true]').waitFor();
  await market.backend.get(`/channels/sneaker:${id}/presence`);
  await expect
    .poll(async () => (await market.backend.get(`/channels/sneaker:${id}/presence`)).body.members)
    .toMatchObject([{ user: 'olena' }]);
  await market.place('bid', 'ayse', id, 210);
  heard.resolve();
  await expect.poll(() => olena.tile('bid').textContent()).toBe('$210');
});

it('catches up with what it missed while the server was out of reach', async () => {
  const id = await market.add('Cut');
  await market.place('ask', 'sam', id, 100);
  const proxy = await CutProxy.start(market.url);
  const olena = await new MarketServer(proxy.url).open(browser, 'olena', `?product=${id}`, {
    expectedErrors: /net::|WebSocket|Failed to load/,
  });
  proxy.refuse();
  proxy.cut();
  await olena.page.getByText('messages are kept and sent, bids and asks are not').waitFor();
  await olena.page.getByLabel('What you would pay').fill('95');
  await olena.button('Bid $95').click();
  await olena.page.getByText('Prices move, so it is not sent later by itself').waitFor();
  await market.place('ask', 'sam', id, 90);
  await market.place('bid', 'ayse', id, 90);
  proxy.accept();
  // As a browser says when the network is back.
  await olena.page.evaluate("dispatchEvent(new Event('online'))");
  await expect.poll(() => olena.tile('last').textContent()).toBe('$90');
  await expect.poll(() => olena.tile('ask').textContent()).toBe('$100');
  await olena.page.locator('.market-trades li', { hasText: '$90' }).waitFor();
  // What was typed is there still, and was not sent by itself.
  expect(await olena.page.getByLabel('What you would pay').inputValue()).toBe('95');
  await expect.poll(() => olena.tile('bid').textContent()).toBe('—');
  await olena.button('Bid $95').click();
  await olena.page.getByText('Your bid of $95 is placed.').waitFor();
});

it('buys once what is tried again because the answer was lost', async () => {
  const id = await market.add('Twice');
  await market.place('ask', 'sam', id, 100);
  await market.place('ask', 'ayse', id, 100);
  const keys: (string | undefined)[] = [];
  const olena = await market.open(browser, 'olena', `?product=${id}`, {
    expectedErrors: /net::|Failed to load/,
  });
  await olena.page.route('**/api/v1/market/bids', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(route.request().headers()['idempotency-key']);
    const response = await route.fetch();
    await (keys.length === 1 ? route.abort() : route.fulfill({ response }));
  });
  await olena.button('Buy now for $100').click();
  await olena.page.getByText('Prices move, so it is not sent later by itself').waitFor();
  await olena.button('Buy now for $100').click();
  await expect.poll(() => keys.length).toBe(2);
  expect(keys[1]).toBe(keys[0]);
  await expect.poll(() => olena.tile('ask').textContent()).toBe('$100');
});

it('works from the keyboard', async () => {
  const id = await market.add('Keyboard');
  await market.place('ask', 'sam', id, 100, '41');
  const olena = await market.open(browser, 'olena');
  await olena.card(id).getByRole('link').focus();
  await olena.page.keyboard.press('Enter');
  const size = olena.page.getByRole('radio', { name: /^41/ });
  await size.focus();
  await olena.page.keyboard.press('ArrowRight');
  await expect.poll(() => olena.page.getByRole('radio', { name: /^42/ }).isChecked()).toBe(true);
  expect(new URL(olena.page.url()).searchParams.get('size')).toBe('42');
  await olena.page.getByLabel('What you would pay').fill('70');
  await olena.page.keyboard.press('Enter');
  await olena.page.getByText('Your bid of $70 is placed.').waitFor();
});

it('never scrolls sideways, in any language', async () => {
  const name = 'Професійні кросівки надзвичайно_довга_назва_без_жодного_пробілу';
  const id = await market.add(name, { retail_amount: 123_456_789 });
  await market.place('ask', 'ayse', id, 98_765);
  await market.place('bid', 'olena', id, 98_765);
  await market.place('bid', 'olena', id, 87_654);
  const olena = await market.open(browser, 'olena', '', { viewport: { width: 320, height: 780 } });
  const look = async (language: string) => {
    await olena.page.locator('.shell-choices select').selectOption(language);
    for (const path of ['', `?product=${id}`, '?tab=offers', '?tab=orders', '?tab=support']) {
      await olena.page.evaluate(
        `history.pushState(null, '', '/market${path}'); dispatchEvent(new PopStateEvent('popstate'));`,
      );
      await olena.settled();
      expect(await olena.overflow(), `${language} ${path}`).toBeLessThanOrEqual(0);
    }
  };
  for (const language of ['uk', 'tr', 'ru', 'en']) await look(language);
  await olena.page.setViewportSize({ width: 1600, height: 900 });
  await look('en');
});
