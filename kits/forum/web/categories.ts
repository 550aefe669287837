/** What the forum tells of, as its visitors call it. */
import type { CategoryNames } from '../../shared/web/inbox/inbox-settings.tsx';
import type { Language } from '../../shared/web/languages.ts';

/** By language. */
export const CATEGORIES: Readonly<Record<Language, CategoryNames>> = {
  en: {
    'forum.mention': 'Mentions of you',
    'forum.reply': 'Replies',
    'forum.server': 'Game servers you watch',
  },
  tr: {
    'forum.mention': 'Sizden söz edilmesi',
    'forum.reply': 'Yanıtlar',
    'forum.server': 'İzlediğiniz oyun sunucuları',
  },
  ru: {
    'forum.mention': 'Упоминания о вас',
    'forum.reply': 'Ответы',
    'forum.server': 'Игровые серверы, за которыми вы следите',
  },
  uk: {
    'forum.mention': 'Згадки про вас',
    'forum.reply': 'Відповіді',
    'forum.server': 'Ігрові сервери, за якими ви стежите',
  },
};
