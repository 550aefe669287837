/** What the market tells of, as its visitors call it. */
import type { CategoryNames } from '../../shared/web/inbox/inbox-settings.tsx';
import type { Language } from '../../shared/web/languages.ts';

/** By language. */
export const CATEGORIES: Readonly<Record<Language, CategoryNames>> = {
  en: {
    'market.matches': 'Your matches',
    'market.offers': 'Your bids and asks',
    'market.orders': 'Your orders',
    'market.watches': 'Prices you watch',
    'market.support': 'Answers of the support',
  },
  tr: {
    'market.matches': 'Eşleşmeleriniz',
    'market.offers': 'Teklifleriniz',
    'market.orders': 'Siparişleriniz',
    'market.watches': 'Takip ettiğiniz fiyatlar',
    'market.support': 'Destek yanıtları',
  },
  ru: {
    'market.matches': 'Ваши сделки',
    'market.offers': 'Ваши предложения',
    'market.orders': 'Ваши заказы',
    'market.watches': 'Цены, за которыми вы следите',
    'market.support': 'Ответы поддержки',
  },
  uk: {
    'market.matches': 'Ваші угоди',
    'market.offers': 'Ваші пропозиції',
    'market.orders': 'Ваші замовлення',
    'market.watches': 'Ціни, за якими ви стежите',
    'market.support': 'Відповіді підтримки',
  },
};
