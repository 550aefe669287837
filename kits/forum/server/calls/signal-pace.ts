import { type Session, TidingsError } from '@tidings/server/kit';

/** Signals of one connection within {@link WINDOW}: some for each of the others, and as many once more when they begin anew. */
const MOST = 300;

/** Milliseconds. */
const WINDOW = 10_000;

/** Holds each connection to so many signals. */
export class SignalPace {
  readonly #sent = new WeakMap<Session, { begun: number; count: number }>();

  /** Counts one. @throws TidingsError `rate_limited` */
  take(session: Session, now: number): void {
    const sent = this.#sent.get(session);
    if (!sent || now - sent.begun >= WINDOW) {
      this.#sent.set(session, { begun: now, count: 1 });
      return;
    }
    sent.count += 1;
    if (sent.count > MOST)
      throw new TidingsError('rate_limited', `There may be ${MOST} signals in ${WINDOW} ms.`, {
        retryAfter: sent.begun + WINDOW - now,
      });
  }
}
