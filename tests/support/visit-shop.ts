import { PageError } from '../../kits/prices/server/shop/page-error.ts';
import type { PageFetcherOptions, Resolve } from '../../kits/prices/server/shop/page-fetcher.ts';
import type { ShopReading } from '../../kits/prices/server/shop/shop-reading.ts';
import { ShopVisitor, type Validators, type Visit } from '../../kits/prices/server/shop/shop-visitor.ts';
import { SHOP_ADDRESS } from './start-shop.ts';
import { onTeardown } from './teardown.ts';

/** The headers of a page in HTML. */
export const HTML = { 'content-type': 'text/html' };

/** A shop page with a price in TRY, as the shop writes it. */
export function shopPage(price: string, name = 'Kahve Makinesi'): string {
  const product = { '@type': 'Product', name, offers: { '@type': 'Offer', price, priceCurrency: 'TRY' } };
  return `<!doctype html><html lang="tr"><head><meta charset="utf-8"><script type="application/ld+json">${JSON.stringify(product)}</script></head></html>`;
}

/** A price in TRY. */
export const tl = (amount: number) => ({ amount, currency: 'TRY' });

/** Time of all visitors, which a test moves. */
export const shopClock = { time: 0, now: () => shopClock.time };

/** Starts a visitor of shops at {@link SHOP_ADDRESS}; nothing else of this machine is in its reach. It ends with the test. */
export function startVisitor(options: Partial<PageFetcherOptions> = {}): ShopVisitor {
  const visitor = new ShopVisitor({
    contact: 'https://tidings.example/prices',
    clock: shopClock,
    delay: 1,
    allowAddresses: [SHOP_ADDRESS],
    allowPorts: 'any',
    ...options,
  });
  onTeardown(() => visitor.close());
  return visitor;
}

/** Visits a page at a time at which its shop can be asked again. */
export async function visit(visitor: ShopVisitor, url: string, known?: Validators): Promise<Visit> {
  shopClock.time += 60_000;
  return visitor.visit(url, known);
}

/** Visits a page that has a price. */
export async function readingOf(visitor: ShopVisitor, url: string): Promise<ShopReading> {
  const visited = await visit(visitor, url);
  if (visited.status !== 'read') throw new Error(`It was ${visited.status}.`);
  return visited.reading;
}

/** Visits a page that cannot be read. */
export async function faultOf(visitor: ShopVisitor, url: string): Promise<PageError> {
  try {
    await visit(visitor, url);
  } catch (error) {
    if (error instanceof PageError) return error;
    throw error;
  }
  throw new Error('It was visited.');
}

/** Names of a test and their addresses; each time one is asked for, it has the next. */
export function namesWith(addresses: Readonly<Record<string, readonly (readonly string[])[]>>): Resolve {
  const turns = new Map<string, number>();
  return (hostname, _options, callback) => {
    const turn = turns.get(hostname) ?? 0;
    turns.set(hostname, turn + 1);
    const answers = addresses[hostname] ?? [];
    const found = answers[Math.min(turn, answers.length - 1)] ?? [];
    const family = (address: string) => (address.includes(':') ? 6 : 4);
    callback(
      null,
      found.map((address) => ({ address, family: family(address) })),
    );
  };
}
