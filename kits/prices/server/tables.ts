import { type Generated, type Kit, type KitTransaction, type Tidings, withId } from '@tidings/server/kit';

/** The kit's tables, as the query builder sees them. Moments are milliseconds since 1970-01-01 UTC. */
export interface Tables {
  prices_products: {
    /** In the order in which they were added; lists are paged by it. */
    id: Generated<number>;
    /** What the world knows it by. */
    product: string;
    name: string;
    brand: string | null;
    image: string | null;
    /** Where it is sold. */
    url: string | null;
    /** The user who added it; null when a backend did. */
    owner: string | null;
    /** Minor units. */
    amount: number;
    currency: string;
    /** The amount before the newest change. */
    previous: number | null;
    /** Counts the changes of the price. */
    version: number;
    /** Name and brand, folded for the search. */
    search: string;
    created: number;
    updated: number;
  };
  prices_history: {
    id: Generated<number>;
    product: string;
    amount: number;
    at: number;
  };
  prices_watches: {
    product: string;
    user: string;
    /** `any`, `percent` or `amount`. */
    kind: string;
    /** Hundredths of a percent, or minor units; null for `any`. */
    value: number | null;
    /** The highest amount that is told of, which follows from the above; null for any drop. */
    at_most: number | null;
    /** The amount when the watch was set. */
    since: number;
    created: number;
  };
  prices_imports: {
    import: string;
    owner: string | null;
    /** `csv` or `jsonl`. */
    format: string;
    /** Of prices that name none. */
    currency: string | null;
    /** Which of two readings of a number is meant. */
    locale: string | null;
    state: string;
    bytes: number;
    rows: number;
    added: number;
    changed: number;
    refused: number;
    /** As a JSON list. */
    faults: string;
    error: string | null;
    created: number;
    updated: number;
  };
  /** The bodies of imports that are not done, piece by piece. */
  prices_import_parts: { import: string; part: number; text: string };
  /** Products that are looked after at a shop. */
  prices_shops: {
    product: string;
    /** Without its fragment. */
    url: string;
    /** `ok`, `failing` or `stopped`. */
    state: string;
    /** Why it could not be read the last time, for programs and for people. */
    fault: string | null;
    error: string | null;
    /** In a row. */
    failures: number;
    /** What the shop said of the page's age. */
    etag: string | null;
    last_modified: string | null;
    checked: number;
    /** When to look next; null when it is given up. */
    next: number | null;
  };
}

/** A row of a table, read. */
type Row<Table extends keyof Tables> = {
  readonly [Column in keyof Tables[Table]]: Tables[Table][Column] extends Generated<infer Value>
    ? Value
    : Tables[Table][Column];
};
export type ProductRow = Row<'prices_products'>;
export type WatchRow = Row<'prices_watches'>;
export type ImportRow = Row<'prices_imports'>;
export type ShopRow = Row<'prices_shops'>;

/** The server, with the kit's tables. */
export type Prices = Tidings<Tables>;

/** One of the kit's transactions. */
export type Transaction = KitTransaction<Tables>;

/** Where to read: the transaction one is in, or the database. */
export type Database = Prices['db'] | Transaction['db'];

export const MIGRATIONS: NonNullable<Kit['migrations']> = {
  '001-prices': {
    async up(db) {
      await db.schema
        .createTable('prices_products')
        .$call(withId(db))
        .addColumn('product', 'text', (column) => column.notNull().unique())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('brand', 'text')
        .addColumn('image', 'text')
        .addColumn('url', 'text')
        .addColumn('owner', 'text')
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('previous', 'bigint')
        .addColumn('version', 'bigint', (column) => column.notNull())
        .addColumn('search', 'text', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('updated', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('prices_products_owner')
        .on('prices_products')
        .columns(['owner', 'id'])
        .execute();
      await db.schema.createIndex('prices_products_url').on('prices_products').column('url').execute();
      await db.schema
        .createTable('prices_history')
        .$call(withId(db))
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('prices_history_product')
        .on('prices_history')
        .columns(['product', 'id'])
        .execute();
      await db.schema
        .createTable('prices_watches')
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('value', 'bigint')
        .addColumn('at_most', 'bigint')
        .addColumn('since', 'bigint', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('prices_watches_key', ['product', 'user'])
        .execute();
      await db.schema
        .createIndex('prices_watches_user')
        .on('prices_watches')
        .columns(['user', 'product'])
        .execute();
      await db.schema
        .createTable('prices_keys')
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('answer', 'text')
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('prices_keys_key', ['scope', 'key'])
        .execute();
      await db.schema
        .createTable('prices_imports')
        .addColumn('import', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text')
        .addColumn('format', 'text', (column) => column.notNull())
        .addColumn('currency', 'text')
        .addColumn('locale', 'text')
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('bytes', 'bigint', (column) => column.notNull())
        .addColumn('rows', 'bigint', (column) => column.notNull())
        .addColumn('added', 'bigint', (column) => column.notNull())
        .addColumn('changed', 'bigint', (column) => column.notNull())
        .addColumn('refused', 'bigint', (column) => column.notNull())
        .addColumn('faults', 'text', (column) => column.notNull())
        .addColumn('error', 'text')
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('updated', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('prices_import_parts')
        .addColumn('import', 'text', (column) => column.notNull())
        .addColumn('part', 'bigint', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('prices_import_parts_key', ['import', 'part'])
        .execute();
      await db.schema
        .createTable('prices_shops')
        .addColumn('product', 'text', (column) => column.primaryKey())
        .addColumn('url', 'text', (column) => column.notNull().unique())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('fault', 'text')
        .addColumn('error', 'text')
        .addColumn('failures', 'bigint', (column) => column.notNull())
        .addColumn('etag', 'text')
        .addColumn('last_modified', 'text')
        .addColumn('checked', 'bigint', (column) => column.notNull())
        .addColumn('next', 'bigint')
        .execute();
      await db.schema.createIndex('prices_shops_next').on('prices_shops').column('next').execute();
    },
  },
  // The server keeps them, with those of all commands.
  '002-no-keys': { up: (db) => db.schema.dropTable('prices_keys').execute() },
};
