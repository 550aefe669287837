import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PageError } from './page-error.ts';
import { readPrice } from './read-price.ts';

/** For tests that have much to do; milliseconds. */
const PATIENCE = 60_000;

const URL_OF_PAGE = 'https://shop.example/coffee/kahve-makinesi?color=red';

const page = (head: string, body = '') =>
  `<!doctype html><html lang="tr"><head>${head}</head><body>${body}</body></html>`;
const ld = (...values: unknown[]) =>
  values.map((value) => `<script type="application/ld+json">${JSON.stringify(value)}</script>`).join('');
const read = (html: string) => readPrice(html, URL_OF_PAGE);
const tl = (amount: number) => ({ amount, currency: 'TRY' });

function fault(html: string): string {
  try {
    read(html);
  } catch (error) {
    if (error instanceof PageError) return error.fault;
    throw error;
  }
  return 'none';
}

const offer = (price: unknown, more = {}) => ({ '@type': 'Offer', price, priceCurrency: 'TRY', ...more });
const product = (price: unknown, more = {}) => ({
  '@context': 'https://schema.org',
  '@type': 'Product',
  name: 'Kahve Makinesi',
  offers: offer(price),
  ...more,
});

describe('JSON-LD', () => {
  test('gives the price and what is said beside it', () => {
    const html = page(
      ld({
        ...product('1299.90', { offers: offer('1299.90', { availability: 'https://schema.org/InStock' }) }),
        brand: { '@type': 'Brand', name: 'Marka' },
        image: ['/img/1.jpg', '/img/2.jpg'],
      }),
    );
    expect(read(html)).toEqual({
      price: tl(129_990),
      name: 'Kahve Makinesi',
      brand: 'Marka',
      image: 'https://shop.example/img/1.jpg',
      availability: 'in_stock',
      source: 'json-ld',
    });
  });

  test.each([
    ['a number', product(89.9), 8990],
    ['a comma', product('1.299,90'), 129_990],
    ['a sign in the figure', product('1.299,90 TL'), 129_990],
    ['four decimals', product('1299.0000'), 129_900],
    ['a sign for the code', product('90', { offers: { ...offer('90'), priceCurrency: 'TL' } }), 9000],
    ['types in a list', product(90, { '@type': ['Thing', 'http://schema.org/Product'] }), 9000],
    ['a list at the top', [{ '@type': 'WebSite' }, product(90)], 9000],
    ['a graph', { '@graph': [{ '@type': 'BreadcrumbList' }, product(90)] }, 9000],
    ['a page around it', { '@type': 'ItemPage', mainEntity: product(90) }, 9000],
    [
      'offers by reference',
      { '@graph': [product(0, { offers: { '@id': '#o' } }), { '@id': '#o', ...offer('90') }] },
      9000,
    ],
    ['a list of offers', product(0, { offers: [offer(95), offer(90), offer(99)] }), 9000],
    [
      'an aggregate',
      product(0, {
        offers: { '@type': 'AggregateOffer', lowPrice: '90', highPrice: 99, priceCurrency: 'TRY' },
      }),
      9000,
    ],
    [
      'an aggregate of offers',
      product(0, {
        offers: {
          '@type': 'AggregateOffer',
          lowPrice: 1,
          priceCurrency: 'TRY',
          offers: [{ price: 90 }, { price: 91 }],
        },
      }),
      9000,
    ],
    [
      'specifications, the list price among them',
      product(0, {
        offers: {
          '@type': 'Offer',
          priceSpecification: [
            { price: 120, priceCurrency: 'TRY', priceType: 'https://schema.org/ListPrice' },
            { price: 90, priceCurrency: 'TRY' },
          ],
        },
      }),
      9000,
    ],
    ['variants', { '@type': 'ProductGroup', name: 'x', hasVariant: [product(95), product(90)] }, 9000],
    [
      'offers of which the cheapest is sold out',
      product(0, {
        offers: [offer(80, { availability: 'OutOfStock' }), offer(90, { availability: 'InStock' })],
      }),
      9000,
    ],
    ['the same product twice', [product(90), product('90.00')], 9000],
    [
      'products beside it',
      [product(90, { isRelatedTo: [product(10)] }), { '@type': 'ItemList', itemListElement: [product(11)] }],
      9000,
    ],
    [
      'others of which one has this address',
      [product(10, { url: '/other' }), product(90, { url: URL_OF_PAGE })],
      9000,
    ],
    [
      'figures in @value',
      product(0, { offers: { price: { '@value': '90' }, priceCurrency: ['TRY'] } }),
      9000,
    ],
  ])('with %s', (_, value, amount) => {
    expect(read(page(ld(value))).price).toEqual(tl(amount as number));
  });

  test.each([
    [
      'line breaks in a string',
      '{"@type":"Product","description":"a\nb\tc","offers":{"price":"90","priceCurrency":"TRY"}}',
    ],
    [
      'commas too many',
      '{"@type":"Product","name":"a, ]","offers":[{"price":"90","priceCurrency":"TRY",},],}',
    ],
    ['a comment around it', '<!-- {"@type":"Product","offers":{"price":90,"priceCurrency":"TRY"}} -->'],
    [
      'CDATA around it',
      '//<![CDATA[\n{"@type":"Product","offers":{"price":90,"priceCurrency":"TRY"}}\n//]]>',
    ],
    [
      'a byte order mark and a semicolon',
      '\ufeff{"@type":"Product","offers":{"price":90,"priceCurrency":"TRY"}};',
    ],
  ])('that is not quite JSON: %s', (_, text) => {
    expect(read(page(`<script type='Application/LD+JSON; charset=utf-8'>${text}</script>`)).price).toEqual(
      tl(9000),
    );
  });

  test('that is broken is passed over for the next', () => {
    const broken =
      '<script type="application/ld+json">{"@type":"Product","offers":{"price":1299,90}</script>';
    expect(read(page(broken + ld(product(90)))).price).toEqual(tl(9000));
    expect(fault(page(broken))).toBe('no_price');
  });

  test('takes the name and the image from Open Graph where it has none', () => {
    const html = page(
      `${ld({ '@type': 'Product', offers: offer(90) })}<meta property="og:title" content="Kahve &amp; Çay"><meta property="og:image" content="//cdn.example/a.jpg">`,
    );
    expect(read(html)).toMatchObject({ name: 'Kahve & Çay', image: 'https://cdn.example/a.jpg' });
  });

  test('gives names as plain text', () => {
    const name = '<b>Kahve</b> &amp; Çay<style>b{}</style>\u0000 &lt;i&gt;';
    expect(read(page(ld(product(90, { name })))).name).toBe('Kahve & Çay <i>');
    expect(read(page(ld(product(90, { name: 'x'.repeat(5000) })))).name).toHaveLength(300);
  });
});

