/**
 * What one connection in a call is told, on whatever server it is: an event of a channel that nobody can follow, which each
 * server hears, and the one that has the connection passes on.
 *
 * @module
 */
import { type ChannelEvent, type Publication, Type } from '@tidings/server/kit';
import type { Forum } from '../tables.ts';

/** A connection in a call. */
interface Seat {
  readonly thread: string;
  readonly user: string;
  readonly session: string;
}

interface Signal extends Omit<Seat, 'thread'> {
  readonly event: string;
  readonly data: unknown;
}

const NAMESPACE = 'signals';
const EVENT = 'signal';

/** The namespace of the signals. */
export const SIGNAL_NAMESPACE = {
  [NAMESPACE]: {
    history: { size: 0 },
    overflow: 'conflate',
    rights: { subscribe: 'nobody', publish: 'nobody' },
    events: { [EVENT]: Type.Object({}) },
  },
} as const;

/** Tells one connection something. */
export async function sendTo(
  { publish }: { publish(publication: Publication): Promise<unknown> },
  { thread, user, session }: Seat,
  event: string,
  data: unknown,
): Promise<void> {
  const signal: Signal = { user, session, event, data };
  await publish({ channel: `${NAMESPACE}:${thread}`, event: EVENT, data: signal });
}

/** Passes a signal on to the connection that it is for, if that is one of this server. */
export function passOn({ channel, json }: ChannelEvent, forum: Forum): void {
  if (!channel.startsWith(`${NAMESPACE}:`)) return;
  const { user, session: id, event, data } = JSON.parse(json) as Signal;
  const session = forum.sessionsOf(user).find((each) => each.id === id);
  if (session) forum.send(session, event, data);
}
