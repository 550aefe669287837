import type { Kit } from '@tidings/server/kit';

/** The table of the menus: a row for each cell that was ever written. Times are milliseconds since 1970-01-01 UTC. */
export interface MenuTables {
  kitchen_menu_cells: {
    group: number;
    week: string;
    cell: string;
    text: string;
    /** 1 for what was written first. */
    version: number;
    user: string;
    user_name: string;
    at: number;
    /** What the last write has replaced; all null where there was nothing. */
    was_text: string | null;
    was_user: string | null;
    was_user_name: string | null;
    was_at: number | null;
  };
}

export const MENU_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '007-menu': {
    async up({ schema }) {
      await schema
        .createTable('kitchen_menu_cells')
        .addColumn('group', 'bigint', (column) =>
          column.notNull().references('kitchen_groups.id').onDelete('cascade'),
        )
        .addColumn('week', 'text', (column) => column.notNull())
        .addColumn('cell', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('user_name', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('was_text', 'text')
        .addColumn('was_user', 'text')
        .addColumn('was_user_name', 'text')
        .addColumn('was_at', 'bigint')
        .addPrimaryKeyConstraint('kitchen_menu_cells_key', ['group', 'week', 'cell'])
        .execute();
      await schema.createIndex('kitchen_menu_cells_week').on('kitchen_menu_cells').column('week').execute();
    },
  },
};
