/** What rooms tell of, as their visitors call it. */
import type { CategoryNames } from '../../shared/web/inbox/inbox-settings.tsx';
import type { Language } from '../../shared/web/languages.ts';

/** By language. */
export const CATEGORIES: Readonly<Record<Language, CategoryNames>> = {
  en: {
    'rooms.mention': 'Mentions of you',
    'rooms.invitation': 'Invitations',
  },
  tr: {
    'rooms.mention': 'Sizden söz edilmesi',
    'rooms.invitation': 'Davetler',
  },
  ru: {
    'rooms.mention': 'Упоминания о вас',
    'rooms.invitation': 'Приглашения',
  },
  uk: {
    'rooms.mention': 'Згадки про вас',
    'rooms.invitation': 'Запрошення',
  },
};
