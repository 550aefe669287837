/**
 * The panel's own client code, unchanged, in a real browser: its document's HTML, a stock socket.io-client, users and threads
 * with numbers, and a visitor who is known by a cookie.
 *
 * @module
 */
import type { Browser } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { openPanel } from '../support/forum/panel-page.ts';
import { type RunningForum, startForum } from '../support/forum/start-forum.ts';

let browser: Browser;
let forum: RunningForum;

const THREAD = 12;

beforeAll(async () => {
  browser = await launchBrowser();
  forum = await startForum({ config: { auth: { cookie: 'session' } } });
  expect((await forum.backend.call('PUT', '/forum/boards/3', { name: 'Maps' })).status).toBe(200);
  const { status, text } = await forum.backend.post('/forum/boards/3/threads', {
    id: String(THREAD),
    user_id: '1',
    username: 'Root',
    title: 'Rotation',
    content: 'Which maps?',
  });
  expect([status, text]).toEqual([201, expect.anything()]);
  for (const id of ['main', 'secondary']) {
    const made = await forum.backend.call('PUT', `/forum/servers/${id}`, { name: id, type: 'push' });
    expect([made.status, made.text]).toEqual([200, expect.anything()]);
  }
});

it('shows a thread’s activity and who types, and tells of posts', async () => {
  const { url } = forum;
  const deniz = await openPanel(browser, { url, user: 7, name: 'Deniz', thread: THREAD });
  const sam = await openPanel(browser, { url, user: 8, name: 'Sam', thread: THREAD });
  for (const panel of [deniz, sam]) {
    await panel.run('forum-updates.js');
    await panel.run('user-status.js');
    await panel.called('connected', [expect.objectContaining({ status: 'ok' })]);
    await panel.called('authenticated', [expect.objectContaining({ status: 'success' })]);
    // What the thread has seen so far.
    await panel.page.locator('#forum-activity').getByText('Root: Which maps?').waitFor();
  }
  await deniz.emit('typing_start', { user_id: 7, thread_id: THREAD });
  await sam.page.locator('#typing-indicators').getByText('Deniz is typing...').waitFor();
  expect(await deniz.page.locator('#typing-indicators').textContent()).not.toContain('typing...');
  await deniz.emit('forum_post', { user_id: 7, thread_id: THREAD, content: 'etl_sp_delivery <b>!</b>' });
  await deniz.emit('typing_stop', { user_id: 7, thread_id: THREAD });
  await expect.poll(() => sam.page.locator('#typing-indicators').textContent()).toBe('');
  for (const panel of [deniz, sam]) {
    await panel.called('forum_update', [
      'new_post',
      expect.objectContaining({ user_id: '7', username: 'Deniz' }),
    ]);
    await panel.page.locator('#forum-activity').getByText('Deniz: etl_sp_delivery <b>!</b>').waitFor();
  }
  // Nobody is somebody else.
  expect(await sam.emit('forum_post', { user_id: 7, thread_id: THREAD, content: 'Not me' })).toMatchObject({
    ok: false,
    error: { code: 'forbidden' },
  });
  await sam.emit('get_online_users', {});
  await sam.called('online_users_list', [expect.objectContaining({ count: 2 })]);

  await deniz.page.context().close();
  await sam.called('updateUserStatus', ['7', false]);
  // Nothing more is heard of what was left.
  await sam.emit('leave_forum', { user_id: 8, thread_id: THREAD });
  await forum.as('9', { name: 'Nine' }).post(`/forum/threads/${THREAD}/posts`, { content: 'After' });
  await sam.emit('get_online_users', {});
  expect(await sam.page.locator('#forum-activity').getByText('Nine: After').count()).toBe(0);
});

it('shows game servers, and tells of replies as the browser’s notifications', async () => {
  const status = { online: true, players: 15, max_players: 32, map: 'etl_sp_delivery', ping: 45 };
  expect((await forum.backend.post('/forum/servers/main/status', status)).status).toBe(200);
  const olena = await openPanel(browser, { url: forum.url, user: 21, name: 'Олена', thread: THREAD });
  await olena.run('server-status.js');
  await olena.called('updateServerDisplay', ['main', expect.objectContaining({ players: 15 })]);
  await olena.called('updateServerDisplay', ['secondary', expect.anything()]);
  await forum.backend.post('/forum/servers/main/status', { ...status, players: 16, map: 'goldrush' });
  const main = olena.page.locator('.server-status-item[data-server-id=main]');
  await main.getByText('Players: 16/32').waitFor();
  await main.getByText('Map: goldrush').waitFor();
  await main.getByText('Ping: 45ms').waitFor();

  await olena.run('notifications.js');
  await olena.emit('forum_post', { user_id: 21, thread_id: THREAD, content: 'Хто грає?' });
  const posted = await forum
    .as('22', { name: 'Root' })
    .post(`/forum/threads/${THREAD}/posts`, { content: 'Ми всі, @21' });
  expect(posted.status).toBe(201);
  await olena.called('showBrowserNotification', [
    'Root mentioned you',
    'Rotation: Ми всі, @21',
    expect.stringContaining(String(THREAD)),
  ]);
  expect(await olena.page.evaluate('Notification.permission')).toBe('granted');
});

it('stands the document’s tools, and events that nobody knows', async () => {
  const sam = await openPanel(browser, { url: forum.url, user: 31, name: 'Sam', thread: THREAD });
  await sam.run('debug-tools.js');
  await sam.run('custom-events.js');
  expect(await sam.page.evaluate('logged')).toContainEqual(['Socket connected:', true]);
  await sam.emit('get_online_users', {});
  await expect
    .poll(() => sam.page.evaluate('logged'))
    .toContainEqual(['Event received:', 'online_users_list', [expect.anything()]]);
});
