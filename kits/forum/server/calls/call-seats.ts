import type { Session } from '@tidings/server/kit';
import { callChannel } from '../channels.ts';
import type { Forum } from '../tables.ts';
import { leaveSeat, loseSeats, RENEWAL, renewSeats } from './calls.ts';

type Timer = ReturnType<Forum['clock']['every']>;

/** The connections of this server that are in a call, whose seats it renews. */
export class CallSeats {
  readonly #forum: Forum;
  /** The threads that each is in the call of. */
  readonly #threads = new Map<Session, Set<string>>();
  #timer: Timer | undefined;
  /** It was time to renew since the last renewal began. */
  #due = false;
  #renewing: Promise<void> | undefined;

  constructor(forum: Forum) {
    this.#forum = forum;
  }

  start(): void {
    this.#timer = this.#forum.clock.every(RENEWAL, () => this.#renewSoon());
  }

  add(session: Session, thread: string): void {
    const threads = this.#threads.get(session) ?? new Set();
    this.#threads.set(session, threads.add(thread));
  }

  delete(session: Session, thread: string): void {
    const threads = this.#threads.get(session);
    threads?.delete(thread);
    if (threads?.size === 0) this.#threads.delete(session);
  }

  /** A connection has ended. */
  async lose(session: Session): Promise<void> {
    if (!this.#threads.delete(session)) return;
    // A renewal that is under way would have it live longer.
    await this.#renewing;
    await loseSeats(this.#forum, [session.id]);
  }

  /** Lets go of everything; users who come back to another server have never been away. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#renewing;
    const sessions = [...this.#threads.keys()].map(({ id }) => id);
    this.#threads.clear();
    await loseSeats(this.#forum, sessions);
  }

  #renewSoon(): void {
    this.#due = true;
    this.#renewing ??= this.#renewWhileDue();
  }

  /** Never rejects. */
  async #renewWhileDue(): Promise<void> {
    while (this.#due) {
      this.#due = false;
      try {
        await this.#renew();
      } catch (error) {
        this.#forum.log.error({ err: error }, 'seats in calls could not be renewed');
      }
    }
    this.#renewing = undefined;
  }

  async #renew(): Promise<void> {
    for (const [session, threads] of this.#threads)
      for (const thread of threads) {
        // Whoever may not read the thread any more follows its channels no more.
        if (session.subscriptions.has(callChannel(thread))) continue;
        this.delete(session, thread);
        const { user } = session.identity;
        if (user !== undefined) await leaveSeat(this.#forum, { thread, user, session: session.id });
      }
    await renewSeats(
      this.#forum,
      [...this.#threads.keys()].map(({ id }) => id),
    );
  }
}
