import { type CreateTableBuilder, type Kysely, PostgresAdapter } from 'kysely';

/**
 * Gives a table `id`, a primary key that the database numbers upwards and never gives out twice; the same on SQLite and
 * PostgreSQL.
 *
 * @example
 * await db.schema.createTable('orders').$call(withId(db)).addColumn('total', 'integer').execute();
 */
export function withId<Tables>(db: Kysely<Tables>) {
  const postgres = db.getExecutor().adapter instanceof PostgresAdapter;
  return <Name extends string, Columns extends string>(table: CreateTableBuilder<Name, Columns>) =>
    postgres
      ? table.addColumn('id', 'bigserial', (column) => column.primaryKey())
      : table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement());
}
