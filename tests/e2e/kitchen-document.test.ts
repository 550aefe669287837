/**
 * The cooking app's own client code, unchanged, in a real browser: the class and the React hook of its document, a visitor
 * who is known by a cookie or nobody.
 *
 * @module
 */
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import {
  addressArgument,
  type ItCookPage,
  itCookHookScript,
  itCookScript,
  openItCook,
} from '../support/kitchen/it-cook-page.ts';
import { cook, type RunningKitchen, startKitchen } from '../support/kitchen/start-kitchen.ts';

let kitchen: RunningKitchen;
let proxy: CutProxy;
let browser: Browser;
let hook: string;

beforeAll(async () => {
  kitchen = await startKitchen({ auth: { cookie: 'session' } });
  proxy = await CutProxy.start(kitchen.url);
  browser = await launchBrowser([addressArgument(proxy.url)]);
  hook = await itCookHookScript();
});

const tell = async (call: string, body: object) => {
  const { status, text } = await kitchen.backend.post(`/realtime/notify/${call}`, body);
  expect([status, text]).toEqual([200, expect.anything()]);
};

/** Writes a post that the document's clients hear of. @returns its id */
async function write(content: string): Promise<string> {
  const { status, body } = await kitchen.as('author').post('/kitchen/posts', { content });
  expect(status).toBe(201);
  return String(body.id);
}

/** How long the document's clients wait before they come back, milliseconds. */
const WAIT = 5000;

/** Cuts a page's connection, and sees that it comes back by its own timer, and not before. */
async function comeBack({ page, logged }: ItCookPage, connected: string, closed: string): Promise<void> {
  await page.clock.pauseAt(Date.now() + 1000);
  proxy.cut();
  await logged(closed);
  const connections = () =>
    page.evaluate<number>(`lines.filter((line) => line.includes('${connected}')).length`);
  await page.clock.runFor(WAIT - 1);
  expect(await connections()).toBe(1);
  await page.clock.runFor(1);
  await logged(connected, 2);
  await page.clock.resume();
}

describe('ITCookWebSocket', () => {
  const connected = 'WebSocket connected';
  const closed = 'WebSocket disconnected';

  it('hears the community without a token, and is told what it may not do', async () => {
    const app = await openItCook(browser, { script: itCookScript() });
    await app.logged(connected);
    const post = await write('Суп готов');
    await app.logged('🔔 📢 Новый пост: author: Суп готов');
    await app.page.evaluate(`wsClient.startTyping('${post}')`);
    await app.logged('"unauthenticated"');
    await tell('system', { title: 'Обновление', message: 'В полночь' });
    await app.logged('🔔 Обновление: В полночь');
    await comeBack(app, connected, closed);
    // Its first heartbeat says that it hears what is for it.
    await app.page.waitForFunction('wsClient.ws.readyState === WebSocket.OPEN');
    await expect
      .poll(async () => {
        await write('Снова здесь');
        return app.page.evaluate("lines.some((line) => line.includes('Снова здесь'))");
      })
      .toBe(true);
  });

  it('hears what is for its user, who is known by the cookie, and says that it types', async () => {
    const app = await openItCook(browser, { script: itCookScript(), token: cook('olga') });
    await app.logged(connected);
    // An answer says that what was told before has been heard.
    await app.page.evaluate("wsClient.subscribe(['community', 'personal'])");
    await app.logged('"Subscribed"');
    const items = [{ name: 'Молоко' }, { name: 'Сыр' }];
    await tell('expiring-items', { user_id: 'olga', items });
    await app.logged('🔔 🧊 Холодильник: У вас 2 продуктов истекает в ближайшие дни');
    await tell('goal-achieved', { user_id: 'olga', goal_id: '1', title: 'Десять супов' });
    await app.logged('🔔 🏆 Цель достигнута!: Поздравляем с достижением: Десять супов');
    await tell('system', { user_id: 'olga', title: 'Привет', message: 'Только вам' });
    await app.logged('🔔 Привет: Только вам');

    const post = await write('Кто пишет?');
    const petr = await kitchen.raw('petr');
    await petr.subscribe(`post:${post}`);
    await app.page.evaluate(`wsClient.startTyping('${post}')`);
    expect(await petr.take('TypingStart')).toEqual({ post_id: post, user_id: 'olga' });
    await app.page.evaluate(`wsClient.stopTyping('${post}')`);
    expect(await petr.take('TypingStop')).toEqual({ post_id: post, user_id: 'olga' });
    await comeBack(app, connected, closed);
    await app.page.evaluate("wsClient.subscribe(['personal'])");
    await app.logged('"Subscribed"', 2);
    await tell('goal-achieved', { user_id: 'olga', goal_id: '2', title: 'Двадцать супов' });
    await app.logged('Поздравляем с достижением: Двадцать супов');
  });
});

describe('useITCookWebSocket', () => {
  const connected = 'WebSocket connected';
  const closed = 'WebSocket disconnected';

  it.each([
    ['nobody', undefined],
    ['a user', 'olga'],
  ])('shows what %s hears, and comes back', async (_who, user) => {
    const app = await openItCook(browser, { script: hook, ...(user ? { token: cook(user) } : {}) });
    const { page } = app;
    await page.getByText('Status: 🟢 Connected').waitFor();
    // The first heartbeat says that it hears what is for it.
    await page.locator('.notification', { hasText: 'Heartbeat' }).first().waitFor();
    // A backend's posts are taken as they are.
    const content = 'Пирог <b>с яблоками</b>';
    await tell('new-post', { post_id: 'b-1', author_name: 'IT Cook', content });
    await page.locator('.notification', { hasText: content }).waitFor();
    if (user) {
      await tell('recipe-generated', { user_id: user, recipe_id: '7', title: 'Борщ' });
      await page.locator('.notification', { hasText: 'RecipeGenerated' }).getByText('Борщ').waitFor();
    }
    await comeBack(app, connected, closed);
    await page.getByText('Status: 🟢 Connected').waitFor();
    await page.locator('.notification', { hasText: 'Heartbeat' }).nth(1).waitFor();
    await write('После разрыва');
    await page.locator('.notification', { hasText: 'После разрыва' }).waitFor();
  });
});
