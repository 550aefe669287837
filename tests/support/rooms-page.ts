/**
 * The page /rooms in a real browser, against a real server, by what a visitor sees and does.
 *
 * @module
 */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { Api } from './api.ts';
import { launchBrowser, openPage, type PageOptions } from './browser.ts';
import { member, type RunningRooms } from './start-rooms.ts';

/** What the users of these tests are called. */
const NAMES: Readonly<Record<string, string>> = { ayse: 'Ayşe', olena: 'Олена', sam: 'Sam' };

function nameOf(user: string): string {
  return NAMES[user] ?? user;
}

function tokenOf(user: string): string {
  return member(user, { name: nameOf(user) });
}

/** What a browser says of a server that cannot be reached. */
export const OFFLINE_ERRORS = /ERR_|WebSocket|Failed to (load|fetch)/;

let browser: Browser | undefined;

/** Starts a browser for the file; for `beforeAll`. */
export async function startRoomsBrowser(): Promise<void> {
  browser = await launchBrowser();
}

/** Opens a room, and makes others its members. */
export async function makeRoom(
  { url }: RunningRooms,
  users: readonly string[],
  room: { readonly id?: string; readonly name: string; readonly private?: boolean },
): Promise<string> {
  const [owner = '', ...others] = users;
  const as = (user: string) => new Api({ url, bearer: tokenOf(user) });
  const { status, body, text } = await as(owner).post('/rooms', room);
  if (status !== 201) throw new Error(`the room was answered ${status}: ${text}`);
  const id = body.id as string;
  for (const user of others) await as(user).post('/commands/join_room', { roomId: id });
  return id;
}

/** Writes over HTTP, as from another device. */
export async function say(api: Api, roomId: string, ...texts: readonly string[]): Promise<void> {
  for (const message of texts) {
    const { status, text } = await api.post('/commands/send_message', { roomId, message });
    if (status !== 200) throw new Error(`the message was answered ${status}: ${text}`);
  }
}

/** A tab with the chat. */
export class RoomsTab {
  readonly page: Page;
  readonly log: Locator;
  readonly field: Locator;

  constructor(page: Page) {
    this.page = page;
    this.log = page.getByRole('log');
    this.field = page.locator('.rooms-composer textarea');
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  /** What stands in the log, from top to bottom. */
  texts(): Promise<string[]> {
    return this.log.locator('.rooms-text').allTextContents();
  }

  /** Waits until the log is exactly this. */
  async shows(texts: readonly string[]): Promise<void> {
    await expect.poll(() => this.texts()).toEqual(texts);
  }

  /** Waits for a message. */
  async sees(text: string): Promise<void> {
    await this.message(text).waitFor();
  }

  message(text: string): Locator {
    return this.log.locator('.rooms-message').filter({ hasText: text });
  }

  async write(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** A room in the list. */
  room(name: string): Locator {
    return this.page.locator('.rooms-link').filter({ hasText: name });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** How many messages of a room the list says are unread; 0 where it says nothing. */
  async unread(name: string): Promise<number> {
    const [mark = '0'] = await this.room(name).locator('.rooms-unread [aria-hidden]').allTextContents();
    return Number(mark);
  }

  /** Another tab of the same browser and visitor. */
  async another(url: string): Promise<RoomsTab> {
    const page = await this.context.newPage();
    await page.goto(url);
    return new RoomsTab(page);
  }

  /** Whether the page is wider than the window. */
  overflows(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  }
}

export interface TabOptions extends PageOptions {
  /** The room that the address names. */
  readonly room?: string;
}

/** Opens the chat as a user in a browser of their own. */
export async function openRooms(
  url: string,
  user: string,
  { room, ...options }: TabOptions = {},
): Promise<RoomsTab> {
  if (!browser) throw new Error('There is no browser: startRoomsBrowser() comes first.');
  const visitor = JSON.stringify({ user, name: nameOf(user), token: tokenOf(user) });
  const address = `${url}/rooms${room === undefined ? '' : `?room=${room}`}`;
  const page = await openPage(browser, address, {
    ...options,
    prepare: (context) =>
      context.addInitScript((who) => {
        // The empty page of a new tab has none.
        if (location.protocol === 'http:') sessionStorage.setItem('tidings.visitor', who);
      }, visitor),
  });
  return new RoomsTab(page);
}
