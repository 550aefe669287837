/**
 * The service worker of Tidings: shows pushes, opens what is clicked, and takes away what was read elsewhere.
 *
 * Register it as it is (`/push-sw.js` of a Tidings server), or bring it into a worker of your own:
 *
 *   self.TIDINGS_URL = 'https://tidings.example.com';
 *   importScripts('https://tidings.example.com/push-sw.js');
 */
(() => {
  /** Where the server's API for pushes is. */
  const API = new URL('api/v1/push/', self.TIDINGS_URL ? `${self.TIDINGS_URL}/` : self.location.href);

  /** The cache in which the subscription is kept, for the day on which the browser gives it up. */
  const CACHE = 'tidings-push';
  const SUBSCRIPTION = '/.tidings/push-subscription';

  let received = Promise.resolve();

  self.addEventListener('push', (event) => {
    const message = read(event.data);
    // A worker may have pushes that are none of ours.
    if (!message) return;
    // One after the other: Chromium loses a notification that is being shown while the list of them is asked for.
    received = received.then(() => receive(message)).catch(report);
    event.waitUntil(Promise.all([received, remember()]));
  });

  self.addEventListener('notificationclick', (event) => {
    const told = event.notification.data?.tidings;
    if (!told) return;
    event.notification.close();
    event.waitUntil(Promise.all([open(told.url), post('clicked', { token: told.token }).catch(() => {})]));
  });

  self.addEventListener('pushsubscriptionchange', (event) => {
    event.waitUntil(subscribeAnew(event));
  });

  function report(error) {
    self.reportError?.(error);
  }

  function read(data) {
    try {
      const message = data?.json();
      return Array.isArray(message?.close) || typeof message?.token === 'string' ? message : undefined;
    } catch {
      return undefined;
    }
  }

  async function receive(message) {
    if (message.close) await close(new Set(message.close));
    else await show(message, false);
  }

  /** Of one tag there is one notification; what comes again takes its place without a sound. */
  function show(message, silent) {
    const { id, title, body, at, language, level } = message;
    return self.registration.showNotification(title, {
      body,
      tag: id,
      renotify: false,
      timestamp: at,
      lang: language,
      dir: 'auto',
      silent,
      requireInteraction: level === 'error',
      data: { tidings: message },
    });
  }

  async function close(ids) {
    for (const notification of await self.registration.getNotifications()) {
      const told = notification.data?.tidings;
      if (!told?.ids.some((id) => ids.has(id))) continue;
      const left = told.ids.filter((id) => !ids.has(id));
      if (left.length === 0) notification.close();
      else await show({ ...told, ids: left }, true);
    }
  }

  /** Goes to the tab that shows the page already, or opens another: what is being written in a tab must not be lost. */
  async function open(url) {
    const target = addressOf(url);
    const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const tab = target ? tabs.find((each) => each.url === target) : tabs[0];
    if (tab) await tab.focus();
    else await self.clients.openWindow(target ?? '/');
  }

  /** An address that may be opened: of this origin, or by https. */
  function addressOf(url) {
    if (typeof url !== 'string' || !URL.canParse(url, self.location.origin)) return undefined;
    const { origin, protocol, href } = new URL(url, self.location.origin);
    // A blob has the origin of the page that made it.
    const own = origin === self.location.origin && protocol === self.location.protocol;
    return own || protocol === 'https:' ? href : undefined;
  }

  async function post(path, body) {
    const response = await fetch(new URL(path, API), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      keepalive: true,
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
  }

  /** Not every browser says which subscription it has given up. */
  async function remember() {
    const subscription = await self.registration.pushManager.getSubscription();
    if (!subscription) return;
    const cache = await caches.open(CACHE);
    await cache.put(SUBSCRIPTION, new Response(JSON.stringify(subscription)));
  }

  async function subscribeAnew({ oldSubscription, newSubscription }) {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(SUBSCRIPTION);
    const before = oldSubscription?.toJSON() ?? (await kept?.json());
    // The page subscribes anew when it is opened next.
    if (!before) return;
    const { publicKey } = await (await fetch(new URL('key', API))).json();
    const subscription =
      newSubscription ??
      (await self.registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: publicKey,
      }));
    const previous = { endpoint: before.endpoint, auth: before.keys.auth };
    await post('subscriptions/renew', { previous, subscription: subscription.toJSON() });
    await remember();
  }
})();
