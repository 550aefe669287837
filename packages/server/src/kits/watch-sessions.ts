import type { Hub } from '../core/hub.ts';
import type { Session } from '../core/session.ts';
import type { Kit, Tidings } from '../kit.ts';

/** Calls a kit's `onConnect`, `onIdentify` and `onDisconnect`. */
export function watchSessions<Tables>(kit: Kit<Tables>, tidings: Tidings<Tables>, hub: Hub): void {
  if (!kit.onConnect && !kit.onIdentify && !kit.onDisconnect) return;
  const connected = new WeakSet<Session>();

  const call = (name: 'onConnect' | 'onIdentify' | 'onDisconnect', session: Session) =>
    void Promise.try(() => kit[name]?.(session, tidings)).catch((error: unknown) => {
      tidings.log.error({ err: error, session: session.id }, `${name} failed`);
    });

  const enter = (session: Session) => {
    if (session.provisional || connected.has(session)) return;
    connected.add(session);
    // After the welcome: what a kit sends is never the first that a client hears.
    queueMicrotask(() => call('onConnect', session));
  };

  hub.observe({
    opened: enter,
    identified(session, before) {
      const known = before.user === undefined && session.identity.user !== undefined;
      if (known && connected.has(session)) queueMicrotask(() => call('onIdentify', session));
      else enter(session);
    },
    closed(session) {
      if (connected.has(session)) queueMicrotask(() => call('onDisconnect', session));
    },
  });
}
