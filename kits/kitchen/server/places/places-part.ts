/**
 * Places: shops near users who want to be told of them, and geofences of households.
 *
 * @module
 */
import { type CommandDefinition, defineCommand, type Tidings } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import { nameOf } from '../callers.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { PositionData, placeRoutes } from './place-routes.ts';
import { Positions } from './positions.ts';
import { PLACE_MIGRATIONS } from './tables.ts';
import { PLACE_NOTIFICATIONS } from './texts.ts';
import { endSilentVisits, updatePlace } from './visits.ts';

/** Positions, shops and geofences. */
export function placesPart({ placeLease }: Pick<KitchenOptions, 'placeLease'>): KitPart<KitchenTables> {
  const positionsOf = perServer(({ clock }: Tidings<KitchenTables>) => new Positions(clock, placeLease));
  return {
    migrations: PLACE_MIGRATIONS,
    notifications: PLACE_NOTIFICATIONS,
    commands: (tidings) => [
      defineCommand({
        name: 'place.update',
        summary: 'Tell one’s position; it is rounded, and known for a short time.',
        data: PositionData,
        authenticated: true,
        // And so kept under no key.
        idempotent: true,
        handle(position, { identity }) {
          const user = identity.user as string;
          const caller = { user, name: nameOf(identity, user) };
          return updatePlace(tidings, positionsOf(tidings), caller, position);
        },
      }) as CommandDefinition,
    ],
    routes: (app, tidings) => placeRoutes(app, tidings, positionsOf(tidings)),
    onStart: (tidings) => endSilentVisits(tidings),
    jobs: [
      {
        name: 'forget positions',
        schedule: '* * * * *',
        everywhere: true,
        async run(tidings) {
          positionsOf(tidings).sweep();
          await endSilentVisits(tidings);
        },
      },
    ],
  };
}
