import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Side } from '../../events.ts';
import { type OpenOffer, OrderBook } from './order-book.ts';

const NEVER = Number.MAX_SAFE_INTEGER;

function offer(side: Side, amount: number, user = `${side}der`, expires = NEVER) {
  return { side, amount, user, expires };
}

describe('a book', () => {
  it('trades at the price of the one that was there', () => {
    const book = new OrderBook();
    book.place(offer('bid', 210));
    book.place(offer('ask', 215));
    expect([book.best('bid'), book.best('ask')]).toEqual([210, 215]);
    expect(book.place(offer('bid', 220)).met).toMatchObject({ side: 'ask', amount: 215 });
    expect([book.best('bid'), book.best('ask')]).toEqual([210, null]);
    expect(book.place(offer('ask', 200)).met).toMatchObject({ side: 'bid', amount: 210 });
    expect(book.size).toBe(0);
  });

  it('serves the better price first, and of equal ones the earlier', () => {
    const book = new OrderBook();
    for (const [amount, user] of [
      [220, 'first'],
      [215, 'better'],
      [220, 'second'],
    ] as const)
      book.place(offer('ask', amount, user));
    const sellers = [1, 2, 3].map(() => book.place(offer('bid', 300)).met?.user);
    expect(sellers).toEqual(['better', 'first', 'second']);
  });

  it('says when an offer would meet one’s own, and only then', () => {
    const book = new OrderBook();
    book.place(offer('ask', 215, 'ayse'));
    book.place(offer('ask', 210, 'berk'));
    expect(book.meetsOwn(offer('bid', 215, 'ayse'))).toBe(false);
    expect(book.meetsOwn(offer('bid', 210, 'berk'))).toBe(true);
    expect(book.meetsOwn(offer('bid', 209, 'berk'))).toBe(false);
  });

  it('lets go of what was taken out, and of what has expired', () => {
    const book = new OrderBook();
    const { turn } = book.place(offer('bid', 210)).offer;
    book.place(offer('bid', 205, 'late', 1000));
    expect(book.remove(turn)).toMatchObject({ amount: 210 });
    expect(book.remove(turn)).toBeUndefined();
    expect(book.expire(999)).toEqual([]);
    expect(book.expire(1000)).toMatchObject([{ user: 'late' }]);
    expect(book.best('bid')).toBeNull();
    expect(book.expire(NEVER - 1)).toEqual([]);
  });

  it('counts what waits at each price', () => {
    const book = new OrderBook();
    for (const amount of [200, 210, 200, 190]) book.place(offer('bid', amount));
    expect(book.levels('bid', 2)).toEqual([
      { amount: 210, count: 1 },
      { amount: 200, count: 2 },
    ]);
    expect(book.levels('ask', 2)).toEqual([]);
  });
});

type Step =
  | { readonly do: 'place'; readonly offer: Omit<OpenOffer, 'turn'> }
  | { readonly do: 'remove'; readonly turn: number }
  | { readonly do: 'expire'; readonly now: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('place' as const),
        offer: fc.record({
          side: fc.constantFrom<Side>('bid', 'ask'),
          amount: fc.integer({ min: 1, max: 12 }),
          user: fc.constantFrom('a', 'b', 'c', 'd'),
          expires: fc.integer({ min: 1, max: 40 }),
        }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('remove' as const), turn: fc.integer({ min: 1, max: 60 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('expire' as const), now: fc.integer({ min: 0, max: 40 }) }),
    },
  ),
  { maxLength: 80 },
);

/** The same by looking at everything each time. */
class NaiveBook {
  offers: OpenOffer[] = [];
  version = 0;

  place(coming: Omit<OpenOffer, 'turn'>) {
    this.version += 1;
    const [met] = this.offers
      .filter(({ side, amount }) =>
        coming.side === 'bid'
          ? side === 'ask' && amount <= coming.amount
          : side === 'bid' && amount >= coming.amount,
      )
      .sort((a, b) => (a.side === 'bid' ? b.amount - a.amount : a.amount - b.amount) || a.turn - b.turn);
    if (met) this.offers = this.offers.filter((one) => one !== met);
    else this.offers.push({ ...coming, turn: this.version });
    const offer = { ...coming, turn: this.version };
    return met ? { offer, met } : { offer };
  }

  meetsOwn(coming: Omit<OpenOffer, 'turn'>) {
    const copy = new NaiveBook();
    copy.offers = [...this.offers];
    return copy.place(coming).met?.user === coming.user;
  }

  remove(turn: number) {
    const found = this.offers.find((one) => one.turn === turn);
    if (found) {
      this.version += 1;
      this.offers = this.offers.filter((one) => one !== found);
    }
    return found;
  }

  expire(now: number) {
    const expired = this.offers.filter(({ expires }) => expires <= now);
    for (const { turn } of expired) this.remove(turn);
    return expired;
  }
}

function run(book: OrderBook | NaiveBook, step: Step): unknown {
  switch (step.do) {
    case 'place':
      return book.meetsOwn(step.offer) ? 'own' : book.place(step.offer);
    case 'remove':
      return book.remove(step.turn);
    case 'expire':
      return book.expire(step.now);
  }
}

describe('whatever comes,', () => {
  it('a book does what looking at everything each time does, and is never crossed', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const book = new OrderBook();
        const naive = new NaiveBook();
        for (const step of all) {
          expect(run(book, step)).toEqual(run(naive, step));
          const [bid, ask] = [book.best('bid'), book.best('ask')];
          if (bid !== null && ask !== null) expect(bid).toBeLessThan(ask);
          expect(book.version).toBe(naive.version);
        }
        const waiting = [...book.offers('bid'), ...book.offers('ask')];
        expect(waiting.sort((a, b) => a.turn - b.turn)).toEqual(naive.offers);
      }),
    );
  });

  it('each pair is sold once, to somebody else, for no more than is bid and no less than is asked', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const book = new OrderBook();
        const gone = new Set<number>();
        let placed = 0;
        let ended = 0;
        for (const step of all) {
          if (step.do === 'place' && !book.meetsOwn(step.offer)) {
            placed += 1;
            const { offer, met } = book.place(step.offer);
            if (!met) continue;
            ended += 2;
            for (const one of [offer.turn, met.turn]) {
              expect(gone.has(one)).toBe(false);
              gone.add(one);
            }
            expect(met.user).not.toBe(step.offer.user);
            const [bid, ask] = step.offer.side === 'bid' ? [step.offer, met] : [met, step.offer];
            expect(ask.amount).toBeLessThanOrEqual(bid.amount);
          } else if (step.do === 'remove') ended += book.remove(step.turn) ? 1 : 0;
          else if (step.do === 'expire') ended += book.expire(step.now).length;
        }
        expect(book.size).toBe(placed - ended);
      }),
    );
  });

  it('a book that is made anew from what waits goes on as the one that was there', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const book = new OrderBook();
        for (const step of before) run(book, step);
        const again = new OrderBook(book.version, [...book.offers('ask'), ...book.offers('bid')]);
        for (const step of after) expect(run(again, step)).toEqual(run(book, step));
      }),
    );
  });
});
