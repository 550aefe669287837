/**
 * The forum at /forum, used by several visitors at once.
 *
 * @module
 */
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { type ForumSite, openForum, startForumSite } from '../support/forum/forum-tab.ts';

let browser: Browser;
let site: ForumSite;

beforeAll(async () => {
  browser = await launchBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
  site = await startForumSite();
});

/** What a browser says of a server that cannot be reached. */
const OFFLINE_ERRORS = /ERR_|WebSocket|Failed to (load|fetch)/;

describe('a thread', () => {
  it('lets two people talk, and shows who is here and who types', async () => {
    const thread = await site.thread('talk', 'Which maps?');
    const sam = await openForum(browser, site.url, 'sam', '?board=talk');
    const ayse = await openForum(browser, site.url, 'ayse', `?thread=${thread}`);
    await ayse.here('Ayşe');
    const olena = await openForum(browser, site.url, 'olena', `?thread=${thread}`);
    await ayse.here('Ayşe', 'Олена');

    await ayse.field.pressSequentially('supply');
    await olena.page.getByText('Ayşe is typing…').waitFor();
    await ayse.field.press('Control+Enter');
    await olena.shows(['The first post', 'supply']);
    await olena.page.getByText('Ayşe is typing…').waitFor({ state: 'detached' });
    await expect.poll(() => ayse.field.inputValue()).toBe('');

    // An answer quotes; a name is chosen by the keyboard.
    await olena.post('supply').getByRole('button', { name: 'Reply #2' }).click();
    await olena.field.pressSequentially('Так, @ay');
    await olena.page.getByRole('option', { name: 'Ayşe @ayse' }).waitFor();
    await olena.field.press('Enter');
    await expect.poll(() => olena.field.inputValue()).toBe('Так, @ayse ');
    await olena.field.press('Control+Enter');
    await ayse.post('Так, @ayse').locator('.forum-quote').getByText('supply').waitFor();
    await ayse.page.getByText('Олена mentioned you').first().waitFor();
    await ayse.page.locator('.forum-activity').getByText('Так, @ayse').waitFor();

    // Whoever looks at the board sees it, too.
    const row = sam.page.locator('.forum-thread', { hasText: 'Which maps?' });
    await row.getByText('3 new').waitFor();
    await row.getByText(/last: Олена/).waitFor();

    await ayse.post('supply').getByRole('button', { name: 'Edit #2' }).click();
    await ayse.field.fill('supply and goldrush');
    await ayse.button('Save').click();
    await olena.post('supply and goldrush').getByText('edited').waitFor();
    const own = ayse.post('supply and goldrush');
    await own.getByRole('button', { name: 'Delete #2' }).click();
    await own.getByRole('button', { name: 'Delete for everybody #2' }).click();
    await olena.posts.getByText('This post was deleted.').first().waitFor();
    await olena.shows(['The first post', 'Так, @ayse']);

    await olena.page.context().close();
    await ayse.here('Ayşe');
  });

  it('keeps what is written without a connection, shows that it waits, and sends it once', async () => {
    const thread = await site.thread('away', 'Tunnels');
    const proxy = await CutProxy.start(site.url);
    const olena = await openForum(browser, site.url, 'olena', `?thread=${thread}`);
    const ayse = await openForum(browser, proxy.url, 'ayse', `?thread=${thread}`, {
      expectedErrors: OFFLINE_ERRORS,
    });
    await olena.here('Ayşe', 'Олена');
    proxy.refuse();
    proxy.cut();
    await ayse.page.locator('.connection-mark[data-live=false]').waitFor();
    await ayse.write('one');
    await ayse.write('two');
    await ayse.shows(['The first post', 'one', 'two']);
    for (const text of ['one', 'two']) await ayse.post(text).getByText('Waiting to be sent').waitFor();
    await olena.write('meanwhile');
    await olena.shows(['The first post', 'meanwhile']);
    proxy.accept();
    for (const tab of [ayse, olena]) await tab.shows(['The first post', 'meanwhile', 'one', 'two']);
    await ayse.page.getByText('Waiting to be sent').first().waitFor({ state: 'detached' });
  });

  it('shows HTML as text, and files that are dropped', async () => {
    const thread = await site.thread('files', '<b>Bold</b> title');
    const hostile = '<img src=x onerror="document.title=1"> & <b>bold</b>';
    const ayse = await openForum(browser, site.url, 'ayse', `?thread=${thread}`);
    const olena = await openForum(browser, site.url, 'olena', `?thread=${thread}`);
    await ayse.write(hostile);
    await olena.shows(['The first post', hostile]);
    expect(await olena.posts.locator('img').count()).toBe(0);
    await olena.page.getByRole('heading', { name: '<b>Bold</b> title' }).waitFor();

    const file = {
      name: 'config.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('set sv_maxclients 32\n'),
    };
    await ayse.page.locator('input[type=file]').setInputFiles(file);
    const link = olena.page.getByRole('button', { name: 'config.txt: download' });
    await link.waitFor();
    const [download] = await Promise.all([olena.page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('config.txt');
    const saved = await download.createReadStream();
    expect(Buffer.concat(await saved.toArray()).toString()).toBe('set sv_maxclients 32\n');
    const dataTransfer = await ayse.page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['oasis\n'], 'maps.txt', { type: 'text/plain' }));
      return data;
    });
    await ayse.page.locator('.forum-drop').dispatchEvent('drop', { dataTransfer });
    await olena.page.getByRole('button', { name: 'maps.txt: download' }).waitFor();
  });

  it('has a document in which two write at once, also what one writes alone', async () => {
    const thread = await site.thread('doc', 'Plans');
    const proxy = await CutProxy.start(site.url);
    const place = `?thread=${thread}&view=document`;
    const olena = await openForum(browser, site.url, 'olena', place);
    const ayse = await openForum(browser, proxy.url, 'ayse', place, { expectedErrors: OFFLINE_ERRORS });
    const editor = (tab: typeof ayse) => tab.page.locator('.cm-content');
    await editor(ayse).click();
    await ayse.page.keyboard.type('Saturday');
    await editor(olena).getByText('Saturday').waitFor();
    // Where somebody else writes is seen.
    await olena.page.locator('.cm-ySelectionInfo', { hasText: 'Ayşe' }).waitFor({ state: 'attached' });

    proxy.refuse();
    proxy.cut();
    await ayse.page.locator('.connection-mark[data-live=false]').waitFor();
    await ayse.page.keyboard.press('Control+End');
    await ayse.page.keyboard.type(' evening');
    await ayse.page.getByText('No connection. What you write is kept').waitFor();
    await editor(olena).click();
    await olena.page.keyboard.press('Control+Home');
    await olena.page.keyboard.type('Next ');
    await olena.page.getByText('Saved.').waitFor();
    proxy.accept();
    for (const tab of [ayse, olena]) {
      await expect.poll(() => editor(tab).textContent()).toMatch(/^Next Saturday evening/);
      await tab.page.getByText('Saved.').waitFor();
    }
  });

  it('has a call in which two see each other', async () => {
    const thread = await site.thread('call', 'Voices');
    const place = `?thread=${thread}&view=call`;
    const ayse = await openForum(browser, site.url, 'ayse', place);
    const olena = await openForum(browser, site.url, 'olena', place);
    for (const tab of [ayse, olena]) await tab.button('Join the call').click();
    const plays = (tab: typeof ayse, user: string) =>
      expect
        .poll(() =>
          tab.page
            .locator(`.forum-tile[data-user=${user}] video`)
            .evaluateAll((all) => all.map((each) => (each as HTMLVideoElement).videoWidth > 0)),
        )
        .toEqual([true]);
    await plays(ayse, 'olena');
    await plays(olena, 'ayse');
    await ayse.button('Mute').click();
    await ayse.button('Unmute').waitFor();
    await olena.button('Leave').click();
    await ayse.page.getByText('Nobody else is here yet.').waitFor();
  });
});

