/**
 * The kitchen: a cooking app's community, household and fridge, live. This is the list of its parts; each stands in a folder
 * of its own.
 *
 * @module
 */
import { env } from 'node:process';
import { defineKit, type Kit } from '@tidings/server/kit';
import { communityPart } from './community/community-part.ts';
import { composeKit } from './compose-kit.ts';
import { groupsPart } from './groups/groups-part.ts';
import { type KitchenOptions, kitchenOptions, optionsFrom } from './options.ts';
import { realtimePart } from './realtime/realtime-part.ts';
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
    ]),
  );
}

export default createKitchenKit(optionsFrom(env));
