/**
 * Who loses the right to read something hears it no more, on whatever server of the forum they are.
 *
 * That rights have changed is an event of a channel that nobody can follow; each server hears of it, and looks after its own
 * sessions.
 *
 * @module
 */
import { type ChannelEvent, type Publication, type Session, TidingsError, Type } from '@tidings/server/kit';
import type { KitPart } from '../../shared/server/compose-kit.ts';
import { readableBoard, readableThread } from './access.ts';
import { actorFrom } from './callers.ts';
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
  const sessions =
    'user' in whose
      ? forum.sessionsOf(whose.user)
      : whose.channels.flatMap((channel) => [
          ...forum.sessionsIn(channel),
          ...forum.sessionsIn(`typing:${channel}`),
          ...forum.sessionsIn(`presence:${channel}`),
          ...IN_THREAD.values().flatMap((namespace) =>
            forum.sessionsIn(channel.replace(/^thread:/, `${namespace}:`)),
          ),
        ]);
  for (const session of new Set(sessions)) await leaveForbidden(session, forum);
}

/** Has a session follow no channel of the forum that it may not. */
async function leaveForbidden(session: Session, forum: Forum): Promise<void> {
  for (const channel of [...session.subscriptions.keys()]) {
    if (await mayFollow(session, channel, forum)) continue;
    forum.unfollow(session, [channel]);
    forum.send(session, 'forum_left', { channel });
  }
}

async function mayFollow({ identity }: Session, name: string, { db }: Forum): Promise<boolean> {
  const [, namespace = '', rest = ''] = /^(?:(?:typing|presence):)?([^:]+):(.*)$/u.exec(name) ?? [];
  const actor = actorFrom(identity);
  try {
    if (namespace === 'board') await readableBoard(db, actor, rest);
    else if (IN_THREAD.has(namespace)) await readableThread(db, actor, rest);
    return true;
  } catch (error) {
    if (error instanceof TidingsError) return false;
    throw error;
  }
}
