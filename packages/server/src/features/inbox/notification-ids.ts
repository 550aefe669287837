import { randomBytes } from 'node:crypto';

/** Digits of the time, of the count within one millisecond, and of chance, in base 36. */
const TIME = 9;
const COUNT = 4;
const CHANCE = 8;

/** The grammar of an id. */
export const NOTIFICATION_ID_PATTERN = `^[0-9a-z]{${TIME + COUNT + CHANCE}}$`;

/** Makes ids that sort in the order in which they were made, and that nobody can guess. */
export class NotificationIds {
  #time = 0;
  #count = 0;

  /** @param now milliseconds since 1970-01-01 UTC. */
  next(now: number): string {
    // A clock that was set back does not change the order.
    if (now > this.#time) {
      this.#time = now;
      this.#count = 0;
    } else this.#count += 1;
    return base36(this.#time, TIME) + base36(this.#count, COUNT) + chance();
  }
}

function base36(value: number, digits: number): string {
  return value.toString(36).padStart(digits, '0');
}

function chance(): string {
  return base36(randomBytes(6).readUIntBE(0, 6), CHANCE + 2).slice(-CHANCE);
}
