/**
 * The kitchen: a cooking app's community, household and fridge, live. This is the list of its parts; each stands in a folder
 * of its own.
 *
 * @module
 */
import { env } from 'node:process';
import { defineKit, type Kit } from '@tidings/server/kit';
import { composeKit } from '../../shared/server/compose-kit.ts';
import { communityPart } from './community/community-part.ts';
import { fridgePart } from './fridge/fridge-part.ts';
import { goalsPart } from './goals/goals-part.ts';
import { groupsPart } from './groups/groups-part.ts';
import { menuPart } from './menu/menu-part.ts';
import { type KitchenOptions, kitchenOptions, optionsFrom } from './options.ts';
import { placesPart } from './places/places-part.ts';
import { realtimePart } from './realtime/realtime-part.ts';
import { recipesPart } from './recipes/recipes-part.ts';
import { statsPart } from './stats/stats-part.ts';
import { systemPart } from './system/system-part.ts';
import type { KitchenTables } from './tables.ts';

/** Makes the kit. */
export function createKitchenKit(given: Partial<KitchenOptions> = {}): Kit<KitchenTables> {
  const options = kitchenOptions(given);
  return defineKit(
    composeKit<KitchenTables>('kitchen', [
      realtimePart(options),
      communityPart(),
      groupsPart(),
      systemPart(),
      statsPart(options),
      fridgePart(options),
      goalsPart(),
      recipesPart(options),
      menuPart(options),
      placesPart(options),
    ]),
  );
}

export default createKitchenKit(optionsFrom(env));
