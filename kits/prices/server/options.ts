import { LANGUAGES, type Language } from '../events.ts';

/** Options of the price tracker. */
export interface PricesOptions {
  /** The language of the formatted strings of an event that everybody hears. @default 'tr' */
  readonly language?: Language;
  /** Products that one user may watch. @default 1000 */
  readonly maxWatches?: number;
  /** Products that one user may add. @default 1000 */
  readonly maxProducts?: number;
  /** Prices that are kept of each product; the oldest go. @default 10000 */
  readonly historySize?: number;
  /** Bytes of one import. @default 67108864 (64 MiB) */
  readonly importBytes?: number;
  /** How long an idempotency key is remembered, milliseconds. @default 86400000 (24 hours) */
  readonly keyWindow?: number;
  /** How often a shop page is looked at, milliseconds. @default 900000 (15 minutes) */
  readonly shopInterval?: number;
  /** Fetch shop pages from this machine and private networks too: for tests and for a shop of one's own. @default false */
  readonly shopPrivate?: boolean;
}

/** Options with their defaults filled in. */
export type Settings = Required<PricesOptions>;

const DAY = 24 * 60 * 60 * 1000;

const DEFAULTS: Settings = {
  language: 'tr',
  maxWatches: 1000,
  maxProducts: 1000,
  historySize: 10_000,
  importBytes: 64 * 1024 * 1024,
  keyWindow: DAY,
  shopInterval: 15 * 60 * 1000,
  shopPrivate: false,
};

/** The environment variable of each option. */
const VARIABLES: Readonly<Record<keyof Settings, string>> = {
  language: 'PRICES_LANGUAGE',
  maxWatches: 'PRICES_MAX_WATCHES',
  maxProducts: 'PRICES_MAX_PRODUCTS',
  historySize: 'PRICES_HISTORY_SIZE',
  importBytes: 'PRICES_IMPORT_BYTES',
  keyWindow: 'PRICES_KEY_WINDOW',
  shopInterval: 'PRICES_SHOP_INTERVAL',
  shopPrivate: 'PRICES_SHOP_PRIVATE',
};

/** Fills in the defaults. @throws Error that names every option which cannot be. */
export function settle(options: PricesOptions): Settings {
  const settings = { ...DEFAULTS, ...options };
  const faults = Object.entries(settings).flatMap(([name, value]) => {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value > 0))
      return [`${VARIABLES[name as keyof Settings]} must be a whole number of 1 or more.`];
    return [];
  });
  if (!LANGUAGES.includes(settings.language))
    faults.push(`${VARIABLES.language} must be one of ${LANGUAGES.join(', ')}.`);
  if (faults.length > 0) throw new Error(faults.join(' '));
  return settings;
}

/** Reads the options from the environment. @throws Error that names a variable which cannot be read. */
export function readOptions(env: Readonly<Record<string, string | undefined>>): PricesOptions {
  const given = Object.entries(VARIABLES).flatMap(([name, variable]) => {
    const text = env[variable];
    if (text === undefined || text === '') return [];
    return [[name, read(text, typeof DEFAULTS[name as keyof Settings], variable)]];
  });
  return Object.fromEntries(given) as PricesOptions;
}

function read(text: string, type: string, variable: string): string | number | boolean {
  if (type === 'string') return text;
  if (type === 'number') return Number(text);
  if (text !== 'true' && text !== 'false') throw new Error(`${variable} must be true or false.`);
  return text === 'true';
}
