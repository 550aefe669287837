/**
 * A page of the panel as its own document has it: its HTML and its client code unchanged, with a stock socket.io-client. Only
 * what the document leaves to the application (`updateServerDisplay`, what stands in its empty elements) is given.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openPage } from '../browser.ts';
import { forumToken } from './start-forum.ts';

/** A piece of the document. */
export type Piece =
  | 'custom-events.js'
  | 'dashboard.html'
  | 'debug-tools.js'
  | 'forum-updates.js'
  | 'notifications.js'
  | 'server-status.js'
  | 'thread-page.html'
  | 'user-status.js';

/** The document, word for word. */
export function documented(piece: Piece): string {
  return readFileSync(join(import.meta.dirname, 'document', `${piece}.txt`), 'utf8');
}

const SOCKET_IO = readFileSync(
  join(import.meta.dirname, '../../../node_modules/socket.io-client/dist/socket.io.min.js'),
);

/** What the panel makes of what it hears, where its document says only that it does. */
const APPLICATION = `
window.calls = [];
window.logged = [];
const log = console.log;
console.log = (...args) => { logged.push(args); log(...args); };
const customData = { n: 1 };
function updateUserStatus(user, online) { calls.push(['updateUserStatus', user, online]); }
function showBrowserNotification(title, body, url) { calls.push(['showBrowserNotification', title, body, url]); }
function updateServerDisplay(id, status) {
  calls.push(['updateServerDisplay', id, status]);
  const item = document.querySelector('[data-server-id="' + id + '"]');
  if (!item) return;
  item.querySelector('.server-players').textContent = 'Players: ' + status.players + '/' + status.max_players;
  item.querySelector('.server-map').textContent = 'Map: ' + status.map;
  item.querySelector('.server-ping').textContent = 'Ping: ' + status.ping + 'ms';
}
const typing = new Map();
socket.on('user_typing', ({ user_id, username, action }) => {
  if (action === 'start') typing.set(user_id, username);
  else typing.delete(user_id);
  document.getElementById('typing-indicators').textContent = [...typing.values()].map((name) => name + ' is typing...').join(' ');
});
socket.on('forum_activity', ({ activity }) => {
  for (const { username, excerpt } of activity) {
    const entry = document.createElement('p');
    entry.textContent = username + ': ' + excerpt;
    document.getElementById('forum-activity').append(entry);
  }
});
socket.on('forum_update', ({ type, data }) => calls.push(['forum_update', type, data]));
for (const event of ['connected', 'authenticated', 'online_users_list'])
  socket.on(event, (data) => calls.push([event, data]));
`;

export interface PanelOptions {
  /** The Tidings server. */
  readonly url: string;
  /** Numbers, as those of a database. */
  readonly user: number;
  readonly name: string;
  readonly thread: number;
}

/** A page of the panel. */
export class PanelPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** What a function was called with, or an event brought; waits until there is such a one. */
  async called(name: string, match: Readonly<Record<string, unknown>> | readonly unknown[] = []) {
    await expect
      .poll(async () => (await this.calls()).filter(([each]) => each === name).map((call) => call.slice(1)))
      .toContainEqual(expect.objectContaining(match));
  }

  calls(): Promise<readonly (readonly unknown[])[]> {
    return this.page.evaluate('calls');
  }

  /** Sends a command as the panel does. @returns its answer, which the panel itself does not ask for */
  emit(event: string, data: object): Promise<unknown> {
    return this.page.evaluate(`socket.emitWithAck(${JSON.stringify(event)}, ${JSON.stringify(data)})`);
  }

  /** Runs a piece of the document. */
  async run(piece: Piece): Promise<void> {
    await this.page.addScriptTag({ content: documented(piece) });
  }
}

/** Opens the panel as somebody who is signed in, that is with a cookie, and waits until it is connected. */
export async function openPanel(browser: Browser, options: PanelOptions): Promise<PanelPage> {
  const { url, user, name } = options;
  const page = await openPage(browser, 'about:blank', {
    // For the browser what a test serves comes from nowhere near.
    permissions: ['notifications', 'local-network-access'],
  });
  const context = page.context();
  await context.addCookies([{ name: 'session', value: forumToken(String(user), { name }), url }]);
  // The panel and its realtime server are one address, as in the document.
  const fulfil = (path: string, body: string | Buffer, contentType: string) =>
    context.route(url + path, (route) => route.fulfill({ body, contentType }));
  await fulfil('/panel', pageOf(options), 'text/html; charset=utf-8');
  await fulfil('/panel/socket.io.js', SOCKET_IO, 'text/javascript');
  await page.goto(`${url}/panel`);
  await expect.poll(() => page.evaluate('socket.connected')).toBe(true);
  return new PanelPage(page);
}

function pageOf({ user, thread }: PanelOptions): string {
  return `<!doctype html><html><head><meta charset="utf-8"><title>panel</title><link rel="icon" href="data:,">
<script src="/panel/socket.io.js"></script></head><body>
${documented('thread-page.html')}
${documented('dashboard.html')}
<script>
const userId = ${user};
const threadId = ${thread};
const socket = io();
${APPLICATION}
</script>
</body></html>`;
}
