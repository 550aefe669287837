import { PageError } from './page-error.ts';
import { readAmount } from './read-amount.ts';
import type { SchemaNode } from './scan-page.ts';
import type { ShopReading } from './shop-reading.ts';
import { availabilityOf, imageOf, lastPart, listOf, nodesOf, plainText, scalarOf } from './values.ts';

/** What the page says elsewhere, to tell its own product from others. */
export interface PageContext {
  readonly url: string;
  readonly canonical: string | undefined;
  readonly title: string | undefined;
  /** Used where an offer names none. */
  readonly currency: string | undefined;
  readonly locale: string | undefined;
}

type ProductReading = Omit<ShopReading, 'source'>;

const PRODUCTS: ReadonlySet<string> = new Set([
  'Product',
  'ProductGroup',
  'ProductModel',
  'IndividualProduct',
  'SomeProducts',
  'Vehicle',
  'Car',
  'Motorcycle',
  'Book',
  'VideoGame',
  'SoftwareApplication',
  'MobileApplication',
]);
/** Where a page names other products than its own. */
const OTHERS: ReadonlySet<string> = new Set([
  'isRelatedTo',
  'isSimilarTo',
  'isAccessoryOrSparePartFor',
  'review',
]);
/** Prices that nobody pays now. */
const NOT_PAID = /ListPrice|SRP|MSRP|StrikethroughPrice|RegularPrice|MinimumAdvertisedPrice/;
const MAX_NODES = 10_000;
const MAX_DEPTH = 20;

/**
 * Reads the page's own product from what it describes in the words of schema.org.
 *
 * @throws PageError `no_price`, `several_products`, `bad_price`
 */
export function readProduct(roots: readonly unknown[], context: PageContext): ProductReading {
  const { products, ids } = collect(roots);
  let refused: PageError | undefined;
  const readable = products.flatMap((product) => {
    try {
      return [{ product, reading: readOne(product, ids, context) }];
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      if (!refused || refused.fault === 'no_price') refused = error;
      return [];
    }
  });
  const [first, ...more] = pagesOwn(readable, context);
  if (!first) throw refused ?? new PageError('no_price', 'The page describes no product.');
  const { amount, currency } = first.reading.price;
  // Plugins describe one product twice.
  if (more.some(({ reading: { price } }) => price.amount !== amount || price.currency !== currency))
    throw new PageError('several_products', 'The page describes several products.');
  return first.reading;
}

interface Collected {
  readonly products: SchemaNode[];
  readonly ids: Map<string, SchemaNode>;
}

/** Finds the products at any depth, and everything that has an `@id`. */
function collect(roots: readonly unknown[]): Collected {
  const found: Collected = { products: [], ids: new Map() };
  const queue = roots.map((value) => ({ value, depth: 0, other: false }));
  for (const [index, { value, depth, other }] of queue.entries()) {
    if (index > MAX_NODES) break;
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) continue;
    let inside = other;
    if (!Array.isArray(value)) {
      const node = value as SchemaNode;
      const id = node['@id'];
      // A mere reference has nothing but its id.
      if (typeof id === 'string' && Object.keys(node).length > 1) found.ids.set(id, node);
      const isOwn = typesOf(node).some((type) => PRODUCTS.has(type));
      if (isOwn && !other) found.products.push(node);
      // Products in a product are its variants, or others.
      inside ||= isOwn || typesOf(node).includes('ItemList');
    }
    for (const [key, child] of Object.entries(value))
      if (queue.length < MAX_NODES)
        queue.push({ value: child, depth: depth + 1, other: inside || OTHERS.has(key) });
  }
  return found;
}

function typesOf(node: SchemaNode): string[] {
  return listOf(node['@type'])
    .filter((type) => typeof type === 'string')
    .map(lastPart);
}

interface Candidate {
  readonly product: SchemaNode;
  readonly reading: ProductReading;
}

/** Of several products those that the page is about, if it says so. */
function pagesOwn(
  candidates: readonly Candidate[],
  { url, canonical, title }: PageContext,
): readonly Candidate[] {
  const tests: ((candidate: Candidate) => boolean)[] = [
    ({ product }) => addressesOf(product, url).some((address) => samePage(address, url)),
    ({ product }) => addressesOf(product, url).some((address) => samePage(address, canonical ?? url)),
    ({ reading: { name } }) => title !== undefined && name !== undefined && title.startsWith(name),
  ];
  if (candidates.length < 2) return candidates;
  for (const test of tests) {
    const own = candidates.filter(test);
    if (own.length > 0) return own;
  }
  return candidates;
}

