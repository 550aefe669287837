/**
 * Calls: the users of a thread see and hear each other, from browser to browser; the server introduces them.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import { CALL_EVENTS } from '../../events.ts';
import { isReadable, readableThread } from '../access.ts';
import { actorFrom } from '../callers.ts';
import type { ForumOptions } from '../options.ts';
import type { Forum, ForumTables } from '../tables.ts';
import { callCommands } from './call-commands.ts';
import { CallSeats } from './call-seats.ts';
import { sweepSeats } from './calls.ts';
import { passOn, SIGNAL_NAMESPACE } from './signals.ts';
import { CALL_MIGRATIONS } from './tables.ts';

/** Whoever comes back within this hears what it has missed; else it asks who is there. */
const HISTORY = { size: 20, ttl: 60_000 };

/** Calls, and the channels `call:ID`. */
export function callsPart(
  options: Pick<ForumOptions, 'callSize' | 'iceServers' | 'turnSecret' | 'turnLifetime'>,
): KitPart<ForumTables> {
  const seatsOf = perServer((forum: Forum) => new CallSeats(forum));
  return {
    namespaces: ({ db }) => ({
      call: {
        history: HISTORY,
        overflow: 'conflate',
        rights: {
          subscribe: ({ rest, identity }) => isReadable(readableThread(db, actorFrom(identity), rest)),
          publish: 'nobody',
        },
        events: CALL_EVENTS,
      },
      ...SIGNAL_NAMESPACE,
    }),
    migrations: CALL_MIGRATIONS,
    commands: (forum) => callCommands(forum, options, seatsOf(forum)),
    jobs: [{ name: 'end lost calls', schedule: '*/5 * * * * *', run: sweepSeats }],
    onPublished: passOn,
    onDisconnect: (session, forum) => seatsOf(forum).lose(session),
    onStart: (forum) => seatsOf(forum).start(),
    onStop: (forum) => seatsOf(forum).stop(),
  };
}
