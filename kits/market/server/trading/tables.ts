import { type Generated, type Kit, withId } from '@tidings/server/kit';
import type { Side } from '../../events.ts';

/** Books, what stands in them, and what was sold. Amounts are minor units of the product's currency. */
export interface TradingTables {
  /** A row for each size that anybody has bid or asked for. */
  market_books: {
    product: string;
    size: string;
    /** Counts the changes; what a server remembers of a book is true as long as it has this version. */
    version: number;
    best_bid: number | null;
    best_ask: number | null;
    last_amount: number | null;
    last_at: number | null;
    trades: number;
  };
  /** Bids and asks. */
  market_offers: {
    id: Generated<number>;
    product: string;
    size: string;
    side: Side;
    user: string;
    amount: number;
    /** Its place in time: the book's version when it came, or when its price was changed. Unique in its book. */
    turn: number;
    /** `open`, `matched`, `cancelled`, `expired`, `withdrawn`. */
    status: 'open' | 'matched' | 'cancelled' | 'expired' | 'withdrawn';
    /** The language in which its user is told of a match: theirs when it was placed. */
    language: string;
    /** The idempotency key it was placed under, and what was asked for: a repeat asks for the same. */
    key: string | null;
    asked: string;
    placed: number;
    expires: number;
    ended: number | null;
  };
  market_matches: {
    /** Also of its order. */
    id: Generated<number>;
    product: string;
    size: string;
    amount: number;
    bid: number;
    ask: number;
    buyer: string;
    seller: string;
    /** Which of the two came last. */
    taker: Side;
    /** Of the book after it. */
    version: number;
    at: number;
  };
}

export const TRADING_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '002-trading': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('market_books')
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('size', 'text', (column) => column.notNull())
        .addColumn('version', 'bigint', (column) => column.notNull())
        .addColumn('best_bid', 'bigint')
        .addColumn('best_ask', 'bigint')
        .addColumn('last_amount', 'bigint')
        .addColumn('last_at', 'bigint')
        .addColumn('trades', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('market_books_key', ['product', 'size'])
        .execute();
      await schema
        .createTable('market_offers')
        .$call(withId(db))
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('size', 'text', (column) => column.notNull())
        .addColumn('side', 'text', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('turn', 'bigint', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('language', 'text', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('asked', 'text', (column) => column.notNull())
        .addColumn('placed', 'bigint', (column) => column.notNull())
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .addColumn('ended', 'bigint')
        .addUniqueConstraint('market_offers_turn', ['product', 'size', 'turn'])
        .addUniqueConstraint('market_offers_user_key', ['user', 'key'])
        .execute();
      await schema
        .createIndex('market_offers_book')
        .on('market_offers')
        .columns(['product', 'size', 'status'])
        .execute();
      await schema.createIndex('market_offers_user').on('market_offers').columns(['user', 'id']).execute();
      await schema
        .createIndex('market_offers_open')
        .on('market_offers')
        .columns(['user', 'status'])
        .execute();
      await schema
        .createIndex('market_offers_expires')
        .on('market_offers')
        .columns(['status', 'expires'])
        .execute();
      await schema
        .createTable('market_matches')
        .$call(withId(db))
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('size', 'text', (column) => column.notNull())
        .addColumn('amount', 'bigint', (column) => column.notNull())
        // Nothing is sold twice, whatever else goes wrong.
        .addColumn('bid', 'bigint', (column) => column.notNull().unique())
        .addColumn('ask', 'bigint', (column) => column.notNull().unique())
        .addColumn('buyer', 'text', (column) => column.notNull())
        .addColumn('seller', 'text', (column) => column.notNull())
        .addColumn('taker', 'text', (column) => column.notNull())
        .addColumn('version', 'bigint', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('market_matches_product')
        .on('market_matches')
        .columns(['product', 'id'])
        .execute();
      await schema.createIndex('market_matches_at').on('market_matches').columns(['product', 'at']).execute();
    },
  },
};