function addressesOf(product: SchemaNode, base: string): string[] {
  return [product.url, product['@id'], product.mainEntityOfPage]
    .flatMap(listOf)
    .filter((value) => typeof value === 'string' && !value.startsWith('#'))
    .flatMap((value) => URL.parse(value as string, base)?.href ?? []);
}

function samePage(one: string, other: string): boolean {
  const [first, second] = [one, other].map((address) => {
    const { host, pathname, search } = new URL(address);
    return `${host}${pathname.replace(/\/$/, '')}${search}`;
  });
  return first === second;
}

/** Something that may have a price, with what it inherits. */
interface Offer {
  readonly node: SchemaNode;
  readonly currency: unknown;
  readonly fallback?: unknown;
}

function readOne(product: SchemaNode, ids: Collected['ids'], context: PageContext): ProductReading {
  let refused: PageError | undefined;
  const prices = offersOf(product, ids).flatMap((offer) => {
    try {
      return [{ price: priceOf(offer, context), availability: availabilityOf(offer.node.availability) }];
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      if (!refused || refused.fault === 'no_price') refused = error;
      return [];
    }
  });
  // Of several offers the cheapest that can be had.
  const available = prices.filter(({ availability }) => availability !== 'out_of_stock');
  const [first, ...more] = available.length > 0 ? available : prices;
  if (!first) throw refused ?? new PageError('no_price', 'The product has no offer.');
  const best = more
    .filter(({ price }) => price.currency === first.price.currency)
    .reduce((least, one) => (one.price.amount < least.price.amount ? one : least), first);
  const name = plainText(product.name);
  const [brandNode] = nodesOf(product.brand);
  const brand = plainText(brandNode ? resolved(brandNode, ids).name : product.brand);
  const image = imageOf(product.image, context.url);
  return {
    price: best.price,
    ...(name === undefined ? {} : { name }),
    ...(brand === undefined ? {} : { brand }),
    ...(image === undefined ? {} : { image }),
    ...(best.availability === undefined ? {} : { availability: best.availability }),
  };
}

/** The offers of a product and of its variants, those of an aggregate each. */
function offersOf(product: SchemaNode, ids: Collected['ids']): Offer[] {
  const direct = nodesOf(product.offers).flatMap((reference) => {
    const node = resolved(reference, ids);
    const currency = node.priceCurrency;
    const inner = nodesOf(node.offers).map((one) => ({ node: resolved(one, ids), currency }));
    const own = { node, currency, fallback: node.lowPrice };
    // An aggregate's own figure is used only where its offers have none.
    return inner.some((offer) => figureOf(offer) !== undefined) ? inner : [own];
  });
  const variants = nodesOf(product.hasVariant).flatMap((variant) =>
    nodesOf(resolved(variant, ids).offers).map((offer) => {
      const node = resolved(offer, ids);
      return { node, currency: node.priceCurrency };
    }),
  );
  const offers = [...direct, ...variants];
  // Some microdata has the price on the product itself.
  return offers.length > 0 ? offers : [{ node: product, currency: product.priceCurrency }];
}

function resolved(node: SchemaNode, ids: Collected['ids']): SchemaNode {
  const id = node['@id'];
  return (Object.keys(node).length === 1 && typeof id === 'string' && ids.get(id)) || node;
}

function specificationOf({ node }: Offer): SchemaNode | undefined {
  return nodesOf(node.priceSpecification).find(
    (one) => scalarOf(one.price) !== undefined && !NOT_PAID.test(String(scalarOf(one.priceType) ?? '')),
  );
}

function figureOf(offer: Offer): string | number | undefined {
  return scalarOf(offer.node.price) ?? scalarOf(specificationOf(offer)?.price) ?? scalarOf(offer.fallback);
}

function priceOf(offer: Offer, context: PageContext) {
  const figure = figureOf(offer);
  if (figure === undefined) throw new PageError('no_price', 'The offer has no price.');
  const currency =
    scalarOf(offer.node.priceCurrency) ??
    scalarOf(specificationOf(offer)?.priceCurrency) ??
    scalarOf(offer.currency) ??
    context.currency;
  return readAmount(figure, { currency, locale: context.locale });
}