describe('the forum', () => {
  it('shows who is online, as they want to be seen', async () => {
    const ayse = await openForum(browser, site.url, 'ayse');
    const sam = await openForum(browser, site.url, 'sam');
    const row = ayse.page.locator('.forum-online li', { hasText: 'Sam' });
    await row.waitFor();
    await sam.page.locator('.forum-status summary').click();
    await sam.page.getByLabel('Busy').check();
    await sam.page.getByLabel('What you are up to').fill('Compiling');
    await sam.button('Save').click();
    await row.getByText('Compiling').waitFor();
    await row.getByText('Busy').waitFor({ state: 'attached' });
    await sam.page.locator('.forum-status summary').click();
    await sam.page.getByLabel('Invisible').check();
    await sam.button('Save').click();
    await row.waitFor({ state: 'detached' });
  });

  it('begins a thread that others see at once, and counts what is unread until it is read', async () => {
    await site.thread('fresh', 'Old one');
    const olena = await openForum(browser, site.url, 'olena', '?board=fresh');
    const ayse = await openForum(browser, site.url, 'ayse', '?board=fresh');
    await ayse.button('New thread').click();
    await ayse.page.getByLabel('Title', { exact: true }).fill('Fresh one');
    await ayse.page.getByLabel('First post').fill('Who comes?');
    await ayse.button('Begin the thread').click();
    await ayse.shows(['Who comes?']);
    const row = olena.page.locator('.forum-thread', { hasText: 'Fresh one' });
    await row.getByText('1 new').waitFor();
    // Another device of the same visitor reads it.
    const phone = await openForum(browser, site.url, 'olena', '?board=fresh');
    await phone.page.getByRole('link', { name: 'Fresh one' }).click();
    await phone.shows(['Who comes?']);
    await row.getByText('1 new').waitFor({ state: 'detached' });
  });

  it('shows game servers as they are now', async () => {
    const { backend } = site;
    const tell = (status: object) => backend.post('/forum/servers/main/status', status);
    await backend.call('PUT', '/forum/servers/main', { name: 'Main', type: 'push' });
    const running = { online: true, players: 15, max_players: 32, map: 'etl_sp_delivery', ping: 45 };
    await tell(running);
    const ayse = await openForum(browser, site.url, 'ayse', '?tab=servers');
    const card = ayse.page.locator('[data-server-id=main]');
    await card.getByText('15/32').waitFor();
    await card.getByRole('button', { name: 'Notify me' }).click();
    await card.getByRole('button', { name: 'Notifying you' }).waitFor();
    await tell({ ...running, players: 17, map: 'goldrush' });
    await card.getByText('17/32').waitFor();
    await card.getByText('goldrush').waitFor();
    await tell({ online: false });
    await card.getByText('Down').waitFor();
  });

  it('has moderators decide on what was held back', async () => {
    const thread = await site.thread('queue', 'Rules');
    const mod = await openForum(browser, site.url, 'mod', '?tab=moderation');
    await mod.page.getByLabel('Word', { exact: true }).fill('casino');
    await mod.button('Add').click();
    await mod.page.getByText('casino waits for a moderator').waitFor();
    const sam = await openForum(browser, site.url, 'sam', `?thread=${thread}`);
    await sam.write('A casino opens');
    await sam.post('A casino opens').getByText('It waits for a moderator').waitFor();
    const item = mod.page.locator('.forum-queue-item', { hasText: 'A casino opens' });
    await item.getByRole('button', { name: 'Let it through' }).click();
    await item.waitFor({ state: 'detached' });
    await sam.post('A casino opens').getByText('#2').first().waitFor();
    await sam.shows(['The first post', 'A casino opens']);
    await mod.page.goto(`${site.url}/forum?thread=${thread}`);
    await mod.settled();
    await mod.button('Manage').click();
    await mod.page.getByLabel('Lock it').check();
    await mod.button('Save').click();
    await sam.page.getByText('This thread is locked.').waitFor();
  });

  it('fits a window of 320 pixels, in every language', async () => {
    const thread = await site.thread('narrow', 'Донаудампфшиффартсгезельшафтскапитэн '.repeat(3));
    const tab = await openForum(browser, site.url, 'mod', '', { viewport: { width: 320, height: 700 } });
    const places = ['', '?board=narrow', `?thread=${thread}`, '?tab=servers', '?tab=moderation'];
    const parts = [`?thread=${thread}&view=document`, `?thread=${thread}&view=call`];
    for (const language of ['en', 'tr', 'ru', 'uk']) {
      await tab.page.locator('.shell-choices select').selectOption(language);
      for (const place of [...places, ...parts]) {
        await tab.go(place);
        expect([language, place, await tab.overflow()]).toEqual([language, place, 0]);
      }
    }
  });
});
