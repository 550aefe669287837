import { disconnect } from '@tidings/protocol';
import type { Hub } from './hub.ts';

/**
 * Has all clients come back and resume, each after its own delay, so that they do not all come at once: events were missed
 * here, and what a channel has of them only a resume can tell.
 *
 * @param spread over how long clients are spread, milliseconds.
 */
export function callBack(hub: Hub, spread: number, random: () => number = Math.random): void {
  for (const session of [...hub.sessions.values()])
    hub.disconnect(session, disconnect('server_error', Math.round(random() * spread)));
}
