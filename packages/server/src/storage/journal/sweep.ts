import type { Statements } from './statements.ts';

/** Rows of each table deleted in one call, so that publishing never waits long. */
const BATCH = 1000;

/** Channels looked at in one call. */
const CHANNELS = 200;

/** A channel without events is forgotten so long after its last one, milliseconds. */
const FORGET_AFTER = 30 * 24 * 60 * 60 * 1000;

export interface SweepResult {
  /** Nothing more has expired. */
  readonly done: boolean;
  /** The newest sequence of the channels that were forgotten, if any was. */
  readonly lost: number | undefined;
}

/** Deletes what has expired, a bounded amount at a time; inside the caller's transaction. */
export class Sweep {
  readonly #statements: Statements;
  /** The last channel looked at; the next call goes on after it. */
  #last = '';

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  run(now: number): SweepResult {
    const { dropKeys } = this.#statements;
    const eventsDone = this.#dropEvents(now);
    const keysDone = Number(dropKeys.run(now, BATCH).changes) < BATCH;
    return { done: eventsDone && keysDone, lost: this.#forgetChannels(now) };
  }

  /**
   * Drops each channel's events from the oldest through the newest expired one. So no hole opens where, because a clock
   * or a configuration was changed, a newer event expires before an older one.
   */
  #dropEvents(now: number): boolean {
    const { expiredEvents, oldestOffset, sequenceAt, dropEvents, raiseFloor } = this.#statements;
    const expired = expiredEvents.all(now, BATCH) as unknown as { channel: string; through: number }[];
    let room = BATCH;
    for (const { channel, through } of expired) {
      if (room <= 0) return false;
      const { offset: oldest } = oldestOffset.get(channel) as unknown as { offset: number };
      const last = Math.min(through, oldest + room - 1);
      const { sequence } = sequenceAt.get(channel, last) as unknown as { sequence: number };
      room -= Number(dropEvents.run(channel, last).changes);
      raiseFloor.run(sequence, channel);
    }
    return room > 0;
  }

  #forgetChannels(now: number): number | undefined {
    const { channelsAfter, dropChannel } = this.#statements;
    const rows = channelsAfter.all(this.#last, CHANNELS) as unknown as {
      channel: string;
      floor: number;
      at: number;
      used: number;
    }[];
    this.#last = rows.length < CHANNELS ? '' : (rows.at(-1)?.channel ?? '');
    let lost: number | undefined;
    for (const { channel, floor, at, used } of rows) {
      if (used || at > now - FORGET_AFTER) continue;
      dropChannel.run(channel);
      lost = Math.max(lost ?? 0, floor);
    }
    return lost;
  }
}
