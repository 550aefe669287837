import { CURRENCIES } from './money.ts';

/** The languages whose signs for currencies are known. */
const LANGUAGES = ['en', 'tr', 'ru', 'uk'];

/** What people write and Intl does not. */
const CUSTOMARY: Readonly<Record<string, string>> = {
  TL: 'TRY',
  РУБ: 'RUB',
  РУБЛЕЙ: 'RUB',
  РУБЛЯ: 'RUB',
  Р: 'RUB',
  ГРН: 'UAH',
  ГРИВЕНЬ: 'UAH',
  US$: 'USD',
  'US $': 'USD',
};

type Display = 'symbol' | 'narrowSymbol';

/** The sign of a currency, as a language writes it. */
function currencySign(language: string, currency: string, currencyDisplay: Display): string {
  const parts = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay,
  }).formatToParts(0);
  return parts.find(({ type }) => type === 'currency')?.value ?? currency;
}

type Signs = ReadonlyMap<string, ReadonlySet<string>>;

function collect(languages: readonly string[], display: Display): Signs {
  const signs = new Map<string, Set<string>>();
  for (const language of languages)
    for (const currency of CURRENCIES) {
      const sign = plain(currencySign(language, currency, display));
      const currencies = signs.get(sign);
      if (currencies) currencies.add(currency);
      else signs.set(sign, new Set([currency]));
    }
  return signs;
}

/** A sign without what its writers vary: case, kinds of space, a full stop of abbreviation. */
function plain(sign: string): string {
  return sign
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .toUpperCase();
}

const cached = new Map<string, Signs>();

function signs(languages: readonly string[], display: Display): Signs {
  const key = `${display} ${languages.join()}`;
  const known = cached.get(key) ?? collect(languages, display);
  cached.set(key, known);
  return known;
}

const NONE: ReadonlySet<string> = new Set();

/** Which currencies a mark beside a number may mean. */
export interface Meaning {
  /** What it means by itself; more than one when that is not clear. `$` is the US dollar, `kr` three krones. */
  readonly first: ReadonlySet<string>;
  /** Everything it is used for. `$` is also the Canadian dollar. */
  readonly all: ReadonlySet<string>;
}

/** What a mark such as `TL`, `₴`, `руб.`, `US $` or `EUR` means; nothing when it is no mark of a currency. */
export function currenciesOf(mark: string, language: string | undefined): Meaning {
  const sign = plain(mark);
  if (CURRENCIES.has(sign)) return { first: new Set([sign]), all: new Set([sign]) };
  const customary = CUSTOMARY[sign];
  const tiers = [
    customary === undefined ? NONE : new Set([customary]),
    // A language of ours says what its own readers understand.
    language !== undefined && LANGUAGES.includes(language)
      ? signs([language], 'symbol').get(sign)
      : undefined,
    signs(LANGUAGES, 'symbol').get(sign),
    signs(LANGUAGES, 'narrowSymbol').get(sign),
  ].map((tier) => tier ?? NONE);
  return {
    first: tiers.find((tier) => tier.size > 0) ?? NONE,
    all: new Set(tiers.flatMap((tier) => [...tier])),
  };
}

const DISTINCT = /^\p{Sc}$/u;

/** Whether a language's narrow sign of a currency is one character that no other currency has, as `₺` and not `$`. */
export function hasDistinctSign(language: string, currency: string): boolean {
  const sign = currencySign(language, currency, 'narrowSymbol');
  return DISTINCT.test(sign) && signs([language], 'narrowSymbol').get(sign)?.size === 1;
}

/** Characters; no mark is longer. */
const LONGEST = 16;

/** The one currency that a text names on its own (`TRY`, `try`, `TL`, `₺`); undefined when it names none or several. */
export function currencyNamed(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const [currency, ...more] = currenciesOf(text.normalize('NFKC'), undefined).first;
  return more.length === 0 ? currency : undefined;
}
