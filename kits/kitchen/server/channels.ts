/**
 * The channels of the kitchen.
 *
 * @module
 */
import { parseChannelName } from '@tidings/protocol';

/** What everybody hears. */
export const COMMUNITY = 'kitchen:community';

/** What goes on at one post. */
export function postChannel(post: string): string {
  return `post:${post}`;
}

/** What one household hears. */
export function groupChannel(group: string): string {
  return `group:${group}`;
}

/** Who edits what of a household's menus now. */
export function menuChannel(group: string): string {
  return `menu:${group}`;
}

/**
 * What one user hears. The server has this channel for all kits; only the user may follow it.
 *
 * @returns `undefined` for a user whose id can stand in no channel's name, because it has spaces or commas in it: such a
 * user has no personal channel.
 */
export function userChannel(user: string): string | undefined {
  const channel = `user:${user}`;
  return parseChannelName(channel) ? channel : undefined;
}