describe('microdata', () => {
  const item = (inside: string) =>
    page('', `<div itemscope itemtype="https://schema.org/Product">${inside}</div>`);

  test('gives the price and what is said beside it', () => {
    const html = item(`
      <h1 itemprop="name">Kahve <em>Makinesi</em></h1>
      <div itemprop="brand" itemscope itemtype="https://schema.org/Brand"><span itemprop="name">Marka</span></div>
      <img itemprop="image" src="/img/1.jpg">
      <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
        <span itemprop="price" content="1299.90">1.299,90 TL</span>
        <meta itemprop="priceCurrency" content="TRY">
        <link itemprop="availability" href="https://schema.org/OutOfStock">
      </div>`);
    expect(read(html)).toEqual({
      price: tl(129_990),
      name: 'Kahve Makinesi',
      brand: 'Marka',
      image: 'https://shop.example/img/1.jpg',
      availability: 'out_of_stock',
      source: 'microdata',
    });
  });

  test.each([
    ['a price in words', '<p itemprop="offers" itemscope><b itemprop="price">1.299,90 TL</b></p>'],
    [
      'a price on the product itself',
      '<data itemprop="price" value="1299.90">x</data><meta itemprop="priceCurrency" content="TRY">',
    ],
    [
      'two properties of one element',
      '<p itemprop="offers" itemscope><b itemprop="price lowPrice">1.299,90 TL</b></p>',
    ],
    ['elements that are not closed', '<div itemprop="offers" itemscope><p><b itemprop="price">1.299,90 TL'],
  ])('with %s', (_, inside) => {
    expect(read(item(inside)).price).toEqual(tl(129_990));
  });

  test('does not let a property be anything but a property', () => {
    expect(fault(item('<b itemprop="__proto__ constructor @type">x</b>'))).toBe('no_price');
    expect(({} as Record<string, unknown>).price).toBeUndefined();
  });
});

