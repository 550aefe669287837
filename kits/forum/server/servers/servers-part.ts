/**
 * Game servers: who plays, on which map, live.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import { SERVER_EVENTS } from '../../events.ts';
import type { ForumOptions } from '../options.ts';
import type { Forum, ForumTables } from '../tables.ts';
import { createAddressGuard } from './address-guard.ts';
import { serverCommands } from './server-commands.ts';
import { ServerPoller } from './server-poller.ts';
import { serverRoutes } from './server-routes.ts';
import { forgetHistory } from './servers.ts';
import { SERVER_MIGRATIONS } from './tables.ts';
import { SERVER_NOTIFICATIONS } from './texts.ts';

/** The newest status counts; a client that was away for a moment is told of these. */
const HISTORY = { size: 20 };

/** Game servers, and the channels `server:ID`. @throws Error when what is allowed is no address. */
export function serversPart({
  serverInterval: interval,
  serverTimeout: timeout,
  serverAllow,
}: Pick<ForumOptions, 'serverInterval' | 'serverTimeout' | 'serverAllow'>): KitPart<ForumTables> {
  const guard = createAddressGuard(serverAllow);
  const pollerOf = perServer((forum: Forum) => new ServerPoller(forum, { interval, timeout, guard }));
  return {
    namespaces: {
      server: {
        history: HISTORY,
        overflow: 'conflate',
        rights: { subscribe: 'anyone', publish: 'nobody' },
        events: SERVER_EVENTS,
      },
    },
    migrations: SERVER_MIGRATIONS,
    notifications: SERVER_NOTIFICATIONS,
    commands: serverCommands,
    routes: serverRoutes,
    jobs: [
      {
        name: 'ask game servers',
        schedule: '* * * * * *',
        run: (forum) => pollerOf(forum).run(),
      },
      { name: 'forget what was played', schedule: '41 * * * *', run: forgetHistory },
    ],
    onStop: (forum) => pollerOf(forum).close(),
  };
}
