/**
 * The languages of the pages, and which one a visitor gets.
 *
 * @module
 */

/** Languages by code, each named in itself. */
export const LANGUAGES = {
  en: 'English',
  tr: 'Türkçe',
  ru: 'Русский',
  uk: 'Українська',
} as const;

/** A language's code (BCP 47). */
export type Language = keyof typeof LANGUAGES;

/** Whether a text is the code of one of our languages. */
export function isLanguage(text: unknown): text is Language {
  return typeof text === 'string' && Object.hasOwn(LANGUAGES, text);
}

/** The first of the visitor's languages that is ours, else English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage) ?? 'en';
}
