/**
 * Notifications for a page: Web Push when the user asks for it, toasts while it is in view.
 *
 * @module
 */
export {
  createNotifications,
  type Notifications,
  type NotificationsOptions,
  type Permission,
} from './notifications/create-notifications.ts';
export { type MountOptions, mountToasts } from './notifications/mount-toasts.ts';
export { type ServerPushOptions, serverPush } from './notifications/server-push.ts';
export {
  createToasts,
  type Toast,
  type ToastContent,
  type Toasts,
  type ToastsOptions,
} from './notifications/toasts.ts';
