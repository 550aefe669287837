/**
 * The book of one size of a product: who would buy for how much, who would sell, and who of them meet.
 *
 * Every bid and ask is for one pair. The better price comes first, of equal ones the earlier. What comes and meets another is
 * traded at the price of the one that was there. Nothing here waits or fails half-way, and the same calls give the same book.
 *
 * @module
 */
import type { Side } from '../../events.ts';

/** A bid or an ask that waits. */
export interface OpenOffer {
  /** Its place in time, unique in the book. */
  readonly turn: number;
  readonly side: Side;
  readonly user: string;
  /** Minor units. */
  readonly amount: number;
  /** From then on it counts no more, milliseconds since 1970-01-01 UTC. */
  readonly expires: number;
}

/** An offer that comes: its place in time is the book's to say. */
export type Coming<Offer extends OpenOffer> = Omit<Offer, 'turn'>;

/** What becomes of an offer that comes. */
export interface Placement<Offer extends OpenOffer> {
  readonly offer: Offer;
  /** Whom it met, who is no longer in the book; absent when it waits there now. */
  readonly met?: Offer;
}

/** A price, and how many wait at it. */
export interface BookLevel {
  readonly amount: number;
  readonly count: number;
}

const OTHER: Readonly<Record<Side, Side>> = { bid: 'ask', ask: 'bid' };

export class OrderBook<Offer extends OpenOffer = OpenOffer> {
  /** The best last, so that taking it is cheap. */
  readonly #waiting: Readonly<Record<Side, Offer[]>> = { bid: [], ask: [] };
  readonly #byTurn = new Map<number, Offer>();
  /** Nothing expires before. */
  #nextExpiry = Number.POSITIVE_INFINITY;
  #version: number;

  /**
   * @param version that the book has reached; of a new one 0.
   * @param offers that wait in it.
   */
  constructor(version = 0, offers: Iterable<Offer> = []) {
    this.#version = version;
    for (const offer of offers) this.#add(offer);
  }

  /** Counts the changes. */
  get version(): number {
    return this.#version;
  }

  /** How many wait. */
  get size(): number {
    return this.#byTurn.size;
  }

  /** Whether an offer would meet one of the same user's: then it is not to be placed. */
  meetsOwn({ side, user, amount }: Pick<OpenOffer, 'side' | 'user' | 'amount'>): boolean {
    return this.#metBy(side, amount)?.user === user;
  }

  /** Takes an offer in, unless it meets one that waits. */
  place(coming: Coming<Offer>): Placement<Offer> {
    // What was left out is put back.
    const offer = { ...coming, turn: this.#turn() } as Offer;
    const met = this.#metBy(offer.side, offer.amount);
    if (met) {
      this.#take(met);
      return { offer, met };
    }
    this.#add(offer);
    return { offer };
  }

  /** What waits at a place in time. */
  get(turn: number): Offer | undefined {
    return this.#byTurn.get(turn);
  }

  /** Takes an offer out. @returns it, unless it does not wait. */
  remove(turn: number): Offer | undefined {
    const offer = this.#byTurn.get(turn);
    if (!offer) return undefined;
    this.#turn();
    this.#take(offer);
    return offer;
  }

  /** Takes out whatever has expired. @returns it, in the order in which it came. */
  expire(now: number): readonly Offer[] {
    if (now < this.#nextExpiry) return [];
    const expired: Offer[] = [];
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const offer of this.#byTurn.values())
      if (offer.expires <= now) expired.push(offer);
      else this.#nextExpiry = Math.min(this.#nextExpiry, offer.expires);
    expired.sort((one, other) => one.turn - other.turn);
    for (const { turn } of expired) this.remove(turn);
    return expired;
  }

  /** The best price of a side. */
  best(side: Side): number | null {
    return this.#waiting[side].at(-1)?.amount ?? null;
  }

  /** The prices of a side, the best first. @param most so many of them. */
  levels(side: Side, most: number): readonly BookLevel[] {
    const levels: { amount: number; count: number }[] = [];
    const waiting = this.#waiting[side];
    for (let place = waiting.length - 1; place >= 0; place -= 1) {
      const { amount } = waiting[place] as Offer;
      const last = levels.at(-1);
      if (last?.amount === amount) last.count += 1;
      else if (levels.length === most) break;
      else levels.push({ amount, count: 1 });
    }
    return levels;
  }

  /** Everything that waits, the best first. */
  offers(side: Side): readonly Offer[] {
    return this.#waiting[side].toReversed();
  }

  #turn(): number {
    this.#version += 1;
    return this.#version;
  }

  #metBy(side: Side, amount: number): Offer | undefined {
    const best = this.#waiting[OTHER[side]].at(-1);
    if (!best) return undefined;
    return (side === 'bid' ? best.amount <= amount : best.amount >= amount) ? best : undefined;
  }

  #add(offer: Offer): void {
    const waiting = this.#waiting[offer.side];
    waiting.splice(placeOf(waiting, offer), 0, offer);
    this.#byTurn.set(offer.turn, offer);
    this.#nextExpiry = Math.min(this.#nextExpiry, offer.expires);
  }

  #take(offer: Offer): void {
    const waiting = this.#waiting[offer.side];
    waiting.splice(placeOf(waiting, offer), 1);
    this.#byTurn.delete(offer.turn);
  }
}

/** Less than 0 when the one is to come later than the other. */
function precedence(one: OpenOffer, other: OpenOffer): number {
  const better = one.side === 'bid' ? one.amount - other.amount : other.amount - one.amount;
  return better || other.turn - one.turn;
}

/** Where an offer stands, or would: the best is last. */
function placeOf(waiting: readonly OpenOffer[], offer: OpenOffer): number {
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (precedence(waiting[middle] as OpenOffer, offer) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
