/**
 * People: who is here, how they want to be seen, who is typing.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import { PANEL_EVENTS } from '../../events.ts';
import { actorFrom } from '../callers.ts';
import { EVERYBODY } from '../channels.ts';
import type { ForumTables } from '../tables.ts';
import { tellComing, welcome } from './people.ts';
import { peopleCommands } from './people-commands.ts';
import { peopleRoutes } from './people-routes.ts';
import { PEOPLE_MIGRATIONS } from './tables.ts';
import { TypingTeller } from './typing.ts';

/** People, and the channels `panel:online`, `panel:servers` and `panel:moderation`. */
export function peoplePart(): KitPart<ForumTables> {
  const typing = perServer((forum: Parameters<typeof tellComing>[0]) => new TypingTeller(forum));
  return {
    namespaces: {
      panel: {
        overflow: 'conflate',
        rights: {
          subscribe: ({ rest, identity }) =>
            rest === 'online' ||
            rest === 'servers' ||
            (rest === 'moderation' && actorFrom(identity).moderator),
          publish: 'nobody',
        },
        events: PANEL_EVENTS,
      },
      people: { presence: true, rights: { subscribe: 'nobody', publish: 'nobody' }, events: {} },
    },
    commands: peopleCommands,
    routes: peopleRoutes,
    migrations: PEOPLE_MIGRATIONS,
    onConnect: welcome,
    onIdentify: welcome,
    onPublished(event, forum) {
      typing(forum).published(event);
      // Of several servers one tells it.
      if (event.channel !== `presence:${EVERYBODY}` || !forum.isOwn(event)) return;
      tellComing(forum, event).catch((error: unknown) =>
        forum.log.error({ err: error }, 'who comes and goes could not be told'),
      );
    },
  };
}
