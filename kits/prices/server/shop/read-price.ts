import { parseJsonLd } from './json-ld.ts';
import { PageError } from './page-error.ts';
import { readAmount } from './read-amount.ts';
import { readProduct } from './read-product.ts';
import { type PageMarks, scanPage } from './scan-page.ts';
import type { ShopReading } from './shop-reading.ts';
import { availabilityOf, imageOf, plainText } from './values.ts';

/**
 * Reads the price of a shop page from what the page says to machines: JSON-LD, then microdata, then Open Graph. The
 * first that has a price wins; the name, the image and so on may come from another.
 *
 * @param url Where the page was found; relative addresses in it are resolved by it.
 * @throws PageError `no_price`, `several_products`, `bad_price`
 */
export function readPrice(html: string, url: string): ShopReading {
  const marks = scanPage(html);
  const context = {
    url,
    canonical: resolve(marks.canonical ?? marks.meta.get('og:url'), url),
    title: plainText(marks.meta.get('og:title')),
    currency: currencyOf(marks.meta),
    locale: marks.language,
  };
  const ways = [
    () => ({ ...readProduct(marks.jsonLd.map(parseJsonLd), context), source: 'json-ld' as const }),
    () => ({ ...readProduct(marks.items, context), source: 'microdata' as const }),
    () => ({ ...readOpenGraph(marks, url), source: 'open-graph' as const }),
  ];
  let refused: PageError | undefined;
  for (const way of ways) {
    try {
      return withRest(way(), marks, url);
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      // That there is a price which cannot be read says more than that there is none elsewhere.
      if (!refused || refused.fault === 'no_price') refused = error;
    }
  }
  throw refused ?? noPrice();
}

function readOpenGraph({ meta, language }: PageMarks, url: string): Omit<ShopReading, 'source'> {
  const amount = AMOUNTS.map((name) => meta.get(name)).find((value) => value !== undefined);
  if (amount === undefined) throw noPrice();
  return {
    price: readAmount(amount, { currency: currencyOf(meta), locale: language }),
    ...restOf(meta, url),
  };
}

/** What a product that is on sale costs comes before what it cost. */
const AMOUNTS = [
  'product:sale_price:amount',
  'product:price:amount',
  'og:price:amount',
  'og:product:price:amount',
];
const CURRENCIES = [
  'product:sale_price:currency',
  'product:price:currency',
  'og:price:currency',
  'og:product:price:currency',
];

function currencyOf(meta: PageMarks['meta']): string | undefined {
  return CURRENCIES.map((name) => meta.get(name)).find((value) => value !== undefined);
}

/** What Open Graph says beside the price. */
function restOf(meta: PageMarks['meta'], url: string): Partial<ShopReading> {
  return clean({
    name: plainText(meta.get('og:title')),
    brand: plainText(meta.get('product:brand') ?? meta.get('og:brand')),
    image: imageOf(meta.get('og:image:secure_url') ?? meta.get('og:image'), url),
    availability: availabilityOf(meta.get('product:availability') ?? meta.get('og:availability')),
  });
}

function withRest(reading: ShopReading, { meta }: PageMarks, url: string): ShopReading {
  return { ...restOf(meta, url), ...reading };
}

function resolve(address: string | undefined, base: string): string | undefined {
  return address === undefined ? undefined : URL.parse(address, base)?.href;
}

function noPrice(): PageError {
  return new PageError('no_price', 'The page says no price that machines can read.');
}

/** Without the properties that are undefined. */
function clean<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
