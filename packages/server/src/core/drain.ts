/**
 * Going down without anyone noticing more than they must: nobody new comes in, what was collected goes out, and every
 * client is told to come back after its own delay, so that they do not all come at once.
 *
 * @module
 */
import { disconnect } from '@tidings/protocol';
import type { Gate } from './gate.ts';
import type { Hub } from './hub.ts';
import type { HubObserver } from './hub-observer.ts';

export interface DrainOptions {
  readonly gate: Gate;
  readonly hub: Hub;
  /** Over how long clients are spread, milliseconds. */
  readonly spread: number;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Before this a client that was told to come back would still find the server going down, milliseconds. */
const SOONEST = 500;

/** Ends all sessions, those too that come in meanwhile. */
export function drain({ gate, hub, spread, random = Math.random }: DrainOptions): void {
  const retryAfter = () => SOONEST + Math.round(random() * spread);
  const late: HubObserver = {
    opened: (session) => hub.disconnect(session, disconnect('draining', retryAfter())),
  };
  gate.shut();
  hub.flush();
  hub.observe(late);
  for (const session of [...hub.sessions.values()])
    hub.disconnect(session, disconnect('draining', retryAfter()));
}
