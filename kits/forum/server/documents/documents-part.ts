/**
 * Shared documents: one for each thread, edited by many at once.
 *
 * @module
 */
import type { RightsRequest } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import { CURSOR_EVENTS, DOC_EVENTS } from '../../events.ts';
import { isReadable, readableThread } from '../access.ts';
import { actorFrom } from '../callers.ts';
import type { ForumOptions } from '../options.ts';
import type { Forum, ForumTables } from '../tables.ts';
import { Cursors } from './cursors.ts';
import { documentCommands } from './document-commands.ts';
import { documentRoutes } from './document-routes.ts';
import type { DocumentOptions } from './documents.ts';
import { endCursors } from './end-cursors.ts';
import { DOCUMENT_MIGRATIONS } from './tables.ts';

/** Updates that a client may resume from; whoever was away longer opens the document again. */
const HISTORY = { size: 1000, ttl: 30 * 24 * 60 * 60 * 1000 };

/** Shared documents, and the channels `doc:ID` and `cursors:ID`. */
export function documentsPart({
  documentBytes,
  documentVersions: versions,
  documentVersionInterval: versionInterval,
}: Pick<
  ForumOptions,
  'documentBytes' | 'documentVersions' | 'documentVersionInterval'
>): KitPart<ForumTables> {
  const options: DocumentOptions = { documentBytes, versions, versionInterval };
  const cursorsOf = perServer((_: Forum) => new Cursors());
  return {
    namespaces: ({ db }) => {
      const rights = {
        subscribe: ({ rest, identity }: RightsRequest) =>
          isReadable(readableThread(db, actorFrom(identity), rest)),
        publish: 'nobody',
      } as const;
      return {
        doc: { durable: true, history: HISTORY, rights, events: DOC_EVENTS },
        // Where somebody was a moment ago means nothing.
        cursors: { history: { size: 0 }, overflow: 'conflate', rights, events: CURSOR_EVENTS },
      };
    },
    migrations: DOCUMENT_MIGRATIONS,
    commands: (forum) => documentCommands(forum, options, cursorsOf(forum)),
    routes: (app, forum) => documentRoutes(app, forum, options),
    onDisconnect: (session, forum) => endCursors(forum, cursorsOf(forum), session),
  };
}
