/**
 * People: who is here, how they want to be seen, who is typing.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { PANEL_EVENTS } from '../../events.ts';
import type { ForumTables } from '../tables.ts';
import { PEOPLE_MIGRATIONS } from './tables.ts';

/** People, and the channels `panel:online` and `panel:servers`. */
export function peoplePart(): KitPart<ForumTables> {
  return {
    namespaces: {
      panel: {
        overflow: 'conflate',
        rights: {
          subscribe: ({ rest }) => rest === 'online' || rest === 'servers',
          publish: 'nobody',
        },
        events: PANEL_EVENTS,
      },
    },
    migrations: PEOPLE_MIGRATIONS,
  };
}
