export { inboxCommands } from './commands.ts';
export { Inbox } from './inbox.ts';
export type { Created, InboxObserver } from './inbox-observer.ts';
export { ListQuery, NotificationPage } from './list.ts';
export { type Mark, Target } from './marks.ts';
export {
  type Level,
  type Money,
  type NewNotification,
  type NotificationRow,
  newNotificationFields,
  type Value,
} from './notification.ts';
export { Preferences, type Ways, waysOf } from './preferences.ts';
export { INBOX_MIGRATIONS } from './tables.ts';
export type { Template } from './template.ts';
export type { Notified } from './write-notifications.ts';