describe('Open Graph', () => {
  const meta = (pairs: Record<string, string>) =>
    page(
      Object.entries(pairs)
        .map(([name, content]) => `<meta property="${name}" content="${content}">`)
        .join(''),
    );

  test('gives the price and what is said beside it', () => {
    const html = meta({
      'og:title': 'Kahve Makinesi',
      'product:price:amount': '1.299,90',
      'product:price:currency': 'TRY',
      'product:brand': 'Marka',
      'product:availability': 'in stock',
    });
    expect(read(html)).toEqual({
      price: tl(129_990),
      name: 'Kahve Makinesi',
      brand: 'Marka',
      availability: 'in_stock',
      source: 'open-graph',
    });
  });

  test('prefers what is paid now', () => {
    const pairs = { 'og:price:amount': '120', 'product:sale_price:amount': '90', 'og:price:currency': 'TRY' };
    expect(read(meta(pairs)).price).toEqual(tl(9000));
  });
});

test('a figure that can be two prices in one mark-up is read from another', () => {
  const og =
    '<meta property="product:price:amount" content="12500.00"><meta property="product:price:currency" content="TRY">';
  expect(read(page(ld(product('12.500')) + og))).toMatchObject({
    price: tl(1_250_000),
    source: 'open-graph',
  });
  expect(fault(page(ld(product('12.500'))))).toBe('bad_price');
});

test.each([
  ['nothing', '', 'no_price'],
  ['an article', ld({ '@type': 'Article', name: 'x' }), 'no_price'],
  ['a product without offers', ld({ '@type': 'Product', name: 'x' }), 'no_price'],
  ['a price of zero', ld(product('0.00')), 'no_price'],
  ['an empty price', ld(product('')), 'no_price'],
  ['a negative price', ld(product('-5')), 'bad_price'],
  ['a negative number', ld(product(-5)), 'bad_price'],
  ['NaN', ld(product('NaN')), 'bad_price'],
  [
    'a number that is none',
    '<script type="application/ld+json">{"@type":"Product","offers":{"price":1e400,"priceCurrency":"TRY"}}</script>',
    'bad_price',
  ],
  ['an unknown currency', ld(product(90, { offers: { price: 90, priceCurrency: 'ZZZ' } })), 'bad_price'],
  ['no currency', ld(product(90, { offers: { price: 90 } })), 'bad_price'],
  ['other currencies than it says', ld(product('$90')), 'bad_price'],
  ['several products', ld(product(90), product(95)), 'several_products'],
])('refuses a page with %s', (_, head, expected) => {
  expect(fault(page(head))).toBe(expected);
});

test('is done with a hostile page in a moment', { timeout: PATIENCE }, () => {
  const pages = [
    '<div>'.repeat(400_000) + '</p>'.repeat(1000),
    '<div itemscope itemprop=a>'.repeat(80_000),
    '<b itemprop=x>'.repeat(140_000),
    ld({ '@type': 'Product', offers: Array.from({ length: 30_000 }, () => offer(90)) }),
    `<script type="application/ld+json">${'['.repeat(1_000_000)}</script>`,
    `<script type="application/ld+json">{"a":"${'\\'.repeat(1_000_000)}`,
    `<script type="application/ld+json">${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}</script>`,
    `<script type="application/ld+json">x${','.repeat(100_000)}</script>`,
    `<script type="application/ld+json">x${' '.repeat(200_000)}y</script>`,
    `<script type="application/ld+json">${'-->'.repeat(200_000)}</script>`,
    `<script type="application/ld+json">${'; '.repeat(200_000)}</script>`,
    ld(product(' '.repeat(500_000))),
    ld(product(90, { offers: { price: 90, priceCurrency: `${'. '.repeat(500_000)}x` } })),
    '<b>'.repeat(499) + '</i>'.repeat(450_000),
    `<script type="application/ld+json">,${' '.repeat(200_000)},</script>`.repeat(5),
    '<'.repeat(2_000_000),
    '<a '.repeat(600_000),
    `<a ${'x=1 '.repeat(500_000)}>`,
    `<html ${'lang="'.repeat(10_000)}`,
  ];
  for (const html of pages) {
    // Of the processor, as others may be busy on this machine.
    const before = process.cpuUsage();
    fault(html);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1500);
  }
});

test('answers to anything with a reading or a fault', { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.string({ unit: 'binary' }), (json, text) => {
      fault(page(`<script type="application/ld+json">${json}</script>${text}`));
      fault(page(ld({ '@type': 'Product', offers: JSON.parse(json), name: JSON.parse(json) })));
    }),
  );
});
