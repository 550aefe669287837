import type { CommunityTables } from './community/tables.ts';
import type { FridgeTables } from './fridge/tables.ts';
import type { GoalTables } from './goals/tables.ts';
import type { GroupTables } from './groups/tables.ts';
import type { MenuTables } from './menu/tables.ts';
import type { PlaceTables } from './places/tables.ts';
import type { RecipeTables } from './recipes/tables.ts';
import type { StatsTables } from './stats/tables.ts';

/** All tables of the kitchen; each part declares its own beside its migrations. */
export interface KitchenTables
  extends CommunityTables,
    GroupTables,
    StatsTables,
    FridgeTables,
    GoalTables,
    RecipeTables,
    MenuTables,
    PlaceTables {}
