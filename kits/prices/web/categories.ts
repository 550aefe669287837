/** What the price tracker tells of, as its visitors call it. */
import type { CategoryNames } from '../../shared/web/inbox/inbox-settings.tsx';
import type { Language } from '../../shared/web/languages.ts';

/** By language. */
export const CATEGORIES: Readonly<Record<Language, CategoryNames>> = {
  en: {
    'prices.drop': 'Price drops',
  },
  tr: {
    'prices.drop': 'Fiyat düşüşleri',
  },
  ru: {
    'prices.drop': 'Снижение цен',
  },
  uk: {
    'prices.drop': 'Зниження цін',
  },
};
