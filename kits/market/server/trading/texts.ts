/**
 * What is told of matches, bids and asks, in every language.
 *
 * @module
 */
import type { Template } from '@tidings/server/kit';
import { formatMoney } from '../../../shared/server/money/format-money.ts';
import type { Money } from '../../../shared/server/money/money.ts';
import { LANGUAGES, type Language } from '../../events.ts';

type Sentence = (price: string) => string;

/** One sentence in every language. */
export type Texts = Readonly<Record<Language, string>>;

const SOLD: Readonly<Record<Language, Sentence>> = {
  en: (price) => `MATCH! Sold at ${price}`,
  tr: (price) => `EŞLEŞME! ${price} fiyatına satıldı`,
  ru: (price) => `СДЕЛКА! Продано за ${price}`,
  uk: (price) => `УГОДА! Продано за ${price}`,
};

const YOURS: Readonly<Record<'buyer' | 'seller', Readonly<Record<Language, Sentence>>>> = {
  buyer: {
    en: (price) => `You bought for ${price}!`,
    tr: (price) => `${price} fiyatına satın aldınız!`,
    ru: (price) => `Вы купили за ${price}!`,
    uk: (price) => `Ви купили за ${price}!`,
  },
  seller: {
    en: (price) => `Your sneakers sold for ${price}!`,
    tr: (price) => `Spor ayakkabınız ${price} fiyatına satıldı!`,
    ru: (price) => `Ваши кроссовки проданы за ${price}!`,
    uk: (price) => `Ваші кросівки продано за ${price}!`,
  },
};

/** What everybody is told of a match. */
export function matchTexts(money: Money): Texts {
  return inEveryLanguage(SOLD, money);
}

/** What a party is told of it. */
export function ownMatchTexts(role: 'buyer' | 'seller', money: Money): Texts {
  return inEveryLanguage(YOURS[role], money);
}

function inEveryLanguage(sentences: Readonly<Record<Language, Sentence>>, money: Money): Texts {
  const entries = LANGUAGES.map((language) => [language, sentences[language](formatMoney(money, language))]);
  return Object.fromEntries(entries) as Texts;
}

const matches = { category: 'market.matches', level: 'success' } as const;
const offers = { category: 'market.offers' } as const;

const sized = {
  en: '{product}, size {size}',
  tr: '{product}, {size} numara',
  ru: '{product}, размер {size}',
  uk: '{product}, розмір {size}',
};

/** The notifications, by name. */
export const TRADING_NOTIFICATIONS: Readonly<Record<string, Template>> = {
  sold: {
    ...matches,
    texts: {
      en: { title: 'Your sneakers sold for {price}!', body: sized.en },
      tr: { title: 'Spor ayakkabınız {price} fiyatına satıldı!', body: sized.tr },
      ru: { title: 'Ваши кроссовки проданы за {price}!', body: sized.ru },
      uk: { title: 'Ваші кросівки продано за {price}!', body: sized.uk },
    },
  },
  bought: {
    ...matches,
    texts: {
      en: { title: 'You bought for {price}!', body: sized.en },
      tr: { title: '{price} fiyatına satın aldınız!', body: sized.tr },
      ru: { title: 'Вы купили за {price}!', body: sized.ru },
      uk: { title: 'Ви купили за {price}!', body: sized.uk },
    },
  },
  'bid-expired': {
    ...offers,
    texts: {
      en: { title: 'Your bid of {price} has expired', body: sized.en },
      tr: { title: '{price} tutarındaki alış teklifinizin süresi doldu', body: sized.tr },
      ru: { title: 'Срок вашей заявки на покупку за {price} истёк', body: sized.ru },
      uk: { title: 'Термін дії вашої заявки на купівлю за {price} минув', body: sized.uk },
    },
  },
  'ask-expired': {
    ...offers,
    texts: {
      en: { title: 'Your ask of {price} has expired', body: sized.en },
      tr: { title: '{price} tutarındaki satış teklifinizin süresi doldu', body: sized.tr },
      ru: { title: 'Срок вашей заявки на продажу за {price} истёк', body: sized.ru },
      uk: { title: 'Термін дії вашої заявки на продаж за {price} минув', body: sized.uk },
    },
  },
  'offer-withdrawn': {
    ...offers,
    texts: {
      en: { title: 'Your offer of {price} was withdrawn', body: '{product} is no longer traded.' },
      tr: { title: '{price} tutarındaki teklifiniz geri çekildi', body: '{product} artık satılmıyor.' },
      ru: { title: 'Ваша заявка на {price} снята', body: '{product} больше не продаётся.' },
      uk: { title: 'Вашу заявку на {price} знято', body: '{product} більше не продається.' },
    },
  },
};
