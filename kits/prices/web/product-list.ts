/**
 * The products that the page shows, kept up to date by events and read again where those have a hole.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../shared/web/call.ts';
import { whenLive } from '../../shared/web/when-live.ts';
import type { PriceUpdate, Product, ProductAdded, ProductState } from '../events.ts';
import type { Threshold } from './threshold.ts';

/** A user's watch on a product. */
export interface Watch {
  readonly product: ProductState;
  readonly threshold: Threshold;
  /** The highest amount that is told of; null for any drop. */
  readonly atMost: number | null;
}

/** What the page shows. */
export interface ProductsState {
  /** The newest first. */
  readonly products: readonly ProductState[];
  /** Ids of those that came while the page was open. */
  readonly fresh: ReadonlySet<string>;
  readonly watches: ReadonlyMap<string, Watch>;
  /** Those that were read by themselves: what is shown alone stays, whatever becomes of the lists. */
  readonly singles: ReadonlyMap<string, ProductState>;
  readonly next: string | undefined;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Page {
  readonly products: readonly ProductState[];
  readonly next?: string;
}

/** A watch as the server tells of it: without how the product's shop page is doing. */
type WatchAnswer = Omit<Watch, 'product'> & { readonly product: Product };

interface WatchPage {
  readonly watches: readonly WatchAnswer[];
  readonly next?: string;
}

const PAGE = 24;
const WATCHES = 100;

const EMPTY: ProductsState = {
  products: [],
  fresh: new Set(),
  watches: new Map(),
  singles: new Map(),
  next: undefined,
  loaded: false,
  error: undefined,
};

/** Products that match a search, newest first, and the visitor's watches. */
export class ProductList {
  readonly state: Store<ProductsState>;
  readonly #call: Call;
  readonly #set: (change: Partial<ProductsState>) => void;
  readonly #stops: readonly (() => void)[];
  #search = '';
  /** Only the answer to the newest question counts. */
  #asked = 0;
  #watchesAsked = 0;
  /** Products whose watch was set or ended here since all were asked for: newer than the answer to that. */
  readonly #decided = new Set<string>();

