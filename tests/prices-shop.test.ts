import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { PageFetcherOptions } from '../kits/prices/server/shop/page-fetcher.ts';
import { type Check, ShopWatcher, type WatchedPage } from '../kits/prices/server/shop/shop-watcher.ts';
import { startShop } from './support/start-shop.ts';
import { onTeardown } from './support/teardown.ts';
import {
  faultOf,
  HTML,
  namesWith,
  readingOf,
  shopClock,
  shopPage,
  startVisitor,
  tl,
} from './support/visit-shop.ts';

beforeEach(() => {
  shopClock.time = 0;
});

describe('a page', () => {
  const microdata = `<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Kahve</h1>
    <p itemprop="offers" itemscope itemtype="https://schema.org/Offer"><b itemprop="price">1.299,90 TL</b></p></div>`;
  const openGraph = `<meta property="og:title" content="Kahve"><meta property="product:price:amount" content="1299.90">
    <meta property="product:price:currency" content="TRY">`;

  test.each([
    ['json-ld', shopPage('1299.90', 'Kahve')],
    ['microdata', microdata],
    ['open-graph', openGraph],
  ])('is read by its %s', async (source, text) => {
    const shop = await startShop({ '/p': text });
    expect(await readingOf(startVisitor(), `${shop.url}/p`)).toEqual({
      source,
      name: 'Kahve',
      price: tl(129_990),
    });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is unpacked: %s', async (encoding, pack) => {
    const shop = await startShop({
      '/p': (_, response) =>
        response.writeHead(200, { ...HTML, 'content-encoding': encoding }).end(pack(shopPage('90'))),
    });
    expect((await readingOf(startVisitor(), `${shop.url}/p`)).price).toEqual(tl(9000));
    expect(shop.last?.headers['accept-encoding']).toContain(encoding);
  });

  /** A text in one of the encodings that have a byte for each character. */
  const bytes = (text: string, encoding: string) => {
    const decoder = new TextDecoder(encoding);
    const codes = new Map(
      Array.from({ length: 256 }, (_, code) => [decoder.decode(Uint8Array.of(code)), code]),
    );
    return Buffer.from([...text].map((character) => codes.get(character)!));
  };
  const plain = (name: string, charset = '') =>
    `<html><head>${charset}<meta property="og:title" content="${name}"><meta property="og:price:amount" content="90"><meta property="og:price:currency" content="TRY">`;

  test.each([
    [
      'windows-1254 by its header',
      'windows-1254',
      'text/html; charset=windows-1254',
      '',
      'Ayakkabı, ağır ve şık',
    ],
    [
      'windows-1254 by its meta',
      'windows-1254',
      'text/html',
      '<meta charset="windows-1254">',
      'Ayakkabı, ağır ve şık',
    ],
    ['iso-8859-9', 'iso-8859-9', 'text/html;charset="ISO-8859-9"', '', 'Ayakkabı, ağır ve şık'],
    [
      'windows-1251 by its header',
      'windows-1251',
      'text/html; charset=windows-1251',
      '',
      'Кофеварка, чёрная',
    ],
    [
      'windows-1251 by its old meta',
      'windows-1251',
      'text/html',
      '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
      'Кавоварка, їжак і ґава',
    ],
    ['koi8-u', 'koi8-u', 'text/html; charset=koi8-u', '', 'Кавоварка, їжак'],
    [
      'a charset that does not exist',
      'windows-1254',
      'text/html; charset=klingon',
      '<meta charset="windows-1254">',
      'şık',
    ],
  ])('is decoded: %s', async (_, encoding, type, meta, name) => {
    const shop = await startShop({
      '/p': (_request, response) =>
        response.writeHead(200, { 'content-type': type }).end(bytes(plain(name, meta), encoding)),
    });
    expect((await readingOf(startVisitor(), `${shop.url}/p`)).name).toBe(name);
  });

  test('that says no encoding is UTF-8', async () => {
    const shop = await startShop({
      '/p': (_, response) => response.writeHead(200, HTML).end(plain('Ayakkabı Кофе')),
    });
    expect((await readingOf(startVisitor(), `${shop.url}/p`)).name).toBe('Ayakkabı Кофе');
  });

  test('is told who asks, and nothing more', async () => {
    const shop = await startShop({ '/p': shopPage('90') });
    await readingOf(startVisitor(), `${shop.url}/p`);
    const { host, connection, ...headers } = shop.last!.headers;
    expect(headers).toEqual({
      'user-agent': 'Tidings/1.0 (price watcher; +https://tidings.example/prices)',
      accept: 'text/html, application/xhtml+xml',
      'accept-encoding': 'gzip, deflate, br',
    });
  });

  test.each([undefined, 'application/pdf', 'text/plain', 'text/htmlx', 'image/png; text/html'])(
    'is HTML and not %s',
    async (type) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const shop = await startShop({
        '/p': (_, response) => response.writeHead(200, headers).end(shopPage('90')),
      });
      expect((await faultOf(startVisitor(), `${shop.url}/p`)).fault).toBe('not_html');
    },
  );

  test.each([
    [404, 'not_found', false],
    [410, 'gone', true],
    [403, 'http_error', false],
    [500, 'http_error', false],
    [204, 'http_error', false],
    [304, 'http_error', false],
    [302, 'http_error', false],
  ])('with status %d is %s', async (status, expected, final) => {
    const shop = await startShop({ '/p': (_, response) => response.writeHead(status, HTML).end() });
    expect(await faultOf(startVisitor(), `${shop.url}/p`)).toMatchObject({ fault: expected, status, final });
  });

  test('without a price, with an absurd one, with no shop behind it', async () => {
    const shop = await startShop({ '/none': '<p>90 TL</p>', '/absurd': shopPage('-5') });
    const visitor = startVisitor();
    expect((await faultOf(visitor, `${shop.url}/none`)).fault).toBe('no_price');
    expect((await faultOf(visitor, `${shop.url}/absurd`)).fault).toBe('bad_price');
    const silent = startVisitor({ resolve: namesWith({}) });
    expect((await faultOf(silent, 'http://no-such-shop.test/p')).fault).toBe('robots_unavailable');
  });
});

