/**
 * The products that the page shows: the hot deals, and what a search finds. Prices are kept up to date by events.
 *
 * @module
 */
import type { Client, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type {
  AskUpdated,
  BidUpdated,
  Feed,
  MatchCreated,
  NewProduct,
  PopularUpdated,
  PriceDrop,
  Product,
  ProductUpdated,
} from '../../events.ts';
import { type Change, LiveState } from '../live-state.ts';

/** What the page shows. */
export interface ProductsState {
  /** All that are known, by id. */
  readonly products: ReadonlyMap<string, Product>;
  /** Ids: those that came while the page was open first, then the most popular, then the newest. */
  readonly arrived: readonly string[];
  readonly popular: readonly string[];
  readonly newest: readonly string[];
  /** By product, the newest drop of the last day. */
  readonly drops: ReadonlyMap<string, PriceDrop>;
  /** Products whose price has dropped while the page was open. */
  readonly dropped: ReadonlySet<string>;
  /** Ids of what the search has found. */
  readonly found: readonly string[];
  /** Where the search goes on; `undefined` at its end. */
  readonly next: string | undefined;
  /** The hot deals are there. */
  readonly loaded: boolean;
  /** The search is under way. */
  readonly searching: boolean;
  readonly error: unknown;
}

/** The orders that products may be listed in. */
export const SORTS = ['newest', 'ask', 'bid', 'trades'] as const;

/** An order that products may be listed in. */
export type Sort = (typeof SORTS)[number];

/** What is looked for. */
export interface Search {
  readonly text: string;
  readonly sort: Sort;
}

interface Page {
  readonly products: readonly Product[];
  readonly next?: string | null;
}

interface MarketEvents {
  readonly BID_UPDATED: BidUpdated;
  readonly ASK_UPDATED: AskUpdated;
  readonly MATCH_CREATED: MatchCreated;
  readonly PRODUCT_UPDATED: ProductUpdated;
}

interface FeedEvents {
  readonly NEW_PRODUCT: NewProduct;
  readonly PRICE_DROP: PriceDrop;
  readonly POPULAR_UPDATED: PopularUpdated;
}

const PAGE = 24;

const EMPTY: ProductsState = {
  products: new Map(),
  arrived: [],
  popular: [],
  newest: [],
  drops: new Map(),
  dropped: new Set(),
  found: [],
  next: undefined,
  loaded: false,
  searching: false,
  error: undefined,
};

/** Follows the market until it is closed. */
export class Products {
  readonly state: Store<ProductsState>;
  readonly #live = new LiveState<ProductsState>(EMPTY);
  readonly #call: Call;
  readonly #stops: readonly (() => void)[];
  #search: Search | undefined;

  constructor(client: Client, call: Call) {
    this.#call = call;
    this.state = this.#live.store;
    const market = client.channel<MarketEvents>('market:all');
    const feed = client.channel<FeedEvents>('feed:deals');
    const reload = async () => {
      await Promise.all([this.#loadFeed(), this.#search ? this.search(this.#search) : undefined]);
    };
    // What is read once both are followed has no hole behind it.
    const waiting = new Set<unknown>([market, feed]);
    const ready = (channel: unknown) => {
      waiting.delete(channel);
      if (waiting.size === 0) void reload();
    };
    this.#stops = [
      market.on('BID_UPDATED', ({ product_id: id, price, amount }) =>
        this.#patch(id, { highest_bid: price, highest_bid_amount: amount }),
      ),
      market.on('ASK_UPDATED', ({ product_id: id, price, amount }) =>
        this.#patch(id, { lowest_ask: price, lowest_ask_amount: amount }),
      ),
      market.on('MATCH_CREATED', ({ product_id: id, price, amount, at }) =>
        this.#patch(id, { last_sale: price, last_sale_amount: amount, last_sale_at: at }),
      ),
      market.on('PRODUCT_UPDATED', ({ product_id: id, product }) =>
        this.#live.change(product ? (state) => withProducts(state, [product]) : remove(id)),
      ),
      feed.on('NEW_PRODUCT', ({ product }) =>
        this.#live.change((state) => ({
          // What is known of it is as new as the event.
          ...(state.products.has(product.id) ? state : withProducts(state, [product])),
          arrived: [product.id, ...state.arrived.filter((id) => id !== product.id)],
        })),
      ),
      feed.on('PRICE_DROP', (drop) => this.#live.change(dropIn(drop))),
      feed.on('POPULAR_UPDATED', ({ products }) => this.#rank(products.map(({ product_id: id }) => id))),
      market.onGap(reload),
      feed.onGap(reload),
      whenLive(client, market, () => ready(market)),
      whenLive(client, feed, () => ready(feed)),
    ];
  }

  /** Shows the products that match, from the first page on. */
  async search(search: Search): Promise<void> {
    this.#search = search;
    this.#live.change((state) => ({ ...state, searching: true }));
    await this.#loadPage(search);
  }

  /** Loads the page after the last; not while a search is under way, of which that is no page. */
  async more(): Promise<void> {
    const { next, searching } = this.#live.now;
    if (this.#search && next !== undefined && !searching) await this.#loadPage(this.#search, next);
  }

  /** Reads products that nothing is known of. */
  async need(ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map((id) =>
        this.#read(
          `product ${id}`,
          () => this.#call<Product>(`/market/products/${encodeURIComponent(id)}`),
          (state, product) => withProducts(state, [product]),
        ),
      ),
    );
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#live.forget();
  }

  async #loadPage({ text, sort }: Search, after?: string): Promise<void> {
    const query = new URLSearchParams({ limit: String(PAGE), sort });
    if (text !== '') query.set('search', text);
    if (after !== undefined) query.set('after', after);
    await this.#read(
      'search',
      () => this.#call<Page>(`/market/products?${query}`),
      (state, { products, next }) => {
        const ids = products.map(({ id }) => id);
        const before = after === undefined ? [] : state.found.filter((id) => !ids.includes(id));
        return {
          ...withProducts(state, products),
          found: [...before, ...ids],
          next: next ?? undefined,
          searching: false,
        };
      },
    );
  }

  async #loadFeed(): Promise<void> {
    await this.#read(
      'feed',
      () => this.#call<Feed>('/market/feed'),
      (state, { popular, newest, drops }) => ({
        ...withProducts(state, [...newest, ...popular]),
        popular: popular.map(({ id }) => id),
        newest: newest.map(({ id }) => id),
        // The newest first: it is set last.
        drops: new Map(drops.toReversed().map((drop) => [drop.product_id, drop])),
        loaded: true,
      }),
    );
  }

  /** Reads; an error stands in the state. */
  async #read<Answer>(
    kind: string,
    ask: () => Promise<Answer>,
    take: (state: ProductsState, answer: Answer) => ProductsState,
  ): Promise<void> {
    try {
      await this.#live.read(kind, ask, (state, answer) => ({ ...take(state, answer), error: undefined }));
    } catch (error) {
      this.#live.change((state) => ({ ...state, error, loaded: true, searching: false }));
    }
  }

  #patch(id: string, change: Partial<Product>): void {
    this.#live.change((state) => {
      const before = state.products.get(id);
      return before ? withProducts(state, [{ ...before, ...change }]) : state;
    });
  }

  /** Takes a new order of the most popular; those that nothing is known of are read. */
  #rank(popular: readonly string[]): void {
    this.#live.change((state) => ({ ...state, popular }));
    if (popular.some((id) => !this.#live.now.products.has(id))) void this.#loadFeed();
  }
}

function withProducts(state: ProductsState, products: readonly Product[]): ProductsState {
  const all = new Map(state.products);
  for (const product of products) all.set(product.id, product);
  return { ...state, products: all };
}

function remove(id: string): Change<ProductsState> {
  return (state) => {
    const products = new Map(state.products);
    products.delete(id);
    return { ...state, products };
  };
}

function dropIn(drop: PriceDrop): Change<ProductsState> {
  return (state) => ({
    ...state,
    drops: new Map(state.drops).set(drop.product_id, drop),
    dropped: new Set(state.dropped).add(drop.product_id),
  });
}
