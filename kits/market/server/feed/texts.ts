/**
 * What the feed says, in every language.
 *
 * @module
 */
import type { Template } from '@tidings/server/kit';
import { LANGUAGES, type Language } from '../../events.ts';

type Texts = Record<Language, string>;

/** A product is new. */
export function newProductTexts(name: string): Texts {
  return {
    en: `New: ${name}`,
    tr: `Yeni: ${name}`,
    ru: `Новинка: ${name}`,
    uk: `Новинка: ${name}`,
  };
}

/** A price has dropped. @param shown the price that it is now, by language */
export function priceDropTexts(name: string, shown: (language: Language) => string): Texts {
  const say: Readonly<Record<Language, (price: string) => string>> = {
    en: (price) => `Price dropped! ${name} from ${price}`,
    tr: (price) => `Fiyat düştü! ${name}: ${price}`,
    ru: (price) => `Цена снизилась! ${name}: от ${price}`,
    uk: (price) => `Ціна знизилася! ${name}: від ${price}`,
  };
  return Object.fromEntries(LANGUAGES.map((language) => [language, say[language](shown(language))])) as Texts;
}

/** What watchers are notified of. */
export const FEED_NOTIFICATIONS = {
  'ask-reached': {
    category: 'market.watches',
    level: 'success',
    texts: {
      en: { title: '{product}: now for {price}', body: 'The price has come down to what you wanted.' },
      tr: { title: '{product}: şimdi {price}', body: 'Fiyat istediğiniz seviyeye indi.' },
      ru: { title: '{product}: теперь за {price}', body: 'Цена опустилась до той, которую вы ждали.' },
      uk: { title: '{product}: тепер за {price}', body: 'Ціна опустилася до тієї, на яку ви чекали.' },
    },
  },
} as const satisfies Readonly<Record<string, Template>>;