describe('a watcher', () => {
  const MINUTE = 60_000;

  function startWatcher(urls: readonly string[], options: Partial<PageFetcherOptions> = {}) {
    const rows = new Map<string, WatchedPage & { due: number | null; checks: Check[] }>();
    for (const url of urls) rows.set(url, { id: url, url, failures: 0, due: 0, checks: [] });
    const errors: unknown[] = [];
    const watcher = new ShopWatcher({
      clock: shopClock,
      visitor: startVisitor(options),
      store: {
        due: async (now, limit) =>
          [...rows.values()].filter(({ due }) => due !== null && due <= now).slice(0, limit),
        record: async ({ url }, check) => {
          const row = rows.get(url)!;
          const { next: due, failures, etag, lastModified } = check;
          rows.set(url, { ...row, due, failures, etag, lastModified, checks: [...row.checks, check] });
        },
      },
      interval: 15 * MINUTE,
      giveUpAfter: 3,
      random: () => 0,
      onError: (error) => errors.push(error),
    });
    onTeardown(() => watcher.close());
    /** Runs it until every page has been checked once more, or is given up. */
    const round = async () => {
      const due = [...rows.values()].map((row) => row.due).filter((moment) => moment !== null);
      shopClock.time = Math.max(shopClock.time, ...due);
      await watcher.run();
    };
    const seen = (url: string) =>
      rows.get(url)!.checks.map((check) => {
        if (check.status === 'read') return check.reading.price.amount;
        return check.status === 'failed' ? check.fault : check.status;
      });
    return { watcher, rows, round, seen, errors };
  }

  test('sees a price move, and gives a page up that stays away, saying why', async () => {
    let current = shopPage('100');
    let tag = '"1"';
    const shop = await startShop({
      '/p': (request, response) => {
        if (current === '') return response.writeHead(404).end();
        if (request.headers['if-none-match'] === tag) return response.writeHead(304).end();
        return response.writeHead(200, { ...HTML, etag: tag }).end(current);
      },
    });
    const url = `${shop.url}/p`;
    const { rows, round, seen, errors } = startWatcher([url]);
    await round();
    await round();
    current = shopPage('90');
    tag = '"2"';
    await round();
    current = '';
    for (let turn = 0; turn < 4; turn += 1) await round();
    expect(seen(url)).toEqual([10_000, 'unchanged', 9000, 'not_found', 'not_found', 'not_found']);
    expect(rows.get(url)!.checks.at(-1)).toMatchObject({ next: null, message: 'The shop has no such page.' });
    expect(errors).toEqual([]);
  });

  test('gets to every page of many shops, one after the other at each', async () => {
    const open = new Map<string, number>();
    let most = 0;
    const shops = await Promise.all(
      Array.from({ length: 3 }, (_, shop) =>
        startShop(
          Object.fromEntries(
            Array.from({ length: 5 }, (__, index) => [
              `/${index}`,
              (_request: unknown, response: ServerResponse) => {
                const now = (open.get(String(shop)) ?? 0) + 1;
                open.set(String(shop), now);
                most = Math.max(most, now);
                setImmediate(() => {
                  open.set(String(shop), now - 1);
                  response.writeHead(200, HTML).end(shopPage('90'));
                });
              },
            ]),
          ),
        ),
      ),
    );
    const urls = shops.flatMap(({ url }) => Array.from({ length: 5 }, (_, index) => `${url}/${index}`));
    const { rows, watcher, seen } = startWatcher(urls);
    for (let turn = 0; turn < 10; turn += 1) {
      await watcher.run();
      shopClock.time += 5;
    }
    expect(urls.map((url) => seen(url).includes(9000))).not.toContain(false);
    expect(most).toBe(1);
    expect([...rows.values()].every(({ failures }) => failures === 0)).toBe(true);
    // What was put off was not asked of the shop.
    expect(shops.map(({ asked }) => asked.length)).toEqual([6, 6, 6]);
  });

  test('survives shops of every bad kind at once', async () => {
    const shop = await startShop({
      '/endless': (_, response) => {
        response.writeHead(200, HTML);
        const send = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', send);
        send();
      },
      '/cut': (_, response) => response.destroy(),
      '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
      '/private': (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
      '/good': shopPage('90'),
    });
    const paths = ['/endless', '/cut', '/loop', '/private', '/good'];
    const urls = [...paths.map((path) => shop.url + path), 'http://10.0.0.1/', 'nonsense'];
    const { watcher, seen, errors } = startWatcher(urls);
    for (let turn = 0; turn < 10; turn += 1) {
      await watcher.run();
      shopClock.time += 5;
    }
    const outcomes = urls.map((url) => seen(url).find((one) => one !== 'postponed'));
    expect(outcomes).toEqual([
      'too_large',
      'unreachable',
      'too_many_redirects',
      'private_address',
      9000,
      'private_address',
      'bad_url',
    ]);
    expect(errors).toEqual([]);
  });

  test('that is closed leaves no connection behind', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: gone, resolve: go } = Promise.withResolvers<void>();
    const shop = await startShop({
      '/p': (request) => {
        request.socket.on('close', go);
        ask();
      },
    });
    const { watcher, rows } = startWatcher([`${shop.url}/p`]);
    const running = watcher.run();
    await asked;
    await watcher.close();
    await running;
    await gone;
    expect([...rows.values()][0]?.checks).toEqual([]);
  });
});
