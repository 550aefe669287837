import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of the fridges. Times are milliseconds since 1970-01-01 UTC, dates `YYYY-MM-DD`. */
export interface FridgeTables {
  kitchen_fridge_items: {
    id: Generated<number>;
    /** Whose it is, when it is no household's. */
    user: string | null;
    /** The household whose it is. */
    group: number | null;
    name: string;
    /** Thousandths of the unit. */
    amount: number;
    unit: string;
    best_before: string | null;
    running_out: number;
    added_by: string;
    /** The idempotency key of whoever added it. */
    key: string | null;
    at: number;
    /** When its date was set: who has just written it down need not be told before the next morning. */
    dated_at: number;
  };
  /** Who was told of what, and of which date: with another date it is told again. */
  kitchen_fridge_told: { item: number; user: string; best_before: string };
}

export const FRIDGE_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '004-fridge': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('kitchen_fridge_items')
        .$call(withId(db))
        .addColumn('user', 'text')
        .addColumn('group', 'bigint', (column) => column.references('kitchen_groups.id').onDelete('cascade'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('unit', 'text', (column) => column.notNull())
        .addColumn('best_before', 'text')
        .addColumn('running_out', 'integer', (column) => column.notNull())
        .addColumn('added_by', 'text', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('dated_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('kitchen_fridge_items_key', ['added_by', 'key'])
        .execute();
      for (const column of ['user', 'group', 'best_before'])
        await schema
          .createIndex(`kitchen_fridge_items_${column}`)
          .on('kitchen_fridge_items')
          .column(column)
          .execute();
      await schema
        .createTable('kitchen_fridge_told')
        .addColumn('item', 'bigint', (column) =>
          column.notNull().references('kitchen_fridge_items.id').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('best_before', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_fridge_told_key', ['item', 'user', 'best_before'])
        .execute();
    },
  },
};
