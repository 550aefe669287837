import type { Tidings } from '@tidings/server/kit';
import type { CallTables } from './calls/tables.ts';
import type { DocumentTables } from './documents/tables.ts';
import type { FileTables } from './files/tables.ts';
import type { ModerationTables } from './moderation/tables.ts';
import type { PeopleTables } from './people/tables.ts';
import type { ServerTables } from './servers/tables.ts';
import type { ThreadTables } from './threads/tables.ts';

/** All tables of the forum; each part declares its own beside its migrations. */
export interface ForumTables
  extends ThreadTables,
    PeopleTables,
    ModerationTables,
    ServerTables,
    DocumentTables,
    FileTables,
    CallTables {}

/** What the kit may do with the server. */
export type Forum = Tidings<ForumTables>;

/** A query builder, inside a transaction or outside. */
export type Db = Forum['db'];
