import type { Clock, Timer } from '../../core/ports/clock.ts';

/** That a mark began or ended. */
interface MarkChange {
  readonly channel: string;
  readonly user: string;
  readonly event: 'start' | 'stop';
}

export interface MarksOptions {
  readonly clock: Clock;
  /** When a mark that is not renewed ends, milliseconds. */
  readonly ttl: number;
  readonly tell: (change: MarkChange) => Promise<unknown>;
  /** The end of a mark could not be told. */
  readonly onError: (error: unknown) => void;
}

interface Mark {
  readonly timer: Timer;
  /** When its start was told last. */
  readonly toldAt: number;
}

/**
 * A mark that is renewed for longer is told to have started once more, milliseconds: who does not hear of it knows that the
 * server which would tell its end has died.
 */
export const TOLD_AGAIN_AFTER = 20_000;

/** Nobody writes in more places at once; beyond it the oldest mark ends. */
const MAX_MARKS = 8;

/** The typing marks that stand, each with the timer that ends it. */
export class Marks {
  readonly #options: MarksOptions;
  /** By user, then by channel; the longest not renewed first. */
  readonly #users = new Map<string, Map<string, Mark>>();

  constructor(options: MarksOptions) {
    this.#options = options;
  }

  /** Begins a mark, or renews it, mostly silently. Rejects when it could not be told; then there is none. */
  async start(channel: string, user: string): Promise<void> {
    const { clock, ttl } = this.#options;
    const marks = this.#users.get(user) ?? new Map<string, Mark>();
    this.#users.set(user, marks);
    const now = clock.now();
    const before = marks.get(channel);
    const silent = before !== undefined && now - before.toldAt < TOLD_AGAIN_AFTER;
    this.#drop(marks, channel);
    const timer = clock.after(ttl, () => this.#end(channel, user));
    const mark: Mark = { timer, toldAt: silent ? before.toldAt : now };
    marks.set(channel, mark);
    if (silent) return;
    const [oldest] = marks.keys();
    if (marks.size > MAX_MARKS && oldest !== undefined) this.#end(oldest, user);
    try {
      await this.#options.tell({ channel, user, event: 'start' });
    } catch (error) {
      if (marks.get(channel) === mark) this.#forget(channel, user);
      throw error;
    }
  }

  /** Ends a mark, if it stands. */
  async end(channel: string, user: string): Promise<void> {
    if (this.#forget(channel, user)) await this.#options.tell({ channel, user, event: 'stop' });
  }

  /** Ends all marks of a user. */
  endAll(user: string): void {
    for (const channel of [...(this.#users.get(user)?.keys() ?? [])]) this.#end(channel, user);
  }

  close(): void {
    for (const marks of this.#users.values()) for (const { timer } of marks.values()) timer.cancel();
    this.#users.clear();
  }

  #end(channel: string, user: string): void {
    this.end(channel, user).catch(this.#options.onError);
  }

  #forget(channel: string, user: string): boolean {
    const marks = this.#users.get(user);
    if (!marks || !this.#drop(marks, channel)) return false;
    if (marks.size === 0) this.#users.delete(user);
    return true;
  }

  #drop(marks: Map<string, Mark>, channel: string): boolean {
    marks.get(channel)?.timer.cancel();
    return marks.delete(channel);
  }
}
