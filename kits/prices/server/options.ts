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
  /** How often a shop page is looked at, milliseconds. @default 900000 (15 minutes) */
  readonly shopInterval?: number;
  /** The least time between two requests to one shop, milliseconds. @default 5000 */
  readonly shopDelay?: number;
  /** An address that tells the owner of a shop who asks; it is sent along. @default that of the package */
  readonly shopContact?: string;
  /** Addresses and CIDR ranges of shops in a network of one's own; all others must be public. @default [] */
  readonly shopAllow?: readonly string[];
  /** Ports of shops beside 80 and 443; `any` for all. @default [] */
  readonly shopPorts?: readonly number[] | 'any';
}

/** Options with their defaults filled in. */
export type Settings = Required<PricesOptions>;

const MINUTE = 60_000;
const MIB = 1024 * 1024;

const DEFAULTS: Settings = {
  language: 'tr',
  maxWatches: 1000,
  maxProducts: 1000,
  historySize: 10_000,
  importBytes: 64 * MIB,
  shopInterval: 15 * MINUTE,
  shopDelay: 5000,
  shopContact: 'https://www.npmjs.com/package/@tidings/server',
  shopAllow: [],
  shopPorts: [],
};

const list = (text: string) => text.split(/[\s,]+/).filter((entry) => entry !== '');

/** The environment variable of each option, and how it is read. */
const VARIABLES: { readonly [Name in keyof Settings]: readonly [string, (text: string) => unknown] } = {
  language: ['PRICES_LANGUAGE', String],
  maxWatches: ['PRICES_MAX_WATCHES', Number],
  maxProducts: ['PRICES_MAX_PRODUCTS', Number],
  historySize: ['PRICES_HISTORY_SIZE', Number],
  importBytes: ['PRICES_IMPORT_BYTES', Number],
  shopInterval: ['PRICES_SHOP_INTERVAL', Number],
  shopDelay: ['PRICES_SHOP_DELAY', Number],
  shopContact: ['PRICES_SHOP_CONTACT', String],
  shopAllow: ['PRICES_SHOP_ALLOW', list],
  shopPorts: ['PRICES_SHOP_PORTS', (text) => (text === 'any' ? text : list(text).map(Number))],
};

/** Fills in the defaults. @throws Error that names every option which cannot be. */
export function settle(options: PricesOptions): Settings {
  const settings = { ...DEFAULTS, ...options };
  const faults = Object.entries(settings).flatMap(([name, value]) => {
    const [variable] = VARIABLES[name as keyof Settings];
    const isWrong = typeof value === 'number' && !(Number.isSafeInteger(value) && value > 0);
    return isWrong ? [`${variable} must be a whole number of 1 or more.`] : [];
  });
  if (!LANGUAGES.includes(settings.language))
    faults.push(`PRICES_LANGUAGE must be one of ${LANGUAGES.join(', ')}.`);
  if (!/^https?:$/.test(URL.parse(settings.shopContact)?.protocol ?? ''))
    faults.push('PRICES_SHOP_CONTACT must be an address of the web.');
  if (settings.shopPorts !== 'any' && !settings.shopPorts.every((port) => Number.isInteger(port)))
    faults.push('PRICES_SHOP_PORTS must be ports, or any.');
  if (faults.length > 0) throw new Error(faults.join(' '));
  return settings;
}

/** Reads the options from the environment. */
export function readOptions(env: Readonly<Record<string, string | undefined>>): PricesOptions {
  const given = Object.entries(VARIABLES).flatMap(([name, [variable, read]]) => {
    const text = env[variable];
    return text === undefined || text === '' ? [] : [[name, read(text)]];
  });
  return Object.fromEntries(given) as PricesOptions;
}
