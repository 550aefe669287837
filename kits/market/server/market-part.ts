/**
 * What the parts of the market are, and how they hear of each other: inside the transaction in which something happens.
 *
 * @module
 */
import type { KitTransaction, Tidings } from '@tidings/server/kit';
import type { KitPart } from '../../shared/server/compose-kit.ts';
import type { Product, Side } from '../events.ts';
import type { MarketTables } from './tables.ts';

/** The server, with the market's tables. */
export type Market = Tidings<MarketTables>;

/** One of the market's transactions. */
export type Transaction = KitTransaction<MarketTables>;

/** Where to read: the transaction one is in, or the database. */
export type Database = Market['db'];

/** A part of the market. */
export interface MarketPart extends KitPart<MarketTables> {
  readonly observer?: MarketObserver;
}

/** A product, as far as what happens to it is concerned. */
export interface TradedProduct {
  readonly product: string;
  readonly name: string;
  readonly image: string | null;
  readonly currency: string;
}

/** A pair that was sold. */
export interface Match extends TradedProduct {
  /** Of the match, and of its order. */
  readonly id: number;
  readonly size: string;
  /** Minor units. */
  readonly amount: number;
  /** The bid's id and the ask's. */
  readonly bid: number;
  readonly ask: number;
  readonly buyer: string;
  readonly seller: string;
  /** Which of the two came last. */
  readonly taker: Side;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/** The best price of a side of one size is another than before. Amounts in minor units, null when there is none. */
export interface BestChange extends TradedProduct {
  readonly side: Side;
  readonly size: string;
  /** Of this size. */
  readonly before: number | null;
  readonly after: number | null;
  /** Of all sizes of the product. */
  readonly productBefore: number | null;
  readonly productAfter: number | null;
  readonly at: number;
}

/**
 * Told of what happens in the market, inside the transaction that has it happen: what is written, published and notified
 * with that transaction is there if and only if the match (or the change) is. When it throws, none of it has happened, and
 * whoever placed is answered with that error.
 *
 * While it runs, the product's row is locked (on PostgreSQL; SQLite has one writer anyhow), and nothing else of the product
 * happens. Read and write with `transaction.db` alone: `tidings.db`, `tidings.contactOf` and `tidings.transaction` would wait
 * for the transaction they are called in. It may be called for several things of one transaction, one after the other.
 */
export interface MarketObserver {
  /**
   * A pair was sold. The match is written; both parties are told and notified of it by who calls. What is to be done here is
   * the order, whose id is `match.id`.
   */
  matched?(transaction: Transaction, match: Match, tidings: Market): Promise<void>;
  /** The best bid or ask of a size has changed; told once a transaction for each side and size, with what it was before it. */
  bestChanged?(transaction: Transaction, change: BestChange, tidings: Market): Promise<void>;
  /** A product is new. */
  productAdded?(transaction: Transaction, product: Product, tidings: Market): Promise<void>;
}
