import type { Offer, OrderStatus, Side, Ticket } from '../../events.ts';
import type { Sort } from '../browse/products.ts';
import type { Interval } from '../sneaker/candles.ts';

/** A text for each side of a market. */
type BySide<Text> = Readonly<Record<Side, Text>>;

/** What the page says, in one language. Prices are given as they are shown. */
export interface Texts {
  readonly title: string;
  readonly lead: string;
  readonly loading: string;
  readonly more: string;
  readonly close: string;
  readonly cancel: string;
  /** What is kept while there is no connection: bids and asks are not, since prices move. */
  readonly offline: string;
  readonly tabs: Readonly<Record<'browse' | 'offers' | 'orders' | 'support', string>>;
  readonly browse: {
    readonly search: string;
    readonly show: string;
    readonly hot: string;
    readonly all: string;
    readonly watched: string;
    readonly sort: string;
    readonly sorts: Readonly<Record<Sort, string>>;
    readonly none: string;
    readonly howToAdd: string;
    readonly noneWatched: string;
    readonly noneFound: string;
    readonly isNew: string;
    readonly dropped: string;
    readonly neverSold: string;
    readonly popular: string;
    retail(price: string): string;
  };
  readonly sneaker: {
    readonly back: string;
    readonly price: string;
    readonly bid: string;
    readonly ask: string;
    readonly lastSale: string;
    readonly size: string;
    readonly anySize: string;
    sizeOf(size: string): string;
    readonly noSizes: string;
    readonly gone: string;
    readonly halted: string;
    readonly haltedBadge: string;
    looking(count: number): string;
  };
  readonly place: {
    readonly title: string;
    readonly sides: BySide<string>;
    readonly now: BySide<(price: string) => string>;
    readonly price: BySide<string>;
    readonly offer: BySide<string>;
    readonly offerFor: BySide<(price: string) => string>;
    readonly meets: BySide<(price: string) => string>;
    readonly rests: BySide<string>;
    readonly placed: BySide<(price: string) => string>;
    badPrice(example: string): string;
    /** The server was not reached. */
    readonly unreached: string;
    outside(lowest: string, highest: string): string;
    steps(step: string): string;
    readonly expires: string;
    days(count: number): string;
    readonly instant: string;
    readonly match: string;
    buyer(price: string): string;
    seller(price: string): string;
    readonly created: string;
    readonly toOrder: string;
  };
  readonly depth: {
    readonly title: string;
    readonly sides: BySide<string>;
    readonly price: string;
    readonly pairs: string;
    readonly none: string;
  };
  readonly trades: { readonly title: string; readonly none: string };
  readonly chart: {
    readonly title: string;
    readonly none: string;
    readonly interval: string;
    readonly intervals: Readonly<Record<Interval, string>>;
    readonly credit: string;
    summary(low: string, high: string): string;
  };
  readonly watch: {
    readonly badge: string;
    readonly title: string;
    readonly hint: string;
    readonly atMost: string;
    readonly start: string;
    readonly change: string;
    readonly stop: string;
    on(price: string, size: string | undefined): string;
  };
  readonly offers: {
    readonly title: string;
    readonly none: string;
    readonly sides: BySide<string>;
    readonly open: string;
    readonly ended: string;
    expires(when: string): string;
    readonly cancel: string;
    readonly states: Readonly<Record<Offer['status'], string>>;
  };
  readonly orders: {
    readonly none: string;
    readonly bought: string;
    readonly sold: string;
    number(id: string): string;
    readonly progress: string;
    readonly steps: Readonly<Record<OrderStatus, string>>;
    payBy(when: string): string;
    readonly ship: string;
    readonly carrier: string;
    readonly tracking: string;
    track(parcel: string): string;
    readonly received: string;
    readonly cancel: string;
    readonly cancelSure: string;
    readonly help: string;
  };
  readonly support: {
    readonly lead: string;
    readonly open: string;
    readonly subject: string;
    readonly text: string;
    aboutOrder(id: string): string;
    readonly send: string;
    readonly write: string;
    readonly own: string;
    readonly queue: string;
    readonly queueNone: string;
    readonly taken: string;
    readonly others: string;
    readonly take: string;
    readonly finish: string;
    readonly states: Readonly<Record<Ticket['status'], string>>;
    answeredBy(name: string): string;
    readonly agent: string;
    readonly you: string;
    readonly seen: string;
    readonly waiting: string;
    readonly retry: string;
    readonly discard: string;
    /** The other side has it before them; by one's own side. */
    readonly here: Readonly<Record<'user' | 'agent', string>>;
    typing(name: string): string;
    unread(count: number): string;
    readonly older: string;
    readonly back: string;
    readonly pick: string;
    log(subject: string): string;
  };
  /** Why something was refused, by the code of the answer. */
  readonly problems: Readonly<Record<string, string>>;
}
