/**
 * Moderation: words, reports, the queue of moderators, bans.
 *
 * @module
 */
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import type { ForumTables } from '../tables.ts';
import { MODERATION_MIGRATIONS } from './tables.ts';

export function moderationPart(): KitPart<ForumTables> {
  return { migrations: MODERATION_MIGRATIONS };
}
