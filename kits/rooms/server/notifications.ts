import type { Template } from '@tidings/server/kit';

/** What members are notified of, in every language. */
export const notifications = {
  mention: {
    category: 'rooms.mention',
    texts: {
      en: { title: '{name} mentioned you', body: '{room}: {text}' },
      tr: { title: '{name} sizden bahsetti', body: '{room}: {text}' },
      ru: { title: 'Вас упоминает {name}', body: '{room}: {text}' },
      uk: { title: 'Вас згадує {name}', body: '{room}: {text}' },
    },
  },
  invitation: {
    category: 'rooms.invitation',
    texts: {
      en: { title: 'You are invited to a room', body: '{name} invites you to “{room}”.' },
      tr: { title: 'Bir odaya davet edildiniz', body: '{name} sizi “{room}” odasına davet ediyor.' },
      ru: { title: 'Вас пригласили в комнату', body: '{name} приглашает вас в комнату «{room}».' },
      uk: { title: 'Вас запросили до кімнати', body: '{name} запрошує вас до кімнати «{room}».' },
    },
  },
} as const satisfies Readonly<Record<string, Template>>;
