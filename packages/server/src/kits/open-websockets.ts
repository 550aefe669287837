import type { Timer } from '../core/ports/clock.ts';
import type { Session } from '../core/session.ts';
import type { KitWebSocket, Tidings } from '../kit.ts';
import { guardDialect } from './guard-dialect.ts';
import type { KitParts } from './kit-parts.ts';

/**
 * Opens a kit's WebSocket paths.
 *
 * @returns the timers of their heartbeats.
 * @throws Error when a path is taken.
 */
export function openWebSockets<Tables>(
  websockets: readonly KitWebSocket<Tables>[],
  tidings: Tidings<Tables>,
  { core, clock, websocket }: KitParts,
): readonly Timer[] {
  const timers: Timer[] = [];
  for (const kitWebSocket of websockets) {
    const { path, heartbeat } = kitWebSocket;
    const sessions = new Set<Session>();
    websocket.add({
      path,
      dialect: guardDialect(kitWebSocket.dialect, (error) =>
        tidings.log.error({ err: error, path }, 'a dialect could not write'),
      ),
      onOpen(session, request) {
        if (heartbeat) sessions.add(session);
        Promise.try(() => kitWebSocket.onOpen?.(session, tidings, request)).catch((error: unknown) => {
          tidings.log.error({ err: error, path, session: session.id }, 'onOpen failed');
          tidings.disconnect(session, 'server_error');
        });
      },
    });
    if (!heartbeat) continue;
    core.hub.observe({ closed: (session) => void sessions.delete(session) });
    const { event, data, interval = core.host.heartbeat } = heartbeat;
    timers.push(
      clock.every(interval, () => {
        for (const session of sessions) tidings.send(session, event, data);
      }),
    );
  }
  return timers;
}
