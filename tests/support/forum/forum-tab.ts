/**
 * The page /forum in a real browser, against a real server, by what a visitor sees and does.
 *
 * @module
 */
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ForumOptions } from '../../../kits/forum/server/options.ts';
import { Api } from '../api.ts';
import { openPage, type PageOptions } from '../browser.ts';
import { startServer } from '../start-server.ts';
import { forumKit, forumToken } from './start-forum.ts';

/** What the users of these tests are called; `mod` is a moderator. */
const NAMES: Readonly<Record<string, string>> = { ayse: 'Ayşe', olena: 'Олена', sam: 'Sam', mod: 'Mehmet' };

function tokenOf(user: string): string {
  return forumToken(user, {
    name: NAMES[user] ?? user,
    ...(user === 'mod' ? { roles: ['moderator'] } : {}),
  });
}

/** A server with a forum whose clock is the machine's, as a browser's is. */
export interface ForumSite {
  readonly url: string;
  readonly backend: Api;
  as(user: string): Api;
  /** Makes a board with a thread. @returns the thread's id */
  thread(board: string, title: string): Promise<string>;
}

/** Starts one; it ends with the test. */
export async function startForumSite(options: Partial<ForumOptions> = {}): Promise<ForumSite> {
  const { url, apiKey } = await startServer({
    kits: [forumKit({ postsPerMinute: 1000, ...options })],
    presence: { grace: 0 },
  });
  const backend = new Api({ url, bearer: apiKey });
  const done = async (work: Promise<{ readonly status: number; readonly text: string }>) => {
    const { status, text } = await work;
    if (status >= 300) throw new Error(`it was answered ${status}: ${text}`);
  };
  return {
    url,
    backend,
    as: (user) => new Api({ url, bearer: tokenOf(user) }),
    async thread(board, title) {
      const id = `${board}-1`;
      await done(backend.call('PUT', `/forum/boards/${board}`, { name: `Board ${board}` }));
      await done(
        backend.post(`/forum/boards/${board}/threads`, {
          id,
          title,
          content: 'The first post',
          user_id: 'root',
          username: 'Root',
        }),
      );
      return id;
    },
  };
}

/** A tab with the forum. */
export class ForumTab {
  readonly page: Page;
  readonly posts: Locator;
  readonly field: Locator;

  constructor(page: Page) {
    this.page = page;
    this.posts = page.locator('.forum-posts');
    this.field = page.locator('.forum-composer textarea');
  }

  /** What the posts say, from top to bottom. */
  texts(): Promise<string[]> {
    return this.posts.locator('.forum-text').allTextContents();
  }

  /** Waits until the posts are exactly these. */
  async shows(texts: readonly string[]): Promise<void> {
    await expect.poll(() => this.texts()).toEqual(texts);
  }

  post(text: string): Locator {
    return this.posts.locator('.forum-post').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async write(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Control+Enter');
  }

  /** Who is here, by name. */
  here(...names: readonly string[]) {
    return expect.poll(() => this.page.locator('.forum-here b').allTextContents()).toEqual(names);
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Waits until everything that the page asks for is there. */
  async settled(): Promise<void> {
    await this.page.locator('.connection-mark[data-live=true]').waitFor();
    await expect.poll(() => this.page.locator('.kit-loading, [aria-busy=true]').count()).toBe(0);
  }

  /** Goes to a part of the forum, as a link does. @param place such as `?tab=servers` */
  async go(place: string): Promise<void> {
    await this.page.evaluate((address) => {
      history.pushState(null, '', address);
      dispatchEvent(new PopStateEvent('popstate'));
    }, `/forum${place}`);
    await this.settled();
  }

  /** Pixels by which the page is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate<number>(
      'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)',
    );
  }
}

/** Opens the forum as a user in a browser of their own, and waits until it is there. @param place such as `?thread=maps-1` */
export async function openForum(
  browser: Browser,
  url: string,
  user: string,
  place = '',
  options: PageOptions = {},
): Promise<ForumTab> {
  const visitor = JSON.stringify({ user, name: NAMES[user] ?? user, token: tokenOf(user) });
  const page = await openPage(browser, `${url}/forum${place}`, {
    ...options,
    prepare: (context) =>
      context.addInitScript((who) => {
        // The empty page of a new tab has none.
        if (location.protocol === 'http:') sessionStorage.setItem('tidings.visitor', who);
      }, visitor),
  });
  const tab = new ForumTab(page);
  await tab.settled();
  return tab;
}
