import type { CommunityTables } from './community/tables.ts';
import type { GroupTables } from './groups/tables.ts';
import type { StatsTables } from './stats/tables.ts';

/** All tables of the kitchen; each part declares its own beside its migrations. */
export interface KitchenTables extends CommunityTables, GroupTables, StatsTables {}
