/**
 * The channels of the market.
 *
 * @module
 */
import { parseChannelName } from '@tidings/protocol';

/** Characters of a user's id whom notifications reach. */
const MAX_USER = 128;

/** Best prices and matches of all products. */
export const MARKET = 'market:all';

/** The feed "Hot Deals". */
export const DEALS = 'feed:deals';

/** The tickets that wait for an answer; for agents. */
export const SUPPORT_QUEUE = 'support:queue';

/** The namespace of what goes on at products. */
export const SNEAKERS = 'sneaker';

/** What goes on at one product. */
export function sneakerChannel(product: string): string {
  return `${SNEAKERS}:${product}`;
}

/** The books of one product. */
export function depthChannel(product: string): string {
  return `depth:${product}`;
}

/** What both parties of an order hear of it. */
export function orderChannel(order: number): string {
  return `order:${order}`;
}

/** What is said in one ticket. */
export function ticketChannel(ticket: number): string {
  return `support:${ticket}`;
}

/**
 * What one user hears. The server has this channel for all kits; only the user may follow it.
 *
 * @returns `undefined` for a user whose id can stand in no channel's name, because it has spaces or commas in it, or is too
 * long for notifications.
 */
export function userChannel(user: string): string | undefined {
  const channel = `user:${user}`;
  return user.length <= MAX_USER && parseChannelName(channel) ? channel : undefined;
}
