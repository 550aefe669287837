/**
 * What a backend tells: each event by a call of its own.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import type { KitchenTables } from '../tables.ts';
import { notifyRoutes } from './notify-routes.ts';

/** The calls of a backend. */
export function systemPart(): KitPart<KitchenTables> {
  return { routes: notifyRoutes };
}
