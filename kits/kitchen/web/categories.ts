/** What the kitchen tells of, as its visitors call it. */
import type { CategoryNames } from '../../shared/web/inbox/inbox-settings.tsx';
import type { Language } from '../../shared/web/languages.ts';

/** By language. */
export const CATEGORIES: Readonly<Record<Language, CategoryNames>> = {
  en: {
    'kitchen.likes': 'Likes',
    'kitchen.comments': 'Comments',
    'kitchen.followers': 'Followers',
    'kitchen.fridge': 'What expires',
    'kitchen.goals': 'Goals',
    'kitchen.recipes': 'Recipes',
    'kitchen.groups': 'Households',
    'kitchen.shops': 'Shops nearby',
    'kitchen.system': 'Notices of the app',
  },
  tr: {
    'kitchen.likes': 'Beğeniler',
    'kitchen.comments': 'Yorumlar',
    'kitchen.followers': 'Takipçiler',
    'kitchen.fridge': 'Süresi dolanlar',
    'kitchen.goals': 'Hedefler',
    'kitchen.recipes': 'Tarifler',
    'kitchen.groups': 'Haneler',
    'kitchen.shops': 'Yakındaki mağazalar',
    'kitchen.system': 'Uygulama duyuruları',
  },
  ru: {
    'kitchen.likes': 'Лайки',
    'kitchen.comments': 'Комментарии',
    'kitchen.followers': 'Подписчики',
    'kitchen.fridge': 'Истекающие продукты',
    'kitchen.goals': 'Цели',
    'kitchen.recipes': 'Рецепты',
    'kitchen.groups': 'Семьи',
    'kitchen.shops': 'Магазины рядом',
    'kitchen.system': 'Сообщения приложения',
  },
  uk: {
    'kitchen.likes': 'Уподобання',
    'kitchen.comments': 'Коментарі',
    'kitchen.followers': 'Підписники',
    'kitchen.fridge': 'Продукти, що псуються',
    'kitchen.goals': 'Цілі',
    'kitchen.recipes': 'Рецепти',
    'kitchen.groups': 'Родини',
    'kitchen.shops': 'Магазини поруч',
    'kitchen.system': 'Повідомлення застосунку',
  },
};
