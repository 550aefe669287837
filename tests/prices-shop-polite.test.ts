import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Validators } from '../kits/prices/server/shop/shop-visitor.ts';
import { startShop } from './support/start-shop.ts';
import {
  faultOf,
  HTML,
  readingOf,
  shopClock,
  shopPage,
  startVisitor,
  tl,
  visit,
} from './support/visit-shop.ts';

beforeEach(() => {
  shopClock.time = 0;
});

describe('robots.txt', () => {
  const text = (body: string) => (_: unknown, response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end(body);

  test.each([
    ['all robots', 'User-agent: *\nDisallow: /p'],
    ['this robot', 'User-agent: *\nAllow: /\n\nUser-agent: Tidings\nDisallow: /p'],
    ['a pattern', 'User-agent: *\nDisallow: /*?price=*'],
  ])('that forbids a page to %s is obeyed', async (_, body) => {
    const shop = await startShop({ '/robots.txt': text(body), '/p?price=1': shopPage('90') });
    expect(await faultOf(startVisitor(), `${shop.url}/p?price=1`)).toMatchObject({
      fault: 'robots',
      final: true,
    });
    expect(shop.asked).toEqual(['/robots.txt']);
  });

  test('is asked for once a day, and allows the rest', async () => {
    const shop = await startShop({
      '/robots.txt': text('User-agent: *\nDisallow: /cart'),
      '/a': shopPage('90'),
      '/b': shopPage('91'),
    });
    const visitor = startVisitor();
    await readingOf(visitor, `${shop.url}/a`);
    await readingOf(visitor, `${shop.url}/b`);
    expect(shop.asked).toEqual(['/robots.txt', '/a', '/b']);
    shopClock.time += 24 * 60 * 60_000;
    await readingOf(visitor, `${shop.url}/a`);
    expect(shop.asked.slice(3)).toEqual(['/robots.txt', '/a']);
  });

  test('that forbids the target of a redirect is obeyed', async () => {
    const other = await startShop({
      '/robots.txt': text('User-agent: *\nDisallow: /'),
      '/p': shopPage('90'),
    });
    const shop = await startShop({
      '/p': (_, response) => response.writeHead(302, { location: `${other.url}/p` }).end(),
    });
    expect((await faultOf(startVisitor(), `${shop.url}/p`)).fault).toBe('robots');
    expect(other.asked).toEqual(['/robots.txt']);
  });

  test.each([500, 503, 429])('that fails with %d holds the visitor off', async (status) => {
    let failing = true;
    const shop = await startShop({
      '/robots.txt': (_, response) =>
        response.writeHead(failing ? status : 404, { 'retry-after': '3600' }).end(),
      '/p': shopPage('90'),
    });
    const visitor = startVisitor();
    expect(await faultOf(visitor, `${shop.url}/p`)).toMatchObject({
      fault: 'robots_unavailable',
      retryAfter: 3_600_000,
    });
    expect(await visit(visitor, `${shop.url}/p`)).toMatchObject({ status: 'postponed' });
    expect(shop.asked).toEqual(['/robots.txt']);
    failing = false;
    shopClock.time += 3_600_000;
    expect((await readingOf(visitor, `${shop.url}/p`)).price).toEqual(tl(9000));
  });

  test('that is endless is read as far as the standard says', async () => {
    const shop = await startShop({
      '/robots.txt': text(`User-agent: *\nDisallow: /cart\n${'# x\n'.repeat(500_000)}`),
      '/p': shopPage('90'),
    });
    expect((await readingOf(startVisitor(), `${shop.url}/p`)).price).toEqual(tl(9000));
  });

  test('sets the pause between two pages', async () => {
    const shop = await startShop({
      '/robots.txt': text('User-agent: *\nCrawl-delay: 7\n\nUser-agent: Tidings\nCrawl-delay: 120'),
      '/a': shopPage('90'),
      '/b': shopPage('91'),
    });
    const visitor = startVisitor();
    await visitor.visit(`${shop.url}/a`);
    shopClock.time += 119_000;
    expect(await visitor.visit(`${shop.url}/b`)).toEqual({ status: 'postponed', until: 120_000 });
    shopClock.time += 1000;
    expect(await visitor.visit(`${shop.url}/b`)).toMatchObject({ status: 'read' });
  });
});

describe('patience', () => {
  test.each([
    [429, '120', 120_000],
    [503, '60', 60_000],
    [429, undefined, undefined],
  ])('%d with Retry-After %s holds for the whole shop', async (status, header, retryAfter) => {
    const shop = await startShop({
      '/a': (_, response) =>
        response.writeHead(status, header === undefined ? {} : { 'retry-after': header }).end(),
      '/b': shopPage('90'),
    });
    const visitor = startVisitor();
    const error = await faultOf(visitor, `${shop.url}/a`);
    expect(error).toMatchObject({ fault: 'busy', status, final: false });
    expect(error.retryAfter).toBe(retryAfter);
    const until = shopClock.time + (retryAfter ?? 60_000);
    expect(await visitor.visit(`${shop.url}/b`)).toEqual({ status: 'postponed', until });
    shopClock.time = until;
    expect(await visitor.visit(`${shop.url}/b`)).toMatchObject({ status: 'read' });
    expect(shop.asked).toEqual(['/robots.txt', '/a', '/b']);
  });

  test('a shop is asked for one page at a time', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: waiting, resolve: answer } = Promise.withResolvers<void>();
    const shop = await startShop({
      '/a': (_, response) => {
        ask();
        void waiting.then(() => response.writeHead(200, HTML).end(shopPage('90')));
      },
      '/b': shopPage('91'),
    });
    const visitor = startVisitor();
    const first = visitor.visit(`${shop.url}/a`);
    await asked;
    expect(await visitor.visit(`${shop.url}/b`)).toMatchObject({ status: 'postponed' });
    answer();
    expect(await first).toMatchObject({ status: 'read' });
    expect(shop.asked).toEqual(['/robots.txt', '/a']);
  });

  test('what has not changed is not sent again', async () => {
    const shop = await startShop({
      '/p': (request, response) => {
        const same =
          request.headers['if-none-match'] === '"v1"' &&
          request.headers['if-modified-since'] === 'Fri, 20 Nov 2026 10:00:00 GMT';
        if (same) return response.writeHead(304).end();
        const validators = { etag: '"v1"', 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT' };
        return response.writeHead(200, { ...HTML, ...validators }).end(shopPage('90'));
      },
    });
    const visitor = startVisitor();
    const first = await visit(visitor, `${shop.url}/p`);
    expect(first).toMatchObject({
      status: 'read',
      etag: '"v1"',
      lastModified: 'Fri, 20 Nov 2026 10:00:00 GMT',
    });
    expect(await visit(visitor, `${shop.url}/p`, first as Validators)).toEqual({ status: 'unchanged' });
  });
});
