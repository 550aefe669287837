import type { Kysely } from 'kysely';
import type { Clock } from '../core/ports/clock.ts';
import { Recurring } from '../core/recurring.ts';
import type { CoreTables } from '../storage/migrations.ts';

export interface JobTurnsOptions {
  /** With the core's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** A turn could not be held on to; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** How long a turn is held that nobody renews, because its server died, milliseconds. */
const LEASE = 30_000;

/** Clocks of servers do not differ by more; what lies further ahead was written by a clock that has been set back, milliseconds. */
const LONGEST_AHEAD = 3_600_000;

/** A turn is renewed so many times in its life, so that two renewals may fail. */
const RENEWALS = 3;

/**
 * The turns of jobs, of several servers on one database: each is taken by one of them, and none while that of before is not
 * done, wherever that is.
 */
export class JobTurns {
  readonly #options: JobTurnsOptions;

  constructor(options: JobTurnsOptions) {
    this.#options = options;
  }

  /**
   * Takes a turn.
   *
   * @param due when it is due by the job's schedule, which is the same on all servers; milliseconds since 1970-01-01 UTC.
   * @returns what gives it back once it is done; `undefined` when another server has it, or one of before.
   */
  async take(job: string, due: number): Promise<(() => Promise<void>) | undefined> {
    const { db, clock, onError } = this.#options;
    const now = clock.now();
    const turn = { job, due, until: now + LEASE };
    const taken = await db
      .insertInto('job_turns')
      .values(turn)
      .onConflict((conflict) =>
        conflict
          .column('job')
          .doUpdateSet({ due, until: turn.until })
          .where(({ or, eb }) =>
            or([eb('job_turns.due', '<', due), eb('job_turns.due', '>', now + LONGEST_AHEAD)]),
          )
          .where(({ or, eb }) =>
            or([eb('job_turns.until', '<=', now), eb('job_turns.until', '>', now + LONGEST_AHEAD)]),
          ),
      )
      .returning('job')
      .executeTakeFirst();
    if (!taken) return undefined;
    const hold = async (until: number) => {
      await db
        .updateTable('job_turns')
        .set({ until })
        .where('job', '=', job)
        .where('due', '=', due)
        .execute();
    };
    const run = () => hold(clock.now() + LEASE);
    const renewing = new Recurring({ clock, interval: LEASE / RENEWALS, run, onError });
    return async () => {
      await renewing.close();
      await hold(0);
    };
  }
}
