/**
 * What was told and who was there, by day.
 *
 * @module
 */
import { type Static, type Tidings, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import { TOLD_EVENTS } from '../../events.ts';
import { requireKnown } from '../callers.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { readAnalytics } from './analytics.ts';
import { dayOf } from './days.ts';
import { EventCounts } from './event-counts.ts';
import { STATS_MIGRATIONS } from './tables.ts';

const DEFAULT_DAYS = 7;
const MAX_DAYS = 400;

const Query = Type.Object({
  days: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_DAYS,
      default: DEFAULT_DAYS,
      description: 'So many days up to today (UTC).',
    }),
  ),
});

const TypeCount = { published: Type.Integer(), delivered: Type.Integer() };
const Analytics = Type.Object({
  days: Type.Array(
    Type.Object({
      day: Type.String(),
      active_users: Type.Integer(),
      ...TypeCount,
      events: Type.Record(Type.String(), Type.Object(TypeCount)),
    }),
  ),
});

/** Event metrics and analytics. */
export function statsPart({ analyticsDays }: Pick<KitchenOptions, 'analyticsDays'>): KitPart<KitchenTables> {
  const countsOf = perServer((tidings: Tidings<KitchenTables>) => new EventCounts(tidings));
  return {
    migrations: STATS_MIGRATIONS,
    onStart: (tidings) => void countsOf(tidings),
    onPublished(published, tidings) {
      const { event } = published;
      if (TOLD_EVENTS.has(event) && tidings.isOwn(published)) countsOf(tidings).published(event);
    },
    onDelivered({ event }, sessions, tidings) {
      if (TOLD_EVENTS.has(event)) countsOf(tidings).delivered(event, sessions);
    },
    onConnect: (session, tidings) => countsOf(tidings).opened(session),
    onDisconnect: (session, tidings) => countsOf(tidings).closed(session),
    onStop: (tidings) => countsOf(tidings).write(),
    jobs: [
      {
        name: 'write counts',
        schedule: '*/30 * * * * *',
        everywhere: true,
        run: (tidings) => countsOf(tidings).write(),
      },
      {
        name: 'forget old counts',
        schedule: '23 4 * * *',
        async run({ db, clock }) {
          const first = dayOf(clock.now()) - analyticsDays;
          await db.deleteFrom('kitchen_event_counts').where('day', '<', first).execute();
          await db.deleteFrom('kitchen_active_users').where('day', '<', first).execute();
        },
      },
    ],
    routes(app, tidings) {
      app.get<{ Querystring: Static<typeof Query> }>(
        '/realtime/analytics',
        {
          schema: {
            security: [{ apiKey: [] }, { userToken: [] }],
            summary: 'Events published and delivered, by day and type, and active users by day',
            querystring: Query,
            response: { 200: Analytics },
          },
        },
        async (request) => {
          await requireKnown(tidings, request);
          const { days = DEFAULT_DAYS } = request.query;
          await countsOf(tidings).write();
          const today = dayOf(tidings.clock.now());
          return { days: await readAnalytics(tidings.db, today - days + 1, today) };
        },
      );
    },
  };
}
