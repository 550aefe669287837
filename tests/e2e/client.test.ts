/**
 * The client in a real browser: its outbox in IndexedDB, over closed tabs and in several at once; positions over a reload.
 *
 * @module
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { OutboxEntry, OutboxStore } from '../../packages/client/src/outbox/outbox-store.ts';
import { runOutboxStoreSuite } from '../../packages/client/src/outbox/outbox-store-suite.ts';
import { Api } from '../support/api.ts';
import { launchBrowser } from '../support/browser.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { readHistory } from '../support/read-history.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';
import { onTeardown } from '../support/teardown.ts';

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  browser = await launchBrowser();
  server = await startServer({
    namespaces: {
      journal: {
        durable: true,
        history: { size: 10_000 },
        rights: { subscribe: 'anyone', publish: 'anyone', history: 'anyone' },
      },
    },
  });
});

/** A visitor, whose tabs share what the browser keeps. */
async function visitor(): Promise<BrowserContext> {
  const context = await browser.newContext();
  onTeardown(() => context.close());
  return context;
}

/** Opens a tab of a server's origin that has loaded the script. */
async function openTab(context: BrowserContext, url = server.url): Promise<Page> {
  const page = await context.newPage();
  await load(page, url);
  return page;
}

async function load(page: Page, url = server.url): Promise<void> {
  await page.goto(`${url}/js/tidings.js.sri`);
  await page.addScriptTag({ url: '/js/tidings.js' });
}

/** Runs a script in a page; what it returns is awaited. */
function run<T>(page: Page, script: string, argument?: unknown): Promise<T> {
  return page.evaluate(`(async (argument) => { ${script} })(${JSON.stringify(argument)})`) as Promise<T>;
}

/** Names of the locks that any tab of the browser holds. */
function heldLocks(page: Page, prefix: string): Promise<readonly string[]> {
  return run(
    page,
    `const { held } = await navigator.locks.query();
     return held.map(({ name }) => name).filter((name) => name.startsWith(argument))`,
    prefix,
  );
}

let outboxes = 0;

runOutboxStoreSuite('IndexedDbOutboxStore', async () => {
  const context = await visitor();
  const name = `suite-${++outboxes}`;
  const pages = new Map<OutboxStore, Page>();
  return {
    async open() {
      const page = await openTab(context);
      // A tab that was closed holds its lock until the browser has taken it down.
      await expect.poll(() => heldLocks(page, `tidings:${name}:`)).toEqual([]);
      await run(page, 'window.store = new tidings.IndexedDbOutboxStore(argument)', name);
      const store: OutboxStore = {
        adopt: async () => {
          const entries = await run<OutboxEntry[]>(page, 'return store.adopt()');
          return entries.map((entry) => ({ ...entry, user: entry.user }));
        },
        add: (entry) => run(page, 'await store.add(argument)', entry),
        remove: (keys) => run(page, 'await store.remove(argument)', keys),
        close: () => run(page, 'await store.close()'),
      };
      pages.set(store, page);
      return store;
    },
    kill: (store) => pages.get(store)?.close(),
  };
});

/** A client with an outbox in IndexedDB, and what it has been told. */
const CLIENT = `
  window.told = { queued: [], delivered: [], undelivered: [], errors: [], heard: [] };
  window.client = tidings.createClient({
    url: location.origin,
    backoff: { initial: 20, max: 100 },
    outbox: { store: new tidings.IndexedDbOutboxStore(argument.outbox) },
    positions: tidings.webStoragePositions(),
  });
  client.on('queued', ({ key }) => told.queued.push(key));
  client.on('delivered', ({ entry }) => told.delivered.push(entry.key));
  client.on('undelivered', ({ entry, error }) => told.undelivered.push([entry.key, error.code]));
  client.on('error', ({ code }) => told.errors.push(code));
`;

const PUBLISH = `
  for (let n = 0; n < argument.count; n += 1)
    void client.channel(argument.channel).publish('said', argument.prefix + n, { key: argument.prefix + n });
  while (told.queued.length < argument.count) await new Promise((resolve) => setTimeout(resolve, 5));
`;

async function published(channel: string): Promise<readonly unknown[]> {
  const events = await readHistory(new Api({ url: server.url, bearer: server.apiKey }), channel);
  return events.map(({ data }) => data);
}

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

