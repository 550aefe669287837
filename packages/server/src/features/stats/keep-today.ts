import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import { Recurring } from '../../core/recurring.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Meter } from './meter.ts';

/** The row of `meta` that has the count. */
const NAME = 'events_today';

/** How often the count is written, milliseconds; what `kill -9` may make it forget. */
const INTERVAL = 10_000;

export interface KeepTodayOptions {
  /** With the core's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** The count could not be written; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Lets the day's count of events outlive the process.
 *
 * @returns what writes it for the last time, and stops.
 */
export async function keepToday(
  meter: Meter,
  { db, clock, onError }: KeepTodayOptions,
): Promise<() => Promise<void>> {
  const kept = await db.selectFrom('meta').select('value').where('name', '=', NAME).executeTakeFirst();
  const [day = Number.NaN, events = 0] = kept?.value.split(' ').map(Number) ?? [];
  meter.resume({ day, events });
  let written = kept?.value;
  const write = async () => {
    const { day, events } = meter.today;
    const value = `${day} ${events}`;
    if (value === written) return;
    await db
      .insertInto('meta')
      .values({ name: NAME, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
    written = value;
  };
  const writing = new Recurring({ clock, interval: INTERVAL, run: write, onError });
  return async () => {
    await writing.close();
    await write().catch(onError);
  };
}
