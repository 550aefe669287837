import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of the groups. Times are milliseconds since 1970-01-01 UTC. */
export interface GroupTables {
  kitchen_groups: { id: Generated<number>; name: string; at: number };
  kitchen_group_members: { group: number; user: string; name: string; owner: number; at: number };
  kitchen_group_invitations: {
    /** SHA-256 of the code: who reads the database can join nothing by it. */
    code: string;
    group: number;
    /** The only user who may use it; anyone who has the code when null. */
    user: string | null;
    invited_by: string;
    expires: number;
    /** How often it can still be used. */
    uses: number;
  };
}

export const GROUP_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '002-groups': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('kitchen_groups')
        .$call(withId(db))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('kitchen_group_members')
        .addColumn('group', 'bigint', (column) =>
          column.notNull().references('kitchen_groups.id').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('owner', 'integer', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_group_members_key', ['group', 'user'])
        .execute();
      await schema
        .createIndex('kitchen_group_members_user')
        .on('kitchen_group_members')
        .columns(['user', 'group'])
        .execute();
      await schema
        .createTable('kitchen_group_invitations')
        .addColumn('code', 'text', (column) => column.primaryKey())
        .addColumn('group', 'bigint', (column) =>
          column.notNull().references('kitchen_groups.id').onDelete('cascade'),
        )
        .addColumn('user', 'text')
        .addColumn('invited_by', 'text', (column) => column.notNull())
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .addColumn('uses', 'integer', (column) => column.notNull())
        .execute();
    },
  },
};
