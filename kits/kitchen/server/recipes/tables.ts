import { type Generated, type Kit, sql, withId } from '@tidings/server/kit';

/** The table of the recipes that users have asked for. Times are milliseconds since 1970-01-01 UTC. */
export interface RecipeTables {
  kitchen_recipes: {
    id: Generated<number>;
    user: string;
    /** The household whose fridge it is for; null for all that the user has a part in. */
    group: number | null;
    wish: string;
    servings: number | null;
    /** `removed` ones are kept until they count for no day any more. */
    state: 'running' | 'done' | 'failed' | 'cancelled' | 'removed';
    step: string;
    progress: number;
    /** Whoever works at it: who comes with another has been replaced. */
    run: string;
    /** How often it was begun. */
    attempts: number;
    /** Until when whoever works at it is believed to. */
    lease: number;
    /** JSON text of a {@link Recipe}. */
    recipe: string | null;
    error: string | null;
    /** The user shops for it. */
    chosen: number;
    key: string | null;
    at: number;
    finished_at: number | null;
  };
}

export const RECIPE_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '006-recipes': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('kitchen_recipes')
        .$call(withId(db))
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('group', 'bigint', (column) => column.references('kitchen_groups.id').onDelete('set null'))
        .addColumn('wish', 'text', (column) => column.notNull())
        .addColumn('servings', 'integer')
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('step', 'text', (column) => column.notNull())
        .addColumn('progress', 'double precision', (column) => column.notNull())
        .addColumn('run', 'text', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('lease', 'bigint', (column) => column.notNull())
        .addColumn('recipe', 'text')
        .addColumn('error', 'text')
        .addColumn('chosen', 'integer', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('finished_at', 'bigint')
        .addUniqueConstraint('kitchen_recipes_key', ['user', 'key'])
        .execute();
      await schema
        .createIndex('kitchen_recipes_user')
        .on('kitchen_recipes')
        .columns(['user', 'id'])
        .execute();
      // One at a time.
      await schema
        .createIndex('kitchen_recipes_running')
        .unique()
        .on('kitchen_recipes')
        .column('user')
        .where(sql.ref('state'), '=', sql.lit('running'))
        .execute();
    },
  },
};
