import { parseChannelName } from '@tidings/protocol';

/** Everybody who is here, and how they want to be seen. */
export const ONLINE = 'panel:online';

/** Game servers that went up or down, or have another map. */
export const SERVERS = 'panel:servers';

/** Something waits for moderators, or waits no more. */
export const MODERATION = 'panel:moderation';

/** Everybody with a session is a member of it; nobody hears it. */
export const EVERYBODY = 'people:all';

/** The channel of a thread. */
export function threadChannel(thread: string): string {
  return `thread:${thread}`;
}

/** The channel of a board. */
export function boardChannel(board: string): string {
  return `board:${board}`;
}

/** The channel of a game server. */
export function serverChannel(server: string): string {
  return `server:${server}`;
}

/** The channel of a thread's document. */
export function docChannel(thread: string): string {
  return `doc:${thread}`;
}

/** The channel of who is where in a thread's document. */
export function cursorsChannel(thread: string): string {
  return `cursors:${thread}`;
}

/** The channel of a thread's call. */
export function callChannel(thread: string): string {
  return `call:${thread}`;
}

/** The channel of a user; `undefined` for one whose id makes none. */
export function userChannel(user: string): string | undefined {
  const channel = `user:${user}`;
  return parseChannelName(channel) ? channel : undefined;
}
