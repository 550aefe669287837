import type { Kit } from '@tidings/server/kit';

const category = 'forum.server';

/** What those who watch a game server are told. */
export const SERVER_NOTIFICATIONS: NonNullable<Kit['notifications']> = {
  'server-up': {
    category,
    level: 'success',
    texts: {
      en: { title: '{name} is up again', body: 'Map: {map}. Players: {players, number}/{max, number}.' },
      tr: {
        title: '{name} yeniden açık',
        body: 'Harita: {map}. Oyuncular: {players, number}/{max, number}.',
      },
      ru: { title: '{name} снова работает', body: 'Карта: {map}. Игроки: {players, number}/{max, number}.' },
      uk: { title: '{name} знову працює', body: 'Мапа: {map}. Гравці: {players, number}/{max, number}.' },
    },
  },
  'server-down': {
    category,
    level: 'warning',
    texts: {
      en: { title: '{name} is down', body: 'The server does not answer.' },
      tr: { title: '{name} kapalı', body: 'Sunucu yanıt vermiyor.' },
      ru: { title: '{name} недоступен', body: 'Сервер не отвечает.' },
      uk: { title: '{name} недоступний', body: 'Сервер не відповідає.' },
    },
  },
  'server-map': {
    category,
    level: 'info',
    texts: {
      en: { title: '{name}: new map {map}', body: 'Players: {players, number}/{max, number}.' },
      tr: { title: '{name}: yeni harita {map}', body: 'Oyuncular: {players, number}/{max, number}.' },
      ru: { title: '{name}: новая карта {map}', body: 'Игроки: {players, number}/{max, number}.' },
      uk: { title: '{name}: нова мапа {map}', body: 'Гравці: {players, number}/{max, number}.' },
    },
  },
};
