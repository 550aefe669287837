/** What the inbox says. */
import { countedIn } from '../counted.ts';
import type { Language } from '../languages.ts';

export interface InboxTexts {
  readonly title: string;
  /** The button's name. */
  button(unread: number): string;
  readonly empty: string;
  readonly more: string;
  readonly readAll: string;
  readonly archive: string;
  readonly unread: string;
  readonly open: string;
  readonly close: string;
  readonly settings: string;
  readonly push: string;
  readonly pushOn: string;
  readonly pushOff: string;
  readonly email: string;
  readonly emailHint: string;
  readonly mails: string;
  readonly ways: { readonly push: string; readonly email: string };
  readonly digest: string;
  readonly digests: { readonly off: string; readonly hourly: string; readonly daily: string };
  readonly quiet: string;
  readonly from: string;
  readonly to: string;
  readonly save: string;
  readonly saved: string;
}

const en = countedIn('en');
const tr = countedIn('tr');
const ru = countedIn('ru');
const uk = countedIn('uk');

export const INBOX_TEXTS: Readonly<Record<Language, InboxTexts>> = {
  en: {
    title: 'Notifications',
    button: (unread) => en(unread, { one: 'Notifications, # unread', other: 'Notifications, # unread' }),
    empty: 'Nothing yet. What concerns you will stand here.',
    more: 'Show older ones',
    readAll: 'Mark all as read',
    archive: 'Put away',
    unread: 'Unread',
    open: 'Open',
    close: 'Close',
    settings: 'How you are told',
    push: 'On this device, when the page is closed',
    pushOn: 'Turn on',
    pushOff: 'Turn off',
    email: 'Email',
    emailHint: 'What you have not seen is mailed after a while.',
    mails: 'Mails written on this machine',
    ways: { push: 'On devices', email: 'By email' },
    digest: 'Mails',
    digests: { off: 'One by one', hourly: 'Gathered, each hour', daily: 'Gathered, each day' },
    quiet: 'Quiet hours',
    from: 'From',
    to: 'To',
    save: 'Save',
    saved: 'Saved.',
  },
  tr: {
    title: 'Bildirimler',
    button: (unread) => tr(unread, { other: 'Bildirimler, # okunmamış' }),
    empty: 'Henüz bir şey yok. Sizi ilgilendirenler burada duracak.',
    more: 'Eskileri göster',
    readAll: 'Tümünü okundu say',
    archive: 'Kaldır',
    unread: 'Okunmamış',
    open: 'Aç',
    close: 'Kapat',
    settings: 'Size nasıl haber verilsin',
    push: 'Sayfa kapalıyken bu cihazda',
    pushOn: 'Aç',
    pushOff: 'Kapat',
    email: 'E-posta',
    emailHint: 'Görmedikleriniz bir süre sonra e-postayla gönderilir.',
    mails: 'Bu makinede yazılan e-postalar',
    ways: { push: 'Cihazlarda', email: 'E-postayla' },
    digest: 'E-postalar',
    digests: { off: 'Tek tek', hourly: 'Saatte bir, toplu', daily: 'Günde bir, toplu' },
    quiet: 'Sessiz saatler',
    from: 'Başlangıç',
    to: 'Bitiş',
    save: 'Kaydet',
    saved: 'Kaydedildi.',
  },
  ru: {
    title: 'Уведомления',
    button: (unread) =>
      ru(unread, { one: 'Уведомления, # непрочитанное', other: 'Уведомления, # непрочитанных' }),
    empty: 'Пока ничего нет. Здесь будет то, что касается вас.',
    more: 'Показать более старые',
    readAll: 'Отметить все как прочитанные',
    archive: 'Убрать',
    unread: 'Не прочитано',
    open: 'Открыть',
    close: 'Закрыть',
    settings: 'Как вам сообщать',
    push: 'На этом устройстве, когда страница закрыта',
    pushOn: 'Включить',
    pushOff: 'Выключить',
    email: 'Почта',
    emailHint: 'О том, что вы не увидели, через некоторое время придёт письмо.',
    mails: 'Письма, записанные на этой машине',
    ways: { push: 'На устройствах', email: 'Почтой' },
    digest: 'Письма',
    digests: { off: 'По одному', hourly: 'Сводкой раз в час', daily: 'Сводкой раз в день' },
    quiet: 'Тихие часы',
    from: 'С',
    to: 'До',
    save: 'Сохранить',
    saved: 'Сохранено.',
  },
  uk: {
    title: 'Сповіщення',
    button: (unread) => uk(unread, { one: 'Сповіщення, # непрочитане', other: 'Сповіщення, # непрочитаних' }),
    empty: 'Поки нічого немає. Тут буде те, що стосується вас.',
    more: 'Показати давніші',
    readAll: 'Позначити всі прочитаними',
    archive: 'Прибрати',
    unread: 'Не прочитано',
    open: 'Відкрити',
    close: 'Закрити',
    settings: 'Як вас сповіщати',
    push: 'На цьому пристрої, коли сторінку закрито',
    pushOn: 'Увімкнути',
    pushOff: 'Вимкнути',
    email: 'Пошта',
    emailHint: 'Про те, чого ви не побачили, згодом прийде лист.',
    mails: 'Листи, записані на цій машині',
    ways: { push: 'На пристроях', email: 'Поштою' },
    digest: 'Листи',
    digests: { off: 'По одному', hourly: 'Зведенням щогодини', daily: 'Зведенням щодня' },
    quiet: 'Тихі години',
    from: 'З',
    to: 'До',
    save: 'Зберегти',
    saved: 'Збережено.',
  },
};
