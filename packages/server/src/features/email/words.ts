/**
 * The words of mails and of the page behind their links, in all languages.
 *
 * @module
 */
import IntlMessageFormat from 'intl-messageformat';
import type { Language } from '../contacts/index.ts';

/** Words that are always the same. */
export interface Words {
  /** The subject of several letters, an ICU message of `count`. */
  readonly digest: string;
  /** That more letters wait in the app, an ICU message of `count`. */
  readonly more: string;
  /** The link to what a letter is about. */
  readonly open: string;
  /** Why the reader gets this. */
  readonly reason: string;
  /** The link that ends mails like this one. */
  readonly stop: string;
  /** What stands before such links by category. */
  readonly stopEach: string;
  readonly page: Readonly<Record<'ask' | 'done' | 'again' | 'invalid', PageWords>>;
}

/** Words of one state of the page. */
interface PageWords {
  readonly heading: string;
  readonly text: string;
  /** Of the button, where there is one. */
  readonly button?: string;
}

/** All words by language. */
export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    digest: '{count, plural, one {# new notification} other {# new notifications}}',
    more: '{count, plural, one {One more is} other {# more are}} in the app.',
    open: 'Open',
    reason: 'You get this email because emails of this kind are on for you.',
    stop: 'Stop emails of this kind',
    stopEach: 'Stop emails about',
    page: {
      ask: {
        heading: 'Stop these emails?',
        text: 'You will get no more emails of this kind. In the app you still see these notifications.',
        button: 'Unsubscribe',
      },
      done: {
        heading: 'You are unsubscribed',
        text: 'You will get no more emails of this kind. In the app you still see these notifications.',
        button: 'Subscribe again',
      },
      again: {
        heading: 'You are subscribed again',
        text: 'Emails of this kind are on for you.',
        button: 'Unsubscribe',
      },
      invalid: {
        heading: 'This link does not work',
        text: 'It is incomplete, or was changed on its way. Please open the link in the email again.',
      },
    },
  },
  tr: {
    digest: '{count} yeni bildirim',
    more: 'Uygulamada {count} bildirim daha var.',
    open: 'Aç',
    reason: 'Bu tür e-postalar sizin için açık olduğundan bu e-postayı alıyorsunuz.',
    stop: 'Bu tür e-postaları durdur',
    stopEach: 'Şu konulardaki e-postaları durdur:',
    page: {
      ask: {
        heading: 'Bu e-postalar durdurulsun mu?',
        text: 'Artık bu tür e-postalar almayacaksınız. Bildirimleri uygulamada görmeye devam edersiniz.',
        button: 'Abonelikten çık',
      },
      done: {
        heading: 'Abonelikten çıktınız',
        text: 'Artık bu tür e-postalar almayacaksınız. Bildirimleri uygulamada görmeye devam edersiniz.',
        button: 'Yeniden abone ol',
      },
      again: {
        heading: 'Yeniden abone oldunuz',
        text: 'Bu tür e-postalar sizin için açık.',
        button: 'Abonelikten çık',
      },
      invalid: {
        heading: 'Bu bağlantı çalışmıyor',
        text: 'Bağlantı eksik ya da yolda değişmiş. Lütfen e-postadaki bağlantıyı yeniden açın.',
      },
    },
  },
  ru: {
    digest:
      '{count, plural, one {# новое уведомление} few {# новых уведомления} other {# новых уведомлений}}',
    more: 'В приложении есть ещё {count, plural, one {# уведомление} few {# уведомления} other {# уведомлений}}.',
    open: 'Открыть',
    reason: 'Вы получили это письмо, потому что такие письма у вас включены.',
    stop: 'Отключить такие письма',
    stopEach: 'Отключить письма на тему',
    page: {
      ask: {
        heading: 'Отключить эти письма?',
        text: 'Такие письма больше не будут приходить. В приложении уведомления останутся.',
        button: 'Отписаться',
      },
      done: {
        heading: 'Вы отписаны',
        text: 'Такие письма больше не будут приходить. В приложении уведомления останутся.',
        button: 'Подписаться снова',
      },
      again: {
        heading: 'Вы снова подписаны',
        text: 'Такие письма у вас включены.',
        button: 'Отписаться',
      },
      invalid: {
        heading: 'Эта ссылка не работает',
        text: 'Она неполная или изменилась по пути. Откройте ссылку из письма ещё раз.',
      },
    },
  },
  uk: {
    digest: '{count, plural, one {# нове сповіщення} few {# нові сповіщення} other {# нових сповіщень}}',
    more: 'У застосунку є ще {count, plural, one {# сповіщення} few {# сповіщення} other {# сповіщень}}.',
    open: 'Відкрити',
    reason: 'Ви отримали цей лист, бо такі листи у вас увімкнено.',
    stop: 'Вимкнути такі листи',
    stopEach: 'Вимкнути листи на тему',
    page: {
      ask: {
        heading: 'Вимкнути ці листи?',
        text: 'Такі листи більше не надходитимуть. У застосунку сповіщення залишаться.',
        button: 'Відписатися',
      },
      done: {
        heading: 'Вас відписано',
        text: 'Такі листи більше не надходитимуть. У застосунку сповіщення залишаться.',
        button: 'Підписатися знову',
      },
      again: {
        heading: 'Вас знову підписано',
        text: 'Такі листи у вас увімкнено.',
        button: 'Відписатися',
      },
      invalid: {
        heading: 'Це посилання не працює',
        text: 'Воно неповне або змінилося дорогою. Відкрийте посилання з листа ще раз.',
      },
    },
  },
};

/** Fills `count` into an ICU message. */
export function fillCount(message: string, language: Language, count: number): string {
  return String(new IntlMessageFormat(message, language).format({ count }));
}
