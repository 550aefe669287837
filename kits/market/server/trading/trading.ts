/**
 * Trading: what comes for one product is done in its order, and what waits meanwhile is done together, in one transaction.
 *
 * @module
 */
import { type Call, TidingsError } from '@tidings/server/kit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Lanes } from '../../../shared/server/lanes.ts';
import type { Offer, Placed, PlaceOffer, Side } from '../../events.ts';
import { userChannel } from '../channels.ts';
import type { Market, MarketObserver, Transaction } from '../market-part.ts';
import type { Offered } from '../money.ts';
import type { MarketOptions } from '../options.ts';
import { lockProduct, noProduct } from '../products/products.ts';
import { Books, type WaitingOffer } from './books.ts';
import { ownMatchView } from './match-view.ts';
import { OPEN, offerView } from './offer-view.ts';
import { countOpen, findOffer } from './offers.ts';
import { answerAgain, readRepeated } from './repeats.ts';
import { type NewOffer, type Outcome, Turn } from './turn.ts';
import { matchRowOf, writeTurn } from './write-turn.ts';

/** A placement that waits for its turn. */
interface Placing {
  readonly placing: NewOffer;
}

/** Anything else, which has a transaction of its own. */
interface Alone {
  readonly work: (turn: Turn, transaction: Transaction) => Promise<() => unknown>;
  readonly answers: Call | undefined;
}

/** Whose bid or ask. */
export interface OfferKey {
  readonly user: string;
  readonly side: Side;
  readonly id: number;
}

/** Characters of a user's id whom notifications reach. */
const MAX_USER = 128;

const MINUTE_IN_SECONDS = 60;

/** What PostgreSQL says of a row that is there already; on SQLite nobody else writes at the same moment. */
const UNIQUE_VIOLATION = '23505';

/** Offers that one transaction withdraws. */
const WITHDRAWN_AT_ONCE = 100;

export class Trading {
  readonly #market: Market;
  readonly #options: MarketOptions;
  readonly #observers: readonly MarketObserver[];
  readonly #books = new Books();
  readonly #lanes = new Lanes<Placing | Alone, unknown>((product, items) => this.#work(product, items));
  /** Of this server: a user who is on several may do as much on each. */
  readonly #pace: RateLimiterMemory;

  constructor(market: Market, options: MarketOptions, observers: readonly MarketObserver[]) {
    this.#market = market;
    this.#options = options;
    this.#observers = observers;
    this.#pace = new RateLimiterMemory({ points: options.actionsPerMinute, duration: MINUTE_IN_SECONDS });
  }

