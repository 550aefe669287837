/**
 * Commands for a terminal, with this page's server and channel in them.
 *
 * @module
 */

/** Quotes a text for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export const KEY_COMMAND = 'npx tidings keys --json';

/** Prints a token with the rights that this page uses. */
export function tokenCommand(channel: string): string {
  return `npx tidings token visitor --channel ${quoted(`${channel}=subscribe,publish`)}`;
}

/** Publishes as a backend does. */
export function publishCommand(origin: string, channel: string): string {
  const body = JSON.stringify({ channel, event: 'hello', data: { text: 'Hi' } });
  return [
    `curl -X POST ${origin}/api/v1/publish \\`,
    `  -H 'Authorization: Bearer API_KEY' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(body)}`,
  ].join('\n');
}

/** Prints the channel's events as they come. */
export function listenCommand(origin: string, channel: string): string {
  // A colon may stand in a query as it is, and reads better.
  const channels = encodeURIComponent(channel).replaceAll('%3A', ':');
  return `curl -N ${quoted(`${origin}/events?channels=${channels}`)}`;
}
