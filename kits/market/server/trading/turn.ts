/**
 * A turn: what is done to the books of one product in one transaction, while nobody else does anything to them. It is
 * decided here, in memory; {@link writeTurn} writes it and tells of it.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Language, Side } from '../../events.ts';
import type { OrderBook } from '../book/order-book.ts';
import type { Database } from '../market-part.ts';
import { amountOf, type Offered, priceOf } from '../money.ts';
import { noProduct, type ProductRow, sizesOf } from '../products/products.ts';
import type { BookRow, Books, WaitingOffer } from './books.ts';

/** What is placed, by whom. */
export interface NewOffer extends Offered {
  readonly side: Side;
  readonly user: string;
  readonly language: Language;
  readonly size?: string | undefined;
  readonly days: number;
  readonly keyed: Keyed;
}

/** What a placement is known by when it comes again. */
export interface Keyed {
  readonly key: string | null;
  /** What was asked for, as JSON. */
  readonly asked: string;
}

/** What has become of an offer: it waits, unless there is a deal. */
export interface Outcome {
  readonly offer: WaitingOffer;
  readonly deal?: Deal | undefined;
}

/** A pair that is sold. */
export interface Deal {
  /** Of its row; 0 as long as it is not written. */
  id: number;
  readonly size: string;
  readonly amount: number;
  readonly bid: WaitingOffer;
  readonly ask: WaitingOffer;
  readonly taker: Side;
  readonly version: number;
}

/** How an offer ceases to be open. */
export type Ending = 'matched' | 'cancelled' | 'expired' | 'withdrawn';

/** A book that was looked at, and what it was before. */
export interface OpenedBook {
  readonly size: string;
  readonly orders: OrderBook<WaitingOffer>;
  readonly row: BookRow | undefined;
}

/** Whether a book is another than before. */
export function isChanged({ orders, row }: OpenedBook): boolean {
  return orders.version !== (row?.version ?? 0);
}

const DAY = 24 * 60 * 60 * 1000;

export class Turn {
  readonly product: ProductRow;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
  /** The product's books as they were, of all sizes that have one. */
  readonly rows: readonly BookRow[];
  readonly books = new Map<string, OpenedBook>();
  /** Offers that are new. */
  readonly placed = new Map<WaitingOffer, Keyed>();
  /** Offers that have another price. */
  readonly moved = new Set<WaitingOffer>();
  /** Offers that are open no more. */
  readonly ended = new Map<WaitingOffer, Ending>();
  readonly deals: Deal[] = [];
  readonly #cache: Books;
  readonly #db: Database;

  constructor(
    { product, rows, now }: Pick<Turn, 'product' | 'rows' | 'now'>,
    { cache, db }: { readonly cache: Books; readonly db: Database },
  ) {
    this.product = product;
    this.rows = rows;
    this.now = now;
    this.#cache = cache;
    this.#db = db;
  }

