import { afterAll, beforeAll } from 'vitest';
import type { ConfigInput } from '../../../packages/server/src/config.ts';
import { startPostgres, type TestPostgres } from '../../../packages/server/src/storage/testing/postgres.ts';

/** The databases that a server may have. */
export const DATABASES = ['SQLite', 'PostgreSQL'] as const;

/** Has a PostgreSQL while the tests of a file run. @returns the configuration for a server on a kind of database. */
export function bothDatabases(): (kind: (typeof DATABASES)[number]) => ConfigInput {
  let postgres: TestPostgres | undefined;
  beforeAll(() => {
    postgres = startPostgres();
  });
  afterAll(() => postgres?.stop());
  return (kind) => (kind === 'PostgreSQL' ? { database: postgres?.url as string } : {});
}
