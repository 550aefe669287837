/**
 * What must end in time, in the order in which it began, which is that of its deadlines.
 *
 * A chain and not a `Set`: the table of a set is copied again and again while entries come and go, and each old copy
 * keeps what it held from the collector for as long as it has not been collected itself. A link that is taken out holds
 * nothing and is held by nothing.
 *
 * @module
 */

/** A link of the chain; {@link Deadlines} sets its neighbours. */
export interface Dated {
  /** Milliseconds since 1970-01-01 UTC; of one that is added later, not earlier. */
  readonly until: number;
  before: Dated | undefined;
  after: Dated | undefined;
  /** It is late, and has been taken out. */
  expire(): void;
}

export class Deadlines {
  #first: Dated | undefined;
  #last: Dated | undefined;

  add(entry: Dated): void {
    entry.before = this.#last;
    if (this.#last) this.#last.after = entry;
    else this.#first = entry;
    this.#last = entry;
  }

  /** @returns whether it was there. */
  delete(entry: Dated): boolean {
    const { before, after } = entry;
    if (!before && this.#first !== entry) return false;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    entry.before = undefined;
    entry.after = undefined;
    return true;
  }

  /** Takes out whatever is late. */
  expire(now: number): void {
    for (let entry = this.#first; entry && entry.until <= now; entry = this.#first) {
      this.delete(entry);
      entry.expire();
    }
  }
}
