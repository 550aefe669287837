import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { SHOP_ADDRESS, startShop, type TestShop } from './support/start-shop.ts';
import { faultOf, HTML, namesWith, readingOf, shopPage, startVisitor, tl } from './support/visit-shop.ts';

describe('the rest of the network', () => {
  /** A service of this machine that no shop's page may reach. */
  async function startPrivate(): Promise<TestShop> {
    return startShop({ '/': shopPage('1'), '/robots.txt': '' }, '127.0.0.1');
  }

  test('is out of reach unless it is allowed', async () => {
    const service = await startPrivate();
    const visitor = startVisitor({ allowAddresses: [] });
    const { port } = service;
    for (const host of [
      '127.0.0.1',
      'localhost',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.0.0.1.',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::1]',
      '[64:ff9b::7f00:1]',
      '0.0.0.0',
      '[::]',
    ])
      expect([host, (await faultOf(visitor, `http://${host}:${port}/`)).fault]).toEqual([
        host,
        'private_address',
      ]);
    expect(service.asked).toEqual([]);
    expect(await service.connections()).toBe(0);
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.5/',
    'http://192.168.1.1/',
    'http://[fd00:ec2::254]/',
    'https://100.100.100.200/',
    'http://168.63.129.16/',
  ])('is out of reach by number: %s', (url) => {
    expect(() => startVisitor().check(url)).toThrow(
      expect.objectContaining({ fault: 'private_address', final: true }),
    );
  });

  test.each([
    'file:///etc/passwd',
    'ftp://shop.test/',
    'javascript:alert(1)',
    'data:text/HTML,x',
    'gopher://shop.test/',
    'http://user@shop.test/',
    'http://user:secret@shop.test/',
    'http://:secret@shop.test/',
    'http://shop.test:22/',
    'http://shop.test:8080/',
    'shop.test/p',
    '//shop.test/p',
    '',
    'http://',
    'http://exa mple/',
    `http://shop.test/${'x'.repeat(2048)}`,
  ])('is not asked for by other means: %s', (url) => {
    expect(() => startVisitor({ allowPorts: [] }).check(url)).toThrow(
      expect.objectContaining({ fault: 'bad_url', final: true }),
    );
  });

  test('is out of reach by redirect', async () => {
    const service = await startPrivate();
    const targets = {
      '/loopback': [service.url, 'private_address'],
      '/name': [`http://inside.test:${service.port}/`, 'private_address'],
      '/mapped': [`http://[::ffff:127.0.0.1]:${service.port}/`, 'private_address'],
      '/metadata': ['http://169.254.169.254/latest/meta-data/', 'private_address'],
      '/relative': [`//127.0.0.1:${service.port}/`, 'private_address'],
      '/file': ['file:///etc/passwd', 'bad_url'],
      '/password': [`http://a:b@127.0.0.2:${service.port}/`, 'bad_url'],
    } as const;
    const shop = await startShop(
      Object.fromEntries(
        Object.entries(targets).map(([path, [location]]) => [
          path,
          (_: unknown, response: ServerResponse) => response.writeHead(302, { location }).end(),
        ]),
      ),
    );
    const visitor = startVisitor({ resolve: namesWith({ 'inside.test': [['127.0.0.1']] }) });
    for (const [path, [, expected]] of Object.entries(targets))
      expect([path, (await faultOf(visitor, shop.url + path)).fault]).toEqual([path, expected]);
    expect(service.asked).toEqual([]);
    expect(await service.connections()).toBe(0);
  });

  test('is out of reach through the robots.txt of a shop', async () => {
    const service = await startPrivate();
    const shop = await startShop({
      '/robots.txt': (_, response) =>
        response.writeHead(301, { location: `${service.url}/robots.txt` }).end(),
      '/p': shopPage('90'),
    });
    expect((await faultOf(startVisitor(), `${shop.url}/p`)).fault).toBe('private_address');
    expect(service.asked).toEqual([]);
  });

  test('is out of reach by a name that changes its mind', async () => {
    const service = await startPrivate();
    const shop = await startShop({
      '/p': (_, response) => response.writeHead(200, { ...HTML, connection: 'close' }).end(shopPage('90')),
      '/robots.txt': (_, response) => response.writeHead(404, { connection: 'close' }).end(),
    });
    // Two connections to the shop, one for robots.txt; then the name means this machine.
    const resolve = namesWith({ 'rebind.test': [[SHOP_ADDRESS], [SHOP_ADDRESS], ['127.0.0.1']] });
    const visitor = startVisitor({ resolve });
    const url = `http://rebind.test:${shop.port}/p`;
    expect((await readingOf(visitor, url)).price).toEqual(tl(9000));
    expect((await faultOf(visitor, url)).fault).toBe('private_address');
    expect(service.asked).toEqual([]);
    expect(await service.connections()).toBe(0);
  });

  test('is out of reach by a name that has a public address beside', async () => {
    const shop = await startShop({ '/p': shopPage('90') });
    const resolve = namesWith({
      'both.test': [[SHOP_ADDRESS, '127.0.0.1']],
      'six.test': [['::ffff:127.0.0.1']],
      'none.test': [[]],
    });
    const visitor = startVisitor({ resolve });
    expect((await faultOf(visitor, `http://both.test:${shop.port}/p`)).fault).toBe('private_address');
    expect((await faultOf(visitor, `http://six.test:${shop.port}/p`)).fault).toBe('private_address');
    expect((await faultOf(visitor, `http://none.test:${shop.port}/p`)).fault).toBe('robots_unavailable');
    expect(shop.asked).toEqual([]);
  });
});
