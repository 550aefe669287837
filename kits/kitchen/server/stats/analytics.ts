import type { Tidings } from '@tidings/server/kit';
import type { KitchenTables } from '../tables.ts';
import { dateOf } from './days.ts';

/** Of one type on one day. */
interface TypeCount {
  readonly published: number;
  /** Events times the clients that were given them. */
  readonly delivered: number;
}

/** One day. */
export interface DayAnalytics extends TypeCount {
  /** `2026-11-20`, in UTC. */
  readonly day: string;
  /** Different users who were connected. */
  readonly active_users: number;
  readonly events: Readonly<Record<string, TypeCount>>;
}

/** What was counted on days, the oldest first; days on which nothing was are there too. @param first,last days since 1970-01-01 UTC. */
export async function readAnalytics(
  db: Tidings<KitchenTables>['db'],
  first: number,
  last: number,
): Promise<readonly DayAnalytics[]> {
  const counts = await db
    .selectFrom('kitchen_event_counts')
    .selectAll()
    .where('day', '>=', first)
    .where('day', '<=', last)
    .orderBy('type')
    .execute();
  const users = await db
    .selectFrom('kitchen_active_users')
    .select(({ fn }) => ['day', fn.countAll().as('users')])
    .where('day', '>=', first)
    .where('day', '<=', last)
    .groupBy('day')
    .execute();
  const countsOf = Map.groupBy(counts, ({ day }) => day);
  const usersOf = new Map(users.map(({ day, users }) => [day, Number(users)]));
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const day = first + index;
    const types = countsOf.get(day) ?? [];
    const sum = (what: keyof TypeCount) => types.reduce((total, count) => total + count[what], 0);
    return {
      day: dateOf(day),
      active_users: usersOf.get(day) ?? 0,
      published: sum('published'),
      delivered: sum('delivered'),
      events: Object.fromEntries(
        types.map(({ type, published, delivered }) => [type, { published, delivered }]),
      ),
    };
  });
}
