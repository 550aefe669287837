import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { startShop } from './support/start-shop.ts';
import { faultOf, HTML, readingOf, shopPage, startVisitor, tl } from './support/visit-shop.ts';

const MIB = 1024 * 1024;

describe('what is too much', () => {
  /** Sends pieces until the other side has gone; tells how much it sent. */
  function flood(headers: Record<string, string>, piece: Buffer) {
    const state = { sent: 0, gone: false };
    const handler = (_: unknown, response: ServerResponse) => {
      response.writeHead(200, { ...HTML, ...headers });
      const send = () => {
        while (!response.destroyed && state.sent < 100 * MIB) {
          state.sent += piece.length;
          if (!response.write(piece)) return;
        }
      };
      response.on('drain', send).on('close', () => {
        state.gone = true;
      });
      send();
    };
    return { state, handler };
  }

  test.each([
    ['that never ends', {}],
    ['that says how long it is', { 'content-length': String(100 * MIB) }],
  ])('a page of 100 MB %s is not read to its end', async (_, headers) => {
    const { state, handler } = flood(headers, Buffer.alloc(65_536, 'x'));
    const shop = await startShop({ '/p': handler });
    expect((await faultOf(startVisitor(), `${shop.url}/p`)).fault).toBe('too_large');
    await expect.poll(() => state.gone).toBe(true);
    expect(state.sent).toBeLessThan(20 * MIB);
  });

  test('a gzip bomb is unpacked only as far as a page may be', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MIB));
    const shop = await startShop({
      '/p': (_, response) => response.writeHead(200, { ...HTML, 'content-encoding': 'gzip' }).end(bomb),
      '/twice': (_, response) =>
        response.writeHead(200, { ...HTML, 'content-encoding': 'gzip, gzip' }).end(gzipSync(bomb)),
    });
    const visitor = startVisitor();
    const before = process.memoryUsage();
    expect((await faultOf(visitor, `${shop.url}/p`)).fault).toBe('too_large');
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(20 * MIB);
    expect((await faultOf(visitor, `${shop.url}/twice`)).fault).toBe('not_html');
  });

  test('a page that is not packed as it says, or cut, is none', async () => {
    const packed = gzipSync(shopPage('90'));
    const shop = await startShop({
      '/corrupt': (_, response) =>
        response.writeHead(200, { ...HTML, 'content-encoding': 'gzip' }).end(shopPage('90')),
      '/br': (_, response) =>
        response.writeHead(200, { ...HTML, 'content-encoding': 'br' }).end(shopPage('90')),
      '/short': (_, response) =>
        response.writeHead(200, { ...HTML, 'content-encoding': 'gzip' }).end(packed.subarray(0, -20)),
      '/cut': (_, response) => {
        response.writeHead(200, { ...HTML, 'content-length': '5000' });
        response.write(shopPage('90'), () => response.destroy());
      },
      '/proto': (_, response) =>
        response.writeHead(200, { ...HTML, 'content-encoding': '__proto__' }).end(shopPage('90')),
    });
    const visitor = startVisitor();
    for (const path of ['/corrupt', '/br', '/short', '/proto'])
      expect([path, (await faultOf(visitor, shop.url + path)).fault]).toEqual([path, 'not_html']);
    expect((await faultOf(visitor, `${shop.url}/cut`)).fault).toBe('unreachable');
  });

  test('more headers than a shop has are not read', async () => {
    const shop = await startShop({
      '/p': (_, response) => {
        for (let index = 0; index < 100; index += 1) response.setHeader(`x-${index}`, 'y'.repeat(1000));
        response.writeHead(200, HTML).end(shopPage('90'));
      },
    });
    expect((await faultOf(startVisitor(), `${shop.url}/p`)).fault).toBe('unreachable');
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['says nothing', () => {}],
    [
      'says its headers letter by letter',
      (response) => drip(response.socket!, 'HTTP/1.1 200 OK\r\nx-a: ', 'b'),
    ],
    [
      'says its page letter by letter',
      (response) => {
        response.writeHead(200, HTML);
        drip(response, '<html>', 'b');
      },
    ],
    [
      'redirects and does not end',
      (response) => {
        response.writeHead(302, { location: '/p' });
        drip(response, 'x', 'x');
      },
    ],
  ])('a shop that %s is left when its time is over', async (_, answer) => {
    let gone = () => {};
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const shop = await startShop({
      '/p': (request, response) => {
        request.socket.on('close', gone);
        answer(response);
      },
    });
    const visitor = startVisitor({ timeout: 400 });
    expect((await faultOf(visitor, `${shop.url}/p`)).fault).toBe('timeout');
    await left;
  });

  const dripping = new Set<NodeJS.Timeout>();
  afterEach(() => {
    for (const timer of dripping) clearInterval(timer);
    dripping.clear();
  });

  /** One letter after another, faster than any time limit of silence. */
  function drip(
    to: { write(text: string): unknown; readonly destroyed: boolean },
    first: string,
    letter: string,
  ) {
    to.write(first);
    const timer = setInterval(() => {
      if (to.destroyed) clearInterval(timer);
      else to.write(letter);
    }, 20);
    dripping.add(timer);
  }

  test('redirects end after five', async () => {
    const shop = await startShop({
      '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
      ...Object.fromEntries(
        [0, 1, 2, 3, 4].map((step) => [
          `/step${step}`,
          (_: unknown, response: ServerResponse) =>
            response
              .writeHead([301, 302, 303, 307, 308][step]!, { location: `step${step + 1}` })
              .end('moved'),
        ]),
      ),
      '/step5': shopPage('90'),
    });
    const visitor = startVisitor();
    expect((await readingOf(visitor, `${shop.url}/step0`)).price).toEqual(tl(9000));
    expect((await faultOf(visitor, `${shop.url}/loop`)).fault).toBe('too_many_redirects');
    expect(shop.asked.filter((path) => path === '/loop')).toHaveLength(6);
  });
});
