/**
 * The secrets of servers that share a PostgreSQL: those that the first of them had.
 *
 * Each keeps a copy in its data directory, where the command line reads it. They are in the database as they are: whoever
 * may read all of it may do what the servers can.
 *
 * @module
 */
import type { Kysely } from 'kysely';
import { createSecrets, parseSecrets, readSecrets, type Secrets, writeSecrets } from './secrets.ts';
import type { CoreTables } from './storage/migrations.ts';

/** The row of `meta` that has them. */
const NAME = 'secrets';

/**
 * Reads the secrets of a database, and gives it this server's when it has none.
 *
 * @param data the data directory.
 * @throws Error in one sentence when the server has other ones, or they cannot be used.
 */
export async function openSharedSecrets(data: string, db: Kysely<CoreTables>): Promise<Secrets> {
  const own = readSecrets(data);
  await db
    .insertInto('meta')
    .values({ name: NAME, value: JSON.stringify(own ?? createSecrets()) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { value } = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', NAME)
    .executeTakeFirstOrThrow();
  const secrets = parseSecrets('the row "secrets" of the table meta', value);
  if (!own) return writeSecrets(data, secrets);
  if (JSON.stringify(own) === JSON.stringify(secrets)) return secrets;
  throw new Error(
    `The secrets.json in ${data} is another than that of the servers on the same database, whose tokens and links this one would refuse; delete it to take theirs.`,
  );
}
