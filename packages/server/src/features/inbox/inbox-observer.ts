import type { Kysely } from 'kysely';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Mark } from './marks.ts';
import type { Ways } from './preferences.ts';

/** A notification that was just made. */
export interface Created {
  readonly id: string;
  readonly user: string;
  /** By which ways the user wants to be told. */
  readonly ways: Ways;
}

/** Told of what happens in inboxes, inside of the transaction in which it does. */
export interface InboxObserver {
  created(db: Kysely<CoreTables>, created: readonly Created[]): Promise<void>;
  marked(
    db: Kysely<CoreTables>,
    marked: { readonly user: string; readonly as: Mark; readonly ids: readonly string[] },
  ): Promise<void>;
}
