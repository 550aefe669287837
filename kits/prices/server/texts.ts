/**
 * What is said, in every language.
 *
 * @module
 */
import type { Kit } from '@tidings/server/kit';
import { LANGUAGES, type Language } from '../events.ts';

/** What is said of a changed price, formatted. */
interface Changed {
  readonly old: string;
  readonly new: string;
}

interface Phrases {
  changed(prices: Changed): string;
  /** @param discount a number, formatted. */
  dropped(discount: string): string;
  added(name: string): string;
}

/** By language. */
export const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: {
    changed: (prices) => `Price changed: ${prices.old} → ${prices.new}`,
    dropped: (discount) => `The price has dropped! ${discount}% off`,
    added: (name) => `${name} added`,
  },
  tr: {
    changed: (prices) => `Fiyat değişti: ${prices.old} → ${prices.new}`,
    dropped: (discount) => `Fiyat düştü! ${discount}% indirim`,
    added: (name) => `${name} eklendi`,
  },
  ru: {
    changed: (prices) => `Цена изменилась: ${prices.old} → ${prices.new}`,
    dropped: (discount) => `Цена снизилась! Скидка ${discount} %`,
    added: (name) => `Добавлен товар: ${name}`,
  },
  uk: {
    changed: (prices) => `Ціна змінилася: ${prices.old} → ${prices.new}`,
    dropped: (discount) => `Ціна знизилася! Знижка ${discount} %`,
    added: (name) => `Додано товар: ${name}`,
  },
};

const numbers: Readonly<Record<Language, Intl.NumberFormat>> = inEveryLanguage(
  (language) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }),
);

/** Writes a number as the language does. */
export function formatNumber(value: number, language: Language): string {
  return numbers[language].format(value);
}

/** Makes something once for each language. */
export function inEveryLanguage<T>(make: (language: Language) => T): Record<Language, T> {
  return Object.fromEntries(LANGUAGES.map((language) => [language, make(language)])) as Record<Language, T>;
}

/** The template of what a watcher is told. */
export const DROP = 'drop';

/** Templates of the kit's notifications. */
export const NOTIFICATIONS: NonNullable<Kit['notifications']> = {
  [DROP]: {
    category: 'prices.drop',
    level: 'success',
    texts: {
      en: { title: '{name}: the price has dropped', body: '{old} → {new}, {discount, number}% off' },
      tr: { title: '{name}: fiyat düştü', body: '{old} → {new}, {discount, number}% indirim' },
      ru: { title: '{name}: цена снизилась', body: '{old} → {new}, скидка {discount, number} %' },
      uk: { title: '{name}: ціна знизилася', body: '{old} → {new}, знижка {discount, number} %' },
    },
  },
};
