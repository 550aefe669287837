import type { Template } from '@tidings/server/kit';

/** What users are notified of, in every language. */
export const NOTIFICATIONS = {
  mention: {
    category: 'forum.mention',
    texts: {
      en: { title: '{name} mentioned you', body: '{title}: {text}' },
      tr: { title: '{name} sizden bahsetti', body: '{title}: {text}' },
      ru: { title: 'Вас упоминает {name}', body: '{title}: {text}' },
      uk: { title: 'Вас згадує {name}', body: '{title}: {text}' },
    },
  },
  reply: {
    category: 'forum.reply',
    texts: {
      en: { title: '{name} replied in “{title}”', body: '{text}' },
      tr: { title: '{name} “{title}” konusunu yanıtladı', body: '{text}' },
      ru: { title: 'Новый ответ в теме «{title}»', body: '{name}: {text}' },
      uk: { title: 'Нова відповідь у темі «{title}»', body: '{name}: {text}' },
    },
  },
} as const satisfies Readonly<Record<string, Template>>;
