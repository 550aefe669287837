/**
 * One product and its market: the prices of its sizes, their books, what was sold.
 *
 * @module
 */
import type { Client, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type {
  AskUpdated,
  BidUpdated,
  BookUpdated,
  MatchCreated,
  ProductState,
  ProductUpdated,
  SizeState,
  Trade,
} from '../../events.ts';
import { LiveState } from '../live-state.ts';

/** What is known of a product. */
export interface SneakerState {
  /** `undefined` until it is read. */
  readonly product: ProductState | undefined;
  /** It was removed while the page was open. */
  readonly removed: boolean;
  /** By size, as far as they were asked for or told of. */
  readonly books: ReadonlyMap<string, BookUpdated>;
  /** The newest first. */
  readonly trades: readonly Trade[];
  readonly error: unknown;
}

interface SneakerEvents {
  readonly BID_UPDATED: BidUpdated;
  readonly ASK_UPDATED: AskUpdated;
  readonly MATCH_CREATED: MatchCreated;
  readonly PRODUCT_UPDATED: ProductUpdated;
}

/** Sales that are listed. */
const TRADES = 20;

const EMPTY: SneakerState = {
  product: undefined,
  removed: false,
  books: new Map(),
  trades: [],
  error: undefined,
};

/** Follows a product until it is closed. */
export class Sneaker {
  readonly state: Store<SneakerState>;
  readonly #live = new LiveState<SneakerState>(EMPTY);
  readonly #call: Call;
  readonly #path: string;
  readonly #stops: readonly (() => void)[];
  /** The size whose book is shown. */
  #size: string | undefined;

  constructor(client: Client, call: Call, id: string) {
    this.#call = call;
    this.#path = `/market/products/${encodeURIComponent(id)}`;
    this.state = this.#live.store;
    const prices = client.channel<SneakerEvents>(`sneaker:${id}`);
    const depth = client.channel<{ BOOK_UPDATED: BookUpdated }>(`depth:${id}`);
    this.#stops = [
      prices.on('BID_UPDATED', (update) => this.#price('highest_bid', update)),
      prices.on('ASK_UPDATED', (update) => this.#price('lowest_ask', update)),
      prices.on('MATCH_CREATED', (match) => this.#sold(match)),
      prices.on('PRODUCT_UPDATED', ({ product }) => {
        this.#live.change((state) => ({
          ...state,
          removed: product === null,
          ...(product && state.product ? { product: { ...state.product, ...product } } : {}),
        }));
        const known = this.#live.now.product?.by_size.map(({ size }) => size);
        // An event does not say what is bid and asked for a size that is new.
        if (product && product.sizes.join('\n') !== known?.join('\n')) void this.load();
      }),
      depth.on('BOOK_UPDATED', (book) => this.#live.change((state) => withBook(state, book))),
      prices.onGap(() => this.load()),
      depth.onGap(() => this.#loadBook()),
      whenLive(client, prices, () => void this.load()),
      whenLive(client, depth, () => void this.#loadBook()),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    await Promise.all([
      this.#read(
        'product',
        () => this.#call<ProductState>(this.#path),
        (state, product) => ({ ...state, product: newest(product, state.product), error: undefined }),
      ),
      this.#read(
        'trades',
        () => this.#call<{ readonly trades: readonly Trade[] }>(`${this.#path}/trades?limit=${TRADES}`),
        (state, { trades }) => withTrades(state, trades),
      ),
      this.#loadBook(),
    ]);
  }

  /** Shows a size's book. */
  async show(size: string): Promise<void> {
    this.#size = size;
    await this.#loadBook();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#live.forget();
  }

  async #loadBook(): Promise<void> {
    const size = this.#size;
    if (size === undefined) return;
    const query = new URLSearchParams({ size });
    await this.#read(
      'book',
      () => this.#call<BookUpdated>(`${this.#path}/book?${query}`),
      (state, book) => withBook(state, book),
    );
  }

  async #read<Answer>(
    kind: string,
    ask: () => Promise<Answer>,
    take: (state: SneakerState, answer: Answer) => SneakerState,
  ): Promise<void> {
    try {
      await this.#live.read(kind, ask, take);
    } catch (error) {
      this.#live.change((state) => ({ ...state, error }));
    }
  }

  #price(side: 'highest_bid' | 'lowest_ask', update: BidUpdated): void {
    const { size, size_price: price, size_amount: amount, version } = update;
    this.#live.change((state) => {
      const { product } = state;
      if (!product) return state;
      const by_size = product.by_size.map((each) =>
        each.size === size && version >= each.version
          ? { ...each, [side]: price, [`${side}_amount`]: amount, version }
          : each,
      );
      return { ...state, product: { ...product, by_size } };
    });
  }

  #sold(match: MatchCreated): void {
    this.#live.change((state) => {
      const told = withTrades(state, [match]);
      const { product } = told;
      if (!product || (product.last_sale_at ?? 0) > match.at) return told;
      const last = { last_sale: match.price, last_sale_amount: match.amount, last_sale_at: match.at };
      const by_size = product.by_size.map((each) => (each.size === match.size ? { ...each, ...last } : each));
      return { ...told, product: { ...product, ...last, by_size } };
    });
  }
}

/** Of each size what is newer: an answer may be that of a node that has not heard of the newest yet. */
function newest(product: ProductState, before: ProductState | undefined): ProductState {
  const newer = (size: SizeState) => {
    const known = before?.by_size.find((each) => each.size === size.size);
    return known && known.version > size.version ? known : size;
  };
  return { ...product, by_size: product.by_size.map(newer) };
}

function withBook(state: SneakerState, book: BookUpdated): SneakerState {
  const known = state.books.get(book.size);
  if (known && known.version > book.version) return state;
  return { ...state, books: new Map(state.books).set(book.size, book) };
}

function withTrades(state: SneakerState, trades: readonly Trade[]): SneakerState {
  const known = new Set(state.trades.map(({ match_id: id }) => id));
  const all = [...state.trades, ...trades.filter(({ match_id: id }) => !known.has(id))];
  return { ...state, trades: all.toSorted((a, b) => b.match_id - a.match_id).slice(0, TRADES) };
}
