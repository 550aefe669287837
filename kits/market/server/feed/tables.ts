import type { Kit } from '@tidings/server/kit';

/** The tables of the feed. Times are milliseconds since 1970-01-01 UTC, amounts minor units. */
export interface FeedTables {
  /** The lowest ask of each product on the newest day on which asks changed. */
  market_ask_days: {
    product: string;
    /** Days since 1970-01-01 UTC. */
    day: number;
    /** Null while there was none. */
    low: number | null;
  };
  /** Price drops that were told: at most one a day and product. */
  market_drops: {
    product: string;
    day: number;
    size: string;
    amount: number;
    old_amount: number;
    at: number;
  };
  market_watches: {
    user: string;
    product: string;
    /** Null: any. */
    size: string | null;
    /** The highest amount that is told of. */
    amount: number;
    created: number;
  };
  /** How popular each product is. */
  market_popularity: {
    product: string;
    /** As `popularity.ts` has it: of two products the more popular has the higher, at any time. */
    level: number;
  };
  /** One row: how far what makes a product popular was counted, and the ranking that was told. */
  market_ranking: {
    id: number;
    last_match: number;
    last_offer: number;
    /** Ids of products, as a JSON array. */
    told: string;
  };
}

export const FEED_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '011-feed': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('market_ask_days')
        .addColumn('product', 'text', (column) => column.primaryKey())
        .addColumn('day', 'integer', (column) => column.notNull())
        .addColumn('low', 'bigint')
        .execute();
      await schema
        .createTable('market_drops')
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('day', 'integer', (column) => column.notNull())
        .addColumn('size', 'text', (column) => column.notNull())
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('old_amount', 'bigint', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('market_drops_key', ['product', 'day'])
        .execute();
      await schema.createIndex('market_drops_at').on('market_drops').column('at').execute();
      await schema
        .createTable('market_watches')
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('size', 'text')
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('market_watches_key', ['product', 'user'])
        .execute();
      await schema.createIndex('market_watches_user').on('market_watches').column('user').execute();
      await schema
        .createTable('market_popularity')
        .addColumn('product', 'text', (column) => column.primaryKey())
        .addColumn('level', 'double precision', (column) => column.notNull())
        .execute();
      await schema.createIndex('market_popularity_level').on('market_popularity').column('level').execute();
      await schema
        .createTable('market_ranking')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('last_match', 'bigint', (column) => column.notNull())
        .addColumn('last_offer', 'bigint', (column) => column.notNull())
        .addColumn('told', 'text', (column) => column.notNull())
        .execute();
      await db
        .withTables<Pick<FeedTables, 'market_ranking'>>()
        .insertInto('market_ranking')
        .values({ id: 1, last_match: 0, last_offer: 0, told: '[]' })
        .execute();
    },
  },
};
