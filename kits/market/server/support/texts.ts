import type { Template } from '@tidings/server/kit';

/** What users and agents are notified of, in every language. */
export const SUPPORT_NOTIFICATIONS = {
  'support-answer': {
    category: 'market.support',
    texts: {
      en: { title: 'Support replied: {subject}', body: '{text}' },
      tr: { title: 'Destek yanıtladı: {subject}', body: '{text}' },
      ru: { title: 'Ответ поддержки: {subject}', body: '{text}' },
      uk: { title: 'Відповідь підтримки: {subject}', body: '{text}' },
    },
  },
  'support-question': {
    category: 'market.support',
    texts: {
      en: { title: '{name} wrote: {subject}', body: '{text}' },
      tr: { title: '{name} yazdı: {subject}', body: '{text}' },
      ru: { title: 'Сообщение от {name}: {subject}', body: '{text}' },
      uk: { title: 'Повідомлення від {name}: {subject}', body: '{text}' },
    },
  },
} as const satisfies Readonly<Record<string, Template>>;
