/**
 * Texts in the reader's language: ICU messages, filled with values.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import { IntlMessageFormat } from 'intl-messageformat';
import { LANGUAGES, type Language } from '../contacts/index.ts';
import type { Level, Text, Value } from './notification.ts';

/** A template of a kit: its texts are ICU messages. */
export interface Template {
  readonly category: string;
  /** @default 'info' */
  readonly level?: Level | undefined;
  readonly texts: Readonly<Record<Language, Text>>;
}

/** Who a text is written for. */
export interface Reader {
  readonly language: Language;
  readonly timezone: string;
}

/** Values have their own names and nothing else's. */
type Values = Readonly<Record<string, Value>>;

type Messages = Readonly<Record<Language, { readonly [Part in keyof Text]: IntlMessageFormat }>>;

/** A template, parsed. */
export class ParsedTemplate {
  readonly category: string;
  readonly level: Level;
  readonly #messages: Messages;

  /** @throws Error that names the language and what is wrong with its text. */
  constructor({ category, level = 'info', texts }: Template) {
    this.category = category;
    this.level = level;
    this.#messages = Object.fromEntries(
      LANGUAGES.map((language) => [language, parseText(texts?.[language], language)]),
    ) as Messages;
  }

  /** @throws TidingsError `invalid_request` when a value is missing or of the wrong type. */
  render(values: Values, reader: Reader): Text {
    const given = prepare(values, reader);
    const { title, body } = this.#messages[reader.language];
    return { title: fill(title, given, reader), body: fill(body, given, reader) };
  }
}

function parseText(text: Text | undefined, language: Language) {
  if (typeof text?.title !== 'string' || typeof text.body !== 'string')
    throw new Error(`its text in "${language}" must have a title and a body`);
  return { title: parse(text.title, language), body: parse(text.body, language) };
}

function parse(message: string, language: Language): IntlMessageFormat {
  try {
    // A text is no HTML; a "<" stands for itself.
    return new IntlMessageFormat(message, language, undefined, { ignoreTag: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`its text in "${language}" cannot be read: ${why}: "${message}"`, { cause: error });
  }
}

/** Fills a message. Its times are those of the reader. */
function fill(message: IntlMessageFormat, values: Record<string, unknown>, reader: Reader): string {
  const localized = new IntlMessageFormat(message.getAst(), reader.language, undefined, {
    formatters: {
      getNumberFormat: (...options) => new Intl.NumberFormat(...options),
      getPluralRules: (...options) => new Intl.PluralRules(...options),
      getDateTimeFormat: (language, options) =>
        new Intl.DateTimeFormat(language, { timeZone: reader.timezone, ...options }),
    },
  });
  try {
    return localized
      .formatToParts<unknown>(values as Record<string, string>)
      .map(({ value }) => String(value))
      .join('');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TidingsError('invalid_request', `The template cannot be filled: ${why}.`, { cause: error });
  }
}

/** Makes of each value what a message takes: an object reads as text where the message wants text, else as a number. */
function prepare(values: Values, reader: Reader): Record<string, unknown> {
  const prepared: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'boolean') prepared[name] = String(value);
    else if (typeof value !== 'object') prepared[name] = value;
    else if ('date' in value) prepared[name] = both(value.date, formatDate(value.date, reader));
    else {
      const format = new Intl.NumberFormat(reader.language, {
        style: 'currency',
        currency: value.currency,
        currencyDisplay: 'narrowSymbol',
        trailingZeroDisplay: 'stripIfInteger',
      });
      const { maximumFractionDigits: digits = 0 } = format.resolvedOptions();
      const amount = value.amount / 10 ** digits;
      prepared[name] = both(amount, format.format(amount));
    }
  }
  return prepared;
}

function formatDate(date: number, { language, timezone }: Reader): string {
  const style = { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone } as const;
  return new Intl.DateTimeFormat(language, style).format(date);
}

function both(number: number, text: string) {
  return { valueOf: () => number, toString: () => text };
}
