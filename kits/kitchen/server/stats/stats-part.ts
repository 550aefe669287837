/**
 * What was told and who was there, by day.
 *
 * @module
 */
import type { KitPart } from '../compose-kit.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { STATS_MIGRATIONS } from './tables.ts';

/** The statistics. */
export function statsPart(_options: KitchenOptions): KitPart<KitchenTables> {
  return { migrations: STATS_MIGRATIONS };
}
