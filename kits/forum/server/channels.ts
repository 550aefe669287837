import { parseChannelName } from '@tidings/protocol';

/** Everybody who is here, and how they want to be seen. */
export const ONLINE = 'panel:online';

/** Game servers that went up or down, or have another map. */
export const SERVERS = 'panel:servers';

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

/** The channel of a user; `undefined` for one whose id makes none. */
export function userChannel(user: string): string | undefined {
  const channel = `user:${user}`;
  return parseChannelName(channel) ? channel : undefined;
}
