import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of the goals. Amounts are thousandths, times milliseconds since 1970-01-01 UTC. */
export interface GoalTables {
  kitchen_goals: {
    id: Generated<number>;
    user: string;
    title: string;
    target: number;
    unit: string;
    progress: number;
    /** When it was reached; null while it is not, also when it is no more. */
    achieved_at: number | null;
    /** The user was told: that happens once. */
    told: number;
    key: string | null;
    at: number;
  };
  /** Steps that came under a key, for as long as a repeat may come. */
  kitchen_goal_steps: { goal: number; key: string; amount: number; at: number };
}

export const GOAL_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '005-goals': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('kitchen_goals')
        .$call(withId(db))
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('target', 'bigint', (column) => column.notNull())
        .addColumn('unit', 'text', (column) => column.notNull())
        .addColumn('progress', 'bigint', (column) => column.notNull())
        .addColumn('achieved_at', 'bigint')
        .addColumn('told', 'integer', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('kitchen_goals_key', ['user', 'key'])
        .execute();
      await schema.createIndex('kitchen_goals_user').on('kitchen_goals').columns(['user', 'id']).execute();
      await schema
        .createTable('kitchen_goal_steps')
        .addColumn('goal', 'bigint', (column) =>
          column.notNull().references('kitchen_goals.id').onDelete('cascade'),
        )
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('amount', 'bigint', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_goal_steps_key', ['goal', 'key'])
        .execute();
    },
  },
};
