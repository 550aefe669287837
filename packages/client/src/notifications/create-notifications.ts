/**
 * Notifications: Web Push when the user has asked for it, and toasts while the page is in view.
 *
 * @module
 */
import { onAbort } from '../abortable.ts';
import type { CallOptions, Channel, EventMeta, EventName } from '../channel.ts';
import { ClientError } from '../client-error.ts';
import { quiet } from '../quiet.ts';
import { createStore, type Store } from '../store.ts';
import { createToasts, type ToastContent, type Toasts } from './toasts.ts';

/** Whether notifications may be shown; `unsupported` where there are none, as on a page without HTTPS. */
export type Permission = 'default' | 'granted' | 'denied' | 'unsupported';

export interface NotificationsOptions {
  /** The script of the service worker. @default '/push-sw.js', which every Tidings server has */
  readonly serviceWorker?: string;
  /** The server's VAPID public key, base64url, or what gets it. */
  readonly vapidKey: string | (() => string | Promise<string>);
  /** Takes the subscription to where pushes are sent from. */
  readonly save: (subscription: PushSubscriptionJSON) => unknown;
  /** Told of a subscription that is no more. */
  readonly forget?: (endpoint: string) => unknown;
  /** @default a list of its own */
  readonly toasts?: Toasts;
}

export interface Notifications {
  readonly permission: Store<Permission>;
  readonly toasts: Toasts;
  /**
   * Asks the user, registers the service worker and subscribes to pushes. To be called from a click and from nothing
   * else: nobody is ever asked before.
   *
   * @throws ClientError `notifications_unsupported`, `notifications_denied`, `push_failed`, `aborted`, or what `save` threw
   * as its cause.
   */
  enable(options?: CallOptions): Promise<void>;
  /** Ends the pushes to this browser. @throws ClientError `push_failed`. */
  disable(): Promise<void>;
  /** Shows a toast if the page is in view; a page that is not has its pushes. @returns whether it was shown. */
  show(content: ToastContent): boolean;
  /** Shows a toast for each event of a name; nothing for what `toast` gives nothing for. @returns stops. */
  follow<Events, Name extends EventName<Events>>(
    channel: Channel<Events>,
    event: Name,
    toast: (data: Events[Name], meta: EventMeta) => ToastContent | undefined,
  ): () => void;
}

/** Creates the notifications of a page. Nothing is asked and nothing registered before `enable`. */
export function createNotifications(options: NotificationsOptions): Notifications {
  const { serviceWorker = '/push-sw.js', vapidKey, save, forget } = options;
  const toasts = options.toasts ?? createToasts();
  const permission = createStore<Permission>(permissionNow(), () => {});

  async function subscribe(): Promise<void> {
    if (permissionNow() === 'unsupported')
      throw new ClientError('notifications_unsupported', 'This page can have no notifications.');
    permission.set(await Notification.requestPermission());
    if (permission.getSnapshot() !== 'granted')
      throw new ClientError('notifications_denied', 'The user does not want notifications.');
    try {
      await navigator.serviceWorker.register(serviceWorker);
      const { pushManager } = await navigator.serviceWorker.ready;
      const applicationServerKey = bytesOf(typeof vapidKey === 'function' ? await vapidKey() : vapidKey);
      const before = await pushManager.getSubscription();
      // One of another key would be refused by the push service, with an error that nobody understands.
      if (before && !isOf(before, applicationServerKey)) await before.unsubscribe();
      const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
      await save(subscription.toJSON());
    } catch (cause) {
      throw new ClientError('push_failed', 'Pushes could not be subscribed to.', { cause });
    }
  }

  async function unsubscribe(): Promise<void> {
    if (permissionNow() === 'unsupported') return;
    try {
      const registration = await navigator.serviceWorker.getRegistration();
      const subscription = await registration?.pushManager.getSubscription();
      if (!subscription) return;
      await subscription.unsubscribe();
      await forget?.(subscription.endpoint);
    } catch (cause) {
      throw new ClientError('push_failed', 'Pushes could not be ended.', { cause });
    }
  }

  const show = (content: ToastContent) => {
    if (document.visibilityState !== 'visible') return false;
    toasts.show(content);
    return true;
  };
  return {
    permission,
    toasts,
    show,
    enable({ signal } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const off = onAbort(signal, reject);
      if (signal?.aborted !== true) subscribe().then(resolve, reject);
      return quiet(promise.finally(off));
    },
    disable: () => quiet(unsubscribe()),
    follow: (channel, event, toast) =>
      channel.on(event, (data, meta) => {
        const content = toast(data, meta);
        if (content) show(content);
      }),
  };
}

function permissionNow(): Permission {
  const able = 'Notification' in globalThis && 'PushManager' in globalThis && 'serviceWorker' in navigator;
  return able ? Notification.permission : 'unsupported';
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function isOf({ options }: PushSubscription, key: Uint8Array): boolean {
  const own = options.applicationServerKey;
  return own !== null && key.every((byte, n) => new Uint8Array(own)[n] === byte);
}
