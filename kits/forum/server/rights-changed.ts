/**
 * Who loses the right to read something hears it no more, on whatever server of the forum they are.
 *
 * That rights have changed is an event of a channel that nobody can follow; each server hears of it, and looks after its own
 * sessions.
 *
 * @module
 */
import { type ChannelEvent, type Publication, type Session, Type } from '@tidings/server/kit';
import type { KitPart } from '../../shared/server/compose-kit.ts';
import { isReadable, readableBoard, readableThread } from './access.ts';
import { actorFrom } from './callers.ts';
import { leaveSeat } from './calls/calls.ts';
import type { Forum, ForumTables } from './tables.ts';

const CHANNEL = 'forum:rights';
const EVENT = 'rights_changed';

/** Whose rights may have changed: those of who follows some channels, or all of one user. */
type Whose = { readonly channels: readonly string[] } | { readonly user: string };

/** Channels of so many boards and threads are told in one event. */
const MAX_CHANNELS = 200;

/** Namespaces of what is in a thread; a channel's rest is the thread. */
const IN_THREAD: ReadonlySet<string> = new Set(['thread', 'doc', 'cursors', 'call']);

/** Tells all servers that rights may have changed, once the transaction has committed. */
export async function tellRightsChanged(
  publish: (publication: Publication) => Promise<unknown>,
  whose: Whose,
): Promise<void> {
  if ('user' in whose) return void (await publish({ channel: CHANNEL, event: EVENT, data: whose }));
  for (let from = 0; from < whose.channels.length; from += MAX_CHANNELS) {
    const channels = whose.channels.slice(from, from + MAX_CHANNELS);
    await publish({ channel: CHANNEL, event: EVENT, data: { channels } });
  }
}

/** The part that has sessions follow nothing that they may not read any more. */
export function rightsPart(): KitPart<ForumTables> {
  return {
    namespaces: {
      forum: { rights: { subscribe: 'nobody', publish: 'nobody' }, events: { [EVENT]: Type.Object({}) } },
    },
    onPublished(event, forum) {
      if (event.channel !== CHANNEL) return;
      look(event, forum).catch((error: unknown) =>
        forum.log.error({ err: error }, 'the rights of sessions could not be looked at'),
      );
    },
  };
}

async function look({ json }: ChannelEvent, forum: Forum): Promise<void> {
  const whose = JSON.parse(json) as Whose;
  if ('user' in whose) {
    for (const session of forum.sessionsOf(whose.user))
      for (const channel of [...session.subscriptions.keys()]) await leaveForbidden(session, channel, forum);
    return;
  }
  for (const channel of whose.channels.flatMap(withIts))
    for (const session of forum.sessionsIn(channel)) await leaveForbidden(session, channel, forum);
}

/** The channel of a board or a thread, and all that have the same rights. */
function withIts(channel: string): readonly string[] {
  const thread = /^thread:(.*)$/u.exec(channel)?.[1];
  const inThread =
    thread === undefined ? [channel] : [...IN_THREAD].map((namespace) => `${namespace}:${thread}`);
  return [...inThread, `typing:${channel}`, `presence:${channel}`];
}

/** Has a session leave a channel that it may not follow; also when that cannot be found out, for nobody asks again. */
async function leaveForbidden(session: Session, channel: string, forum: Forum): Promise<void> {
  const failed = (error: unknown) => {
    forum.log.error({ err: error }, 'the rights of a session could not be looked at');
    return false;
  };
  if (await mayFollow(session, channel, forum).catch(failed)) return;
  forum.unfollow(session, [channel]);
  forum.send(session, 'forum_left', { channel });
  const { id, identity } = session;
  const [, thread] = /^call:(.*)$/u.exec(channel) ?? [];
  if (thread !== undefined && identity.user !== undefined)
    // If it fails, the seat is not renewed.
    await leaveSeat(forum, { thread, user: identity.user, session: id }).catch(failed);
}

async function mayFollow({ identity }: Session, name: string, { db }: Forum): Promise<boolean> {
  const [, namespace = '', rest = ''] = /^(?:(?:typing|presence):)?([^:]+):(.*)$/u.exec(name) ?? [];
  const actor = actorFrom(identity);
  if (namespace === 'board') return isReadable(readableBoard(db, actor, rest));
  return !IN_THREAD.has(namespace) || isReadable(readableThread(db, actor, rest));
}