it('publishes what a closed tab has left, once and in order', async () => {
  const context = await visitor();
  const proxy = await CutProxy.start(server.url);
  const channel = 'journal:closed-tab';
  const tab = await openTab(context, proxy.url);
  await run(tab, CLIENT, { outbox: 'closed' });
  proxy.refuse();
  proxy.cut();
  await run(tab, PUBLISH, { channel, prefix: 'a', count: 20 });
  await tab.close();
  expect(await published(channel)).toEqual([]);
  proxy.accept();
  const next = await openTab(context, proxy.url);
  await run(next, CLIENT, { outbox: 'closed' });
  await expect.poll(() => run(next, 'return told.delivered.length')).toBe(20);
  expect(await published(channel)).toEqual(named('a', 20));
});

it('sends nothing twice from two tabs, and what one leaves the other takes', async () => {
  const context = await visitor();
  const proxy = await CutProxy.start(server.url);
  const channel = 'journal:two-tabs';
  const tabs = [await openTab(context, proxy.url), await openTab(context, proxy.url)] as const;
  for (const tab of tabs) await run(tab, CLIENT, { outbox: 'shared' });
  proxy.refuse();
  proxy.cut();
  await run(tabs[0], PUBLISH, { channel, prefix: 'a', count: 10 });
  await run(tabs[1], PUBLISH, { channel, prefix: 'b', count: 10 });
  proxy.accept();
  for (const tab of tabs) await expect.poll(() => run(tab, 'return told.delivered.length')).toBe(10);
  const both = await published(channel);
  expect(both.filter((data) => String(data).startsWith('a'))).toEqual(named('a', 10));
  expect(both.filter((data) => String(data).startsWith('b'))).toEqual(named('b', 10));
  expect(both).toHaveLength(20);

  proxy.refuse();
  proxy.cut();
  await run(tabs[0], 'told.queued = []');
  await run(tabs[0], PUBLISH, { channel, prefix: 'c', count: 10 });
  await tabs[0].close();
  proxy.accept();
  await expect.poll(() => run(tabs[1], 'return told.delivered.slice(10)')).toEqual(named('c', 10));
  expect((await published(channel)).slice(20)).toEqual(named('c', 10));
});

it.each(['websocket', 'sse'])(
  'goes on by %s after a reload where it was, once and in order',
  async (transport) => {
    const context = await visitor();
    const tab = await openTab(context);
    const api = new Api({ url: server.url, bearer: server.apiKey });
    const channel = `journal:reload-${transport}`;
    const publish = (data: number) => api.post('/publish', { channel, event: 'said', data });
    const listen = `
    window.heard = [];
    window.client = tidings.createClient({
      url: location.origin, transports: [argument.transport], positions: tidings.webStoragePositions() });
    client.channel(argument.channel).on('said', (data) => heard.push(data));
    while (client.channel(argument.channel).status.getSnapshot().state !== 'live')
      await new Promise((resolve) => setTimeout(resolve, 5));
  `;
    await run(tab, listen, { channel, transport });
    for (const n of [1, 2, 3]) await publish(n);
    await expect.poll(() => run(tab, 'return heard')).toEqual([1, 2, 3]);
    await tab.goto('about:blank');
    for (const n of [4, 5]) await publish(n);
    await load(tab);
    await run(tab, listen, { channel, transport });
    await publish(6);
    await expect.poll(() => run(tab, 'return heard')).toEqual([4, 5, 6]);
  },
);

it('keeps what comes after the browser has closed its database', async () => {
  const context = await visitor();
  const page = await openTab(context);
  await run(page, "window.store = new tidings.IndexedDbOutboxStore('closed'); await store.adopt()");
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes: 'indexeddb' });
  const entry = { key: 'k', message: { type: 'command', name: 'send', data: 1, key: 'k' }, created: 1 };
  await expect
    .poll(() => run(page, 'return store.add(argument).then(() => "kept", ({ name }) => name)', entry))
    .toBe('kept');
});