  /**
   * Places a bid or an ask. A repeat under a key has one effect and the same answer, for as long as the offer is known.
   *
   * @throws TidingsError `not_found`, `invalid_request`, `self_match`, `trading_halted`, `limit_reached`, `key_conflict`,
   * `rate_limited`.
   */
  async place(user: string, side: Side, asked: PlaceOffer, key: string | undefined): Promise<Placed> {
    // Whoever cannot be told of a match would keep it from the other.
    if (user.length > MAX_USER || !userChannel(user))
      throw new TidingsError('invalid_request', 'A user of this name cannot be told of anything.');
    // Not every database takes every text.
    if (key !== undefined && /\p{C}/u.test(key))
      throw new TidingsError('invalid_request', 'The key has control characters in it.');
    await this.#keepPace(user);
    const { language } = await this.#market.contactOf(user);
    const { product_id, size, price, amount, days = this.#options.offerDays } = asked;
    const placing: NewOffer = {
      ...{ side, user, language, size, price, amount, days },
      // A key belongs to a user and to what is done under it.
      keyed: {
        key: key === undefined ? null : `${side} ${key}`,
        asked: JSON.stringify({ product_id, size, price, amount, days: asked.days }),
      },
    };
    return (await this.#lanes.add(product_id, { placing })) as Placed;
  }

  /**
   * Gives one's bid or ask another price; it then comes after those that had that price before.
   *
   * @param answers the call that asks for it.
   * @throws TidingsError `not_found`, `conflict`, and as {@link place}.
   */
  async change(key: OfferKey, offered: Offered, answers: Call): Promise<Placed> {
    await this.#keepPace(key.user);
    const { product } = await findOffer(this.#market.db, key);
    return this.#alone(
      product,
      async (turn, { db }) => {
        const outcome = await turn.change(await waitingOffer(turn, db, key), offered);
        return () => placedView(turn, outcome);
      },
      answers,
    );
  }

  /** Cancels one's bid or ask. @throws TidingsError `not_found`, `conflict`, `rate_limited`. */
  async cancel(key: OfferKey, answers: Call): Promise<Offer> {
    await this.#keepPace(key.user);
    const { product } = await findOffer(this.#market.db, key);
    return this.#alone(
      product,
      async (turn, { db }) => {
        const waiting = await waitingOffer(turn, db, key);
        await turn.end(waiting, 'cancelled');
        return () =>
          offerView(waiting, turn.product, { status: 'cancelled', ended: turn.now, match_id: null });
      },
      answers,
    );
  }

  /** Takes out of the books what has expired, and what is left of products that were removed. */
  async sweep(): Promise<void> {
    const { db, clock, log } = this.#market;
    const open = db
      .selectFrom('market_offers')
      .innerJoin('market_products', 'market_products.product', 'market_offers.product')
      .where('market_offers.status', '=', 'open')
      .distinct();
    const expired = await open
      .select(['market_offers.product', 'size'])
      .where('expires', '<=', clock.now())
      .execute();
    const removed = await open.select('market_offers.product').where('removed', 'is not', null).execute();
    const tasks = [
      ...expired.map(
        ({ product, size }) =>
          () =>
            this.#expire(product, size),
      ),
      ...removed.map(
        ({ product }) =>
          () =>
            this.withdrawAll(product),
      ),
    ];
    for (const task of tasks)
      try {
        await task();
      } catch (error) {
        // The others go on nevertheless; this one is tried again in the next turn.
        log.error({ err: error }, 'What is over could not be taken out of a book.');
      }
  }

  /** Withdraws all that is open for a product that is removed; bit by bit, so that nobody else waits long. */
  async withdrawAll(product: string): Promise<void> {
    const some = async (turn: Turn) => {
      const done = await turn.withdraw(WITHDRAWN_AT_ONCE);
      return () => done;
    };
    while (!(await this.#alone(product, some)));
  }

  #expire(product: string, size: string): Promise<void> {
    return this.#alone(product, async (turn) => {
      await turn.book(size);
      return () => undefined;
    });
  }

  /**
   * Does something to a product in its turn and in a transaction of its own.
   *
   * @param work gives what makes the result, once all of it is written.
   * @throws TidingsError `not_found`; and whatever `work` throws, and then nothing has happened.
   */
  #alone<T>(
    product: string,
    work: (turn: Turn, transaction: Transaction) => Promise<() => T>,
    answers?: Call,
  ): Promise<T> {
    return this.#lanes.add(product, { work, answers }) as Promise<T>;
  }

