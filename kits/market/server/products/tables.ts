import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The products. */
export interface ProductTables {
  market_products: {
    /** In the order in which they were added. */
    id: Generated<number>;
    /** What the world knows it by. */
    product: string;
    name: string;
    brand: string | null;
    image: string | null;
    /** ISO 4217; never changes. */
    currency: string;
    /** What it costs new, minor units. */
    retail: number | null;
    /** As a JSON list of texts. */
    sizes: string;
    /** Prices are multiples of it. */
    tick: number;
    min_amount: number;
    max_amount: number;
    /** 1: nothing can be placed now. */
    halted: number;
    /** When it was removed; what was traded stays. */
    removed: number | null;
    /** Name and brand, folded for the search. */
    search: string;
    created: number;
    updated: number;
  };
}

export const PRODUCT_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '001-products': {
    async up(db) {
      await db.schema
        .createTable('market_products')
        .$call(withId(db))
        .addColumn('product', 'text', (column) => column.notNull().unique())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('brand', 'text')
        .addColumn('image', 'text')
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('retail', 'bigint')
        .addColumn('sizes', 'text', (column) => column.notNull())
        .addColumn('tick', 'bigint', (column) => column.notNull())
        .addColumn('min_amount', 'bigint', (column) => column.notNull())
        .addColumn('max_amount', 'bigint', (column) => column.notNull())
        .addColumn('halted', 'integer', (column) => column.notNull())
        .addColumn('removed', 'bigint')
        .addColumn('search', 'text', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('updated', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};
