/**
 * What can be set of the market, and the environment variables it is read from. README.md lists them.
 *
 * @module
 */

import { MAX_DAYS } from '../events.ts';

/** Options of the market kit. */
export interface MarketOptions {
  /** Bids and asks that one user may have open at once. `MARKET_MAX_OPEN`. @default 200 */
  readonly maxOpen: number;
  /** Placements, changes and cancellations of one user in a minute. `MARKET_ACTIONS_PER_MINUTE`. @default 300 */
  readonly actionsPerMinute: number;
  /** Days after which a bid or an ask expires, unless it says otherwise. `MARKET_OFFER_DAYS`. @default 30 */
  readonly offerDays: number;
  /** Hours within which an order is to be paid. `MARKET_PAYMENT_HOURS`. @default 24 */
  readonly paymentHours: number;
  /** Percent that the lowest ask has to fall below that of the day to be told as a drop. `MARKET_DROP_PERCENT`. @default 10 */
  readonly dropPercent: number;
  /** Products that one user may watch. `MARKET_MAX_WATCHES`. @default 200 */
  readonly maxWatches: number;
  /** Tickets that one user may have open at once. `MARKET_MAX_TICKETS`. @default 10 */
  readonly maxTickets: number;
}

const DEFAULTS: MarketOptions = {
  maxOpen: 200,
  actionsPerMinute: 300,
  offerDays: 30,
  paymentHours: 24,
  dropPercent: 10,
  maxWatches: 200,
  maxTickets: 10,
};

/** The environment variable of each option. */
const VARIABLES: { readonly [Name in keyof MarketOptions]: string } = {
  maxOpen: 'MARKET_MAX_OPEN',
  actionsPerMinute: 'MARKET_ACTIONS_PER_MINUTE',
  offerDays: 'MARKET_OFFER_DAYS',
  paymentHours: 'MARKET_PAYMENT_HOURS',
  dropPercent: 'MARKET_DROP_PERCENT',
  maxWatches: 'MARKET_MAX_WATCHES',
  maxTickets: 'MARKET_MAX_TICKETS',
};

/** The highest that an option may be, where there is such a thing. */
const HIGHEST: { readonly [Name in keyof MarketOptions]?: number } = { offerDays: MAX_DAYS, dropPercent: 99 };

/** Fills in the defaults. @throws Error that names every option which cannot be. */
export function marketOptions(given: Partial<MarketOptions> = {}): MarketOptions {
  const options = { ...DEFAULTS, ...given };
  const faults = Object.entries(options).flatMap(([key, value]) => {
    const name = key as keyof MarketOptions;
    const highest = HIGHEST[name] ?? Number.MAX_SAFE_INTEGER;
    const right = Number.isSafeInteger(value) && value >= 1 && value <= highest;
    return right ? [] : [`${VARIABLES[name]} must be a whole number from 1 to ${highest}, and is ${value}.`];
  });
  if (faults.length > 0) throw new Error(faults.join(' '));
  return options;
}

/** Reads the options from environment variables. */
export function optionsFrom(env: Readonly<Record<string, string | undefined>>): Partial<MarketOptions> {
  const given = Object.entries(VARIABLES).flatMap(([name, variable]) => {
    const text = env[variable];
    return text === undefined || text === '' ? [] : [[name, Number(text)]];
  });
  return Object.fromEntries(given) as Partial<MarketOptions>;
}
