/**
 * Files of threads.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import type { ForumOptions } from '../options.ts';
import type { ForumTables } from '../tables.ts';
import { fileRoutes } from './file-routes.ts';
import { type FileOptions, forgetUnfinished } from './files.ts';
import { FILE_MIGRATIONS } from './tables.ts';

/** Files; they are told on the channels of their threads. */
export function filesPart(options: Pick<ForumOptions, keyof FileOptions>): KitPart<ForumTables> {
  return {
    migrations: FILE_MIGRATIONS,
    routes: (app, forum) => fileRoutes(app, forum, options),
    jobs: [{ name: 'forget unfinished files', schedule: '53 * * * *', run: forgetUnfinished }],
  };
}