it('works without IndexedDB and without sessionStorage, and says so', async () => {
  const context = await visitor();
  await context.addInitScript(`
    IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError'); };
    Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('private', 'SecurityError'); } });
  `);
  const tab = await openTab(context);
  await run(tab, CLIENT, { outbox: 'private' });
  await run(tab, "await client.channel('journal:private').publish('said', 1)");
  expect(await published('journal:private')).toEqual([1]);
  expect((await run<string[]>(tab, 'return told.errors')).sort()).toEqual([
    'outbox_unavailable',
    'positions_unavailable',
  ]);
});

it('notices a network that is gone and one that is back', async () => {
  const context = await visitor();
  const tab = await openTab(context);
  await run(tab, CLIENT, { outbox: 'network' });
  await run(tab, 'await client.connect()');
  await context.setOffline(true);
  await run(tab, PUBLISH, { channel: 'journal:network', prefix: 'n', count: 3 });
  await context.setOffline(false);
  await expect.poll(() => run(tab, 'return told.delivered')).toEqual(named('n', 3));
});

it('is loaded by a page of another origin only as what its hash says', async () => {
  const context = await visitor();
  const page = await context.newPage();
  const sri = (await (await fetch(`${server.url}/js/tidings.js.sri`)).text()).trim();
  const other = server.url.replace('127.0.0.1', 'localhost');
  for (const [integrity, loads] of [
    [sri, true],
    [sri.replace(/.{8}$/, 'AAAAAAA='), false],
  ] as const) {
    await page.goto(`${other}/js/tidings.js.sri`);
    const loaded = await run(
      page,
      `return new Promise((resolve) => {
        const script = Object.assign(document.createElement('script'), {
          src: argument.src, integrity: argument.integrity, crossOrigin: 'anonymous',
          onload: () => resolve(true), onerror: () => resolve(false) });
        document.head.append(script);
      })`,
      { src: `${server.url}/js/tidings.js`, integrity },
    );
    expect(loaded).toBe(loads);
  }
});

it.each(['websocket', 'sse'])(
  'shares one %s session among tabs, and another leads when the first is closed',
  async (transport) => {
    const context = await visitor();
    const shared = await startServer({
      namespaces: {
        journal: {
          durable: true,
          presence: true,
          history: { size: 10_000 },
          rights: { subscribe: 'anyone', publish: 'anyone', history: 'anyone' },
        },
      },
    });
    const api = new Api({ url: shared.url, bearer: shared.apiKey });
    const channel = 'journal:shared';
    const listen = `
    window.heard = [];
    window.gaps = 0;
    window.client = tidings.createClient({
      url: location.origin, transports: [argument.transport], share: tidings.shareTabs(), backoff: { initial: 20, max: 100 } });
    client.channel(argument.channel).on('said', (data) => heard.push(data));
    client.channel(argument.channel).onGap(() => { gaps += 1; });
    while (client.channel(argument.channel).status.getSnapshot().state !== 'live')
      await new Promise((resolve) => setTimeout(resolve, 5));
  `;
    const tabs: Page[] = [];
    for (let n = 0; n < 3; n += 1) {
      const tab = await openTab(context, shared.url);
      await run(tab, listen, { transport, channel });
      tabs.push(tab);
    }
    const sessions = async () => {
      const { connections } = (await api.get('/connections')).body as unknown as {
        connections: readonly unknown[];
      };
      return connections.length;
    };
    expect(await sessions()).toBe(1);
    for (const [n, tab] of tabs.entries())
      await run(tab, 'await client.channel(argument.channel).publish("said", argument.n)', { channel, n });
    for (const tab of tabs) await expect.poll(() => run(tab, 'return heard')).toEqual([0, 1, 2]);

    // One that leaves a channel takes it from nobody else.
    await run(tabs[2]!, 'await client.close()');
    await tabs[0]!.close();
    for (let n = 3; n < 8; n += 1) await api.post('/publish', { channel, event: 'said', data: n });
    await expect.poll(() => run(tabs[1]!, 'return heard')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await run(tabs[1]!, 'return gaps')).toBe(0);
    await expect.poll(sessions).toBe(1);
    const late = await openTab(context, shared.url);
    await run(late, listen, { transport, channel });
    await run(late, 'await client.channel(argument.channel).publish("said", "late")', { channel });
    await expect.poll(() => run(tabs[1]!, 'return heard.at(-1)')).toBe('late');
    expect(await sessions()).toBe(1);
  },
);
