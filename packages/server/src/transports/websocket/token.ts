import type { IncomingMessage } from 'node:http';

/** A subprotocol that carries a token, for browsers, which cannot set headers: `tidings.token.JWT`. */
const TOKEN_SUBPROTOCOL = 'tidings.token.';

/** The token of a request: `Authorization: Bearer`, then `?token=`, then a subprotocol. */
export function tokenOf({ headers }: Pick<IncomingMessage, 'headers'>, url: URL): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const named = offered.find((name) => name.startsWith(TOKEN_SUBPROTOCOL))?.slice(TOKEN_SUBPROTOCOL.length);
  return bearer ?? url.searchParams.get('token') ?? named ?? undefined;
}