  /**
   * Places a bid or an ask.
   *
   * @returns the offer, and the deal when it has met another.
   * @throws TidingsError `not_found`, `trading_halted`, `invalid_request`, `self_match`; then nothing was placed.
   */
  async place(given: NewOffer): Promise<Outcome> {
    const { side, user, language } = given;
    this.#requireTrading();
    const size = this.#sizeOf(given.size);
    const amount = this.#amountOf(given);
    const { orders } = await this.book(size);
    if (orders.meetsOwn({ side, user, amount })) throw selfMatch(side);
    const expires = this.now + given.days * DAY;
    const { offer, met } = orders.place({
      ...{ id: 0, size, side, user, amount, language },
      ...{ placed: this.now, expires },
    });
    this.placed.set(offer, given.keyed);
    return { offer, deal: met && this.#deal(orders, offer, met) };
  }

  /** Gives an offer that waits another price, and a new place in time; at the same price it stays where it is. */
  async change(waiting: WaitingOffer, offered: Offered): Promise<Outcome> {
    this.#requireTrading();
    const amount = this.#amountOf(offered);
    if (amount === waiting.amount) return { offer: waiting };
    const { orders } = await this.book(waiting.size);
    if (orders.meetsOwn({ ...waiting, amount })) throw selfMatch(waiting.side);
    orders.remove(waiting.turn);
    const { offer, met } = orders.place({ ...waiting, amount });
    this.moved.add(offer);
    return { offer, deal: met && this.#deal(orders, offer, met) };
  }

  /** Takes an offer that waits out of its book. */
  async end(waiting: WaitingOffer, ending: Ending): Promise<void> {
    const { orders } = await this.book(waiting.size);
    orders.remove(waiting.turn);
    this.ended.set(waiting, ending);
  }

  /** Takes offers out of the product's books. @param most so many of them. @returns whether that was all. */
  async withdraw(most: number): Promise<boolean> {
    let left = most;
    for (const { size } of this.rows) {
      const { orders } = await this.book(size);
      for (const offer of [...orders.offers('bid'), ...orders.offers('ask')]) {
        if (left === 0) return false;
        left -= 1;
        await this.end(offer, 'withdrawn');
      }
    }
    return true;
  }

  /** The offer of a row, if it waits. */
  async waiting({ size, turn }: Pick<WaitingOffer, 'size' | 'turn'>): Promise<WaitingOffer | undefined> {
    return (await this.book(size)).orders.get(turn);
  }

  /** Whether anything is another than before. */
  get changed(): boolean {
    return [...this.books.values()].some(isChanged);
  }

  /** A size's book, without what has expired. */
  async book(size: string): Promise<OpenedBook> {
    const opened = this.books.get(size);
    if (opened) return opened;
    const row = this.rows.find((candidate) => candidate.size === size);
    const orders = await this.#cache.read(this.#db, this.product.product, size, row);
    const book = { size, orders, row };
    this.books.set(size, book);
    for (const offer of orders.expire(this.now)) this.ended.set(offer, 'expired');
    return book;
  }

  #deal(orders: OrderBook<WaitingOffer>, coming: WaitingOffer, met: WaitingOffer): Deal {
    const [bid, ask] = coming.side === 'bid' ? [coming, met] : [met, coming];
    const { amount, size } = met;
    const deal = { id: 0, size, amount, bid, ask, taker: coming.side, version: orders.version };
    this.deals.push(deal);
    this.ended.set(bid, 'matched').set(ask, 'matched');
    return deal;
  }

  #requireTrading(): void {
    if (this.product.removed !== null) throw noProduct();
    if (this.product.halted) throw new TidingsError('trading_halted');
  }

  #sizeOf(given: string | undefined): string {
    const sizes = sizesOf(this.product);
    const [only, ...more] = sizes;
    if (given === undefined && only !== undefined && more.length === 0) return only;
    if (given === undefined)
      throw new TidingsError('invalid_request', `Say which "size": ${sizes.join(', ')}.`);
    if (!sizes.includes(given))
      throw new TidingsError('invalid_request', `There is no such size; there are ${sizes.join(', ')}.`);
    return given;
  }

  #amountOf(offered: Offered): number {
    const { currency, tick, min_amount: min, max_amount: max } = this.product;
    const amount = amountOf(offered, currency);
    const shown = (minor: number) => `${priceOf(minor, currency)} ${currency}`;
    if (amount < min || amount > max)
      throw new TidingsError('invalid_request', `A price is from ${shown(min)} to ${shown(max)}.`);
    if (amount % tick !== 0)
      throw new TidingsError('invalid_request', `Prices go by steps of ${shown(tick)}.`);
    return amount;
  }
}

function selfMatch(side: Side): TidingsError {
  const own = side === 'bid' ? 'an ask' : 'a bid';
  return new TidingsError('self_match', `It would meet ${own} of your own.`);
}