  constructor(client: Client, call: Call) {
    this.#call = call;
    const store = createStore<ProductsState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ product_added: ProductAdded }>('products:all');
    this.#stops = [
      channel.on('product_added', ({ product }) => this.#arrive({ ...product, shop: null })),
      channel.onGap(() => this.search(this.#search)),
      whenLive(client, channel, () => {
        void this.search(this.#search);
        void this.#loadWatches();
      }),
    ];
  }

  /** Shows the products that match. */
  async search(text: string): Promise<void> {
    this.#search = text;
    await this.#load({ loaded: false });
  }

  /** Loads the page after the last; not while a search is under way, of which that is no page. */
  async more(): Promise<void> {
    if (this.#now.loaded) await this.#load({}, this.#now.next);
  }

  /** Takes a product as it is now, from an answer or an event; an older one is left alone. */
  put(product: ProductState): void {
    this.#change(product.id, (before) => newer(product, before));
  }

  /** Takes a changed price. */
  apply({ product_id: id, new: price, old, version, at }: PriceUpdate): void {
    this.#change(id, (before) =>
      before.version >= version
        ? before
        : { ...before, amount: price.amount, previous: old.amount, version, updated: at },
    );
  }

  /** Reads a product again: something was missed, or it is shown alone. @throws CallError */
  async reload(id: string): Promise<ProductState> {
    const product = await this.#call<ProductState>(`/prices/products/${encodeURIComponent(id)}`);
    const single = newer(product, this.find(id));
    this.#set({ singles: new Map(this.#now.singles).set(id, single) });
    this.put(product);
    return product;
  }

  /** Begins or changes a watch. @throws CallError */
  async watch(id: string, threshold: Threshold): Promise<void> {
    const path = `/prices/watches/${encodeURIComponent(id)}`;
    const answer = await this.#call<WatchAnswer>(path, { method: 'PUT', body: { threshold } });
    this.#decided.add(id);
    this.#set({ watches: new Map(this.#now.watches).set(id, this.#watchOf(answer)) });
  }

  /** Ends a watch. @throws CallError */
  async unwatch(id: string): Promise<void> {
    await this.#call(`/prices/watches/${encodeURIComponent(id)}`, { method: 'DELETE' });
    this.#decided.add(id);
    const watches = new Map(this.#now.watches);
    watches.delete(id);
    this.#set({ watches });
  }

  find(id: string): ProductState | undefined {
    const { products, watches, singles } = this.#now;
    return products.find((each) => each.id === id) ?? watches.get(id)?.product ?? singles.get(id);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#asked += 1;
    this.#watchesAsked += 1;
  }

  get #now(): ProductsState {
    return this.state.getSnapshot();
  }

  async #load(before: Partial<ProductsState>, after?: string): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#set(before);
    const query = new URLSearchParams({ limit: String(PAGE), search: this.#search });
    if (after !== undefined) query.set('after', after);
    try {
      const { products, next } = await this.#call<Page>(`/prices/products?${query}`);
      if (asked !== this.#asked) return;
      const { products: before, fresh } = this.#now;
      // An answer may be older than what was heard while it was on its way.
      const read = products.map((each) => newer(each, this.find(each.id)));
      const arrived = this.#search === '' ? before.filter(({ id }) => fresh.has(id)) : [];
      const known = (after === undefined ? arrived : before).filter(
        ({ id }) => !read.some((each) => each.id === id),
      );
      this.#set({ products: [...known, ...read], next, loaded: true, error: undefined });
      for (const each of read) this.put(each);
    } catch (error) {
      if (asked === this.#asked) this.#set({ error, loaded: true });
    }
  }

  async #loadWatches(): Promise<void> {
    this.#watchesAsked += 1;
    const asked = this.#watchesAsked;
    this.#decided.clear();
    const answers: WatchAnswer[] = [];
    try {
      for (let after = ''; ; ) {
        const query = new URLSearchParams({ limit: String(WATCHES), ...(after && { after }) });
        const page = await this.#call<WatchPage>(`/prices/watches?${query}`);
        answers.push(...page.watches);
        if (page.next === undefined) break;
        after = page.next;
      }
      if (asked !== this.#watchesAsked) return;
      const watches = new Map(answers.map((answer) => [answer.product.id, this.#watchOf(answer)]));
      for (const id of this.#decided) {
        const decided = this.#now.watches.get(id);
        if (decided) watches.set(id, decided);
        else watches.delete(id);
      }
      this.#set({ watches });
    } catch (error) {
      if (asked === this.#watchesAsked) this.#set({ error });
    }
  }

  #watchOf({ product, ...watch }: WatchAnswer): Watch {
    const known = this.find(product.id);
    return { ...watch, product: newer({ ...product, shop: known?.shop ?? null }, known) };
  }

  /** Changes a product wherever it stands. */
  #change(id: string, change: (before: ProductState) => ProductState): void {
    const { products, watches, singles } = this.#now;
    const watch = watches.get(id);
    const single = singles.get(id);
    this.#set({
      products: products.map((each) => (each.id === id ? change(each) : each)),
      ...(watch ? { watches: new Map(watches).set(id, { ...watch, product: change(watch.product) }) } : {}),
      ...(single ? { singles: new Map(singles).set(id, change(single)) } : {}),
    });
  }

  #arrive(product: ProductState): void {
    const { products, fresh } = this.#now;
    if (this.#search !== '' || products.some(({ id }) => id === product.id)) return;
    this.#set({ products: [product, ...products], fresh: new Set(fresh).add(product.id) });
  }
}

function newer(product: ProductState, other: ProductState | undefined): ProductState {
  return other && other.version > product.version ? other : product;
}
