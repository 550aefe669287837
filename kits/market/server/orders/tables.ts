import type { Kit } from '@tidings/server/kit';

/** The tables of the orders. Times are milliseconds since 1970-01-01 UTC, amounts minor units. */
export interface OrderTables {
  market_orders: {
    /** That of the match. */
    id: number;
    product: string;
    /** What the product was called when it was sold, and looked like. */
    product_name: string;
    image: string | null;
    size: string;
    amount: number;
    currency: string;
    buyer: string;
    seller: string;
    status: string;
    carrier: string | null;
    tracking: string | null;
    /** When it is cancelled unless it was paid; null once that is settled. */
    pay_until: number | null;
    /** How many it has taken. */
    steps: number;
    created: number;
    updated: number;
  };
  market_order_steps: {
    order: number;
    /** From 1. */
    step: number;
    status: string;
    by: string;
    note: string | null;
    at: number;
  };
}

export const ORDER_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '010-orders': {
    async up({ schema }) {
      await schema
        .createTable('market_orders')
        .addColumn('id', 'bigint', (column) => column.primaryKey())
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('product_name', 'text', (column) => column.notNull())
        .addColumn('image', 'text')
        .addColumn('size', 'text', (column) => column.notNull())
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('buyer', 'text', (column) => column.notNull())
        .addColumn('seller', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('carrier', 'text')
        .addColumn('tracking', 'text')
        .addColumn('pay_until', 'bigint')
        .addColumn('steps', 'integer', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('updated', 'bigint', (column) => column.notNull())
        .execute();
      for (const column of ['buyer', 'seller'])
        await schema
          .createIndex(`market_orders_${column}`)
          .on('market_orders')
          .columns([column, 'id'])
          .execute();
      await schema.createIndex('market_orders_pay_until').on('market_orders').column('pay_until').execute();
      await schema
        .createTable('market_order_steps')
        .addColumn('order', 'bigint', (column) =>
          column.notNull().references('market_orders.id').onDelete('cascade'),
        )
        .addColumn('step', 'integer', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('by', 'text', (column) => column.notNull())
        .addColumn('note', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('market_order_steps_key', ['order', 'step'])
        .execute();
    },
  },
};
