/**
 * Fridges: what is in them, and what will not be good for long.
 *
 * @module
 */
import type { Tidings } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { fridgeRoutes } from './fridge-routes.ts';
import { FRIDGE_MIGRATIONS } from './tables.ts';
import { tellExpiring } from './tell-expiring.ts';

/** Fridges of users and of households. */
export function fridgePart(
  options: Pick<KitchenOptions, 'fridgeDays' | 'morning' | 'fridgeItems'>,
): KitPart<KitchenTables> {
  const catchUpOf = perServer((_: Tidings<KitchenTables>) => ({ done: Promise.resolve() }));
  return {
    migrations: FRIDGE_MIGRATIONS,
    routes: (app, tidings) => fridgeRoutes(app, tidings, options),
    // After a long absence there may be many to tell; the server is not kept from its other work meanwhile.
    onStart(tidings) {
      catchUpOf(tidings).done = tellExpiring(tidings, options).catch((error: unknown) =>
        tidings.log.error({ err: error }, 'what has expired could not be told'),
      );
    },
    onStop: (tidings) => catchUpOf(tidings).done,
    jobs: [
      {
        name: 'tell what expires',
        // Not every time zone is whole hours from UTC.
        schedule: '0,15,30,45 * * * *',
        run: (tidings) => tellExpiring(tidings, options),
      },
    ],
  };
}
