import { Cron } from 'croner';
import type { Clock, Timer } from '../core/ports/clock.ts';

/** Something done on a schedule. */
export interface Job {
  readonly name: string;
  /** A cron expression of five or six fields, in UTC. */
  readonly schedule: string;
  /** Every server runs it. @default false */
  readonly everywhere?: boolean;
  run(): void | Promise<void>;
}

/** Of several servers, the one whose turn it is. */
export interface Turns {
  /** Takes a turn. @returns what gives it back once it is done; `undefined` when another server has it. */
  take(job: string, due: number): Promise<(() => Promise<void>) | undefined>;
}

export interface JobsOptions {
  readonly clock: Clock;
  /** @default every turn is this server's */
  readonly turns?: Turns | undefined;
  readonly onError: (error: unknown, job: string) => void;
}

interface Scheduled {
  readonly job: Job;
  readonly cron: Cron;
  timer: Timer | undefined;
}

/** Node's timers take no more, milliseconds: a longer wait is made in stages. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs jobs when they are due. A job's next turn is looked for when its run has ended, so that it never overlaps itself. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #scheduled: readonly Scheduled[];
  readonly #running = new Set<Promise<void>>();
  #stopped = true;

  /** @throws Error that names the job whose schedule cannot be read. */
  constructor(jobs: readonly Job[], options: JobsOptions) {
    this.#options = options;
    this.#scheduled = jobs.map((job) => ({ job, cron: parse(job), timer: undefined }));
  }

  start(): void {
    this.#stopped = false;
    for (const scheduled of this.#scheduled) this.#arm(scheduled);
  }

  /** Begins no run any more, and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#scheduled) timer?.cancel();
    await Promise.all(this.#running);
  }

  #arm(scheduled: Scheduled): void {
    const due = scheduled.cron.nextRun(new Date(this.#options.clock.now()))?.getTime();
    if (due !== undefined && !this.#stopped) this.#wait(scheduled, due);
  }

  #wait(scheduled: Scheduled, due: number): void {
    const { clock } = this.#options;
    scheduled.timer = clock.after(Math.min(due - clock.now(), LONGEST_TIMER), () => {
      // A timer may ring a moment early, too.
      if (clock.now() < due) this.#wait(scheduled, due);
      else this.#begin(scheduled, due);
    });
  }

  #begin(scheduled: Scheduled, due: number): void {
    const { job } = scheduled;
    const running = this.#run(job, due)
      .catch((error: unknown) => this.#options.onError(error, job.name))
      .then(() => {
        this.#running.delete(running);
        this.#arm(scheduled);
      });
    this.#running.add(running);
  }

  async #run(job: Job, due: number): Promise<void> {
    const { turns } = this.#options;
    if (!turns || job.everywhere) return job.run();
    const done = await turns.take(job.name, due);
    if (!done) return;
    try {
      await job.run();
    } finally {
      await done();
    }
  }
}

function parse({ name, schedule }: Job): Cron {
  try {
    return new Cron(schedule, { timezone: 'UTC', mode: '5-or-6-parts' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`job "${name}": the schedule "${schedule}" cannot be read: ${why}`, { cause: error });
  }
}