  async #work(
    product: string,
    items: readonly (Placing | Alone)[],
  ): Promise<readonly PromiseSettledResult<unknown>[]> {
    const outcomes: PromiseSettledResult<unknown>[] = [];
    for (let begin = 0; begin < items.length; ) {
      const rest = items.slice(begin);
      const end = rest.findIndex((item) => !('placing' in item));
      const together = (end === -1 ? rest : rest.slice(0, end)) as readonly Placing[];
      if (together.length > 0) outcomes.push(...(await this.#placeAll(product, together)));
      else {
        const { work, answers } = rest[0] as Alone;
        outcomes.push(await settled(this.#turn(product, work, answers)));
      }
      begin += Math.max(1, together.length);
    }
    return outcomes;
  }

  async #placeAll(
    product: string,
    items: readonly Placing[],
  ): Promise<readonly PromiseSettledResult<unknown>[]> {
    const placings = items.map(({ placing }) => placing);
    try {
      return await this.#placeTogether(product, placings);
    } catch (error) {
      if (placings.length === 1 && !isTaken(error)) return [{ status: 'rejected', reason: error }];
      this.#market.log.warn({ err: error, product }, 'Placements failed; each is tried alone.');
      const outcomes: PromiseSettledResult<unknown>[] = [];
      for (const placing of placings)
        outcomes.push(
          ...(await this.#placeTogether(product, [placing]).catch((reason: unknown) => [
            { status: 'rejected', reason } as const,
          ])),
        );
      return outcomes;
    }
  }

  /** Places in one transaction. @returns what became of each; who is refused holds the others not up. */
  #placeTogether(
    product: string,
    placings: readonly NewOffer[],
  ): Promise<readonly PromiseSettledResult<Placed>[]> {
    return this.#turn(product, async (turn, { db }) => {
      const repeated = await readRepeated(
        db,
        placings.map(({ user, keyed: { key } }) => ({ user, key })),
      );
      const open = await countOpen(
        db,
        placings.map(({ user }) => user),
      );
      const here = new Map<string, { readonly asked: string; readonly answer: () => Placed }>();
      const placeOne = async (placing: NewOffer): Promise<() => Placed> => {
        const { user, keyed } = placing;
        const { key, asked } = keyed;
        const before = repeated({ user, key });
        if (before) {
          const answer = await answerAgain(db, before, asked, turn.product);
          return () => answer;
        }
        const name = `${key} ${user}`;
        const same = key === null ? undefined : here.get(name);
        if (same && same.asked !== asked) throw new TidingsError('key_conflict');
        if (same) return same.answer;
        const count = open.get(user) ?? 0;
        if (count >= this.#options.maxOpen)
          throw new TidingsError(
            'limit_reached',
            `A user has at most ${this.#options.maxOpen} bids and asks open.`,
          );
        const outcome = await turn.place(placing);
        const { deal } = outcome;
        if (!deal) open.set(user, count + 1);
        // As it was placed, whatever comes after it in the same turn.
        const answer = () => placedView(turn, outcome);
        here.set(name, { asked, answer });
        return answer;
      };
      const answers: PromiseSettledResult<() => Placed>[] = [];
      for (const placing of placings) answers.push(await settled(placeOne(placing), TidingsError));
      return () =>
        answers.map((answer) =>
          answer.status === 'rejected' ? answer : { status: 'fulfilled', value: answer.value() },
        );
    });
  }

  /** Runs a transaction in which a product is held. */
  async #turn<T>(
    product: string,
    work: (turn: Turn, transaction: Transaction) => Promise<() => T>,
    answers?: Call,
  ): Promise<T> {
    let turn: Turn | undefined;
    try {
      return await this.#market.transaction(
        async (transaction) => {
          turn = await this.#begin(transaction, product);
          const result = await work(turn, transaction);
          await writeTurn(turn, { transaction, market: this.#market, observers: this.#observers });
          return result();
        },
        { answers },
      );
    } catch (error) {
      // What was done to the books in memory has not happened.
      if (turn?.changed) this.#books.forget(product);
      throw error;
    }
  }

  /** Holds a product until the transaction ends. */
  async #begin({ db }: Transaction, product: string): Promise<Turn> {
    const row = await lockProduct(db, product);
    if (!row) throw noProduct();
    const rows = await db.selectFrom('market_books').selectAll().where('product', '=', product).execute();
    return new Turn({ product: row, rows, now: this.#market.clock.now() }, { cache: this.#books, db });
  }

  async #keepPace(user: string): Promise<void> {
    try {
      await this.#pace.consume(user);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new TidingsError('rate_limited', undefined, { retryAfter: Math.max(1, refusal.msBeforeNext) });
    }
  }
}

/**
 * Whether a row like it was written by another transaction at the same moment: what came under the same key for another
 * product, which is found when it is tried again.
 */
function isTaken(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === UNIQUE_VIOLATION;
}

/** The offer of a key, which has to wait still. */
async function waitingOffer(turn: Turn, db: Transaction['db'], key: OfferKey): Promise<WaitingOffer> {
  const row = await findOffer(db, key);
  const waiting = row.status === 'open' ? await turn.waiting(row) : undefined;
  if (waiting) return waiting;
  const status = row.status === 'open' ? 'expired' : row.status;
  throw new TidingsError('conflict', `Your ${row.side} is not open any more: it is ${status}.`);
}

function placedView(turn: Turn, { offer, deal }: Outcome): Placed {
  if (!deal) return { offer: offerView(offer, turn.product, OPEN), match: null };
  const role = offer.side === 'bid' ? 'buyer' : 'seller';
  return {
    offer: offerView(offer, turn.product, { status: 'matched', ended: turn.now, match_id: deal.id }),
    match: ownMatchView(matchRowOf(turn, deal), turn.product, role, offer.language),
  };
}

/** What becomes of something. @param only errors of this kind; others are thrown. @default any */
async function settled<T>(promise: Promise<T>, only?: typeof TidingsError): Promise<PromiseSettledResult<T>> {
  try {
    return { status: 'fulfilled', value: await promise };
  } catch (reason) {
    if (only && !(reason instanceof only)) throw reason;
    return { status: 'rejected', reason };
  }
}
