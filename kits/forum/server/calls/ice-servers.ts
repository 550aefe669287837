import { createHmac } from 'node:crypto';
import type { IceServer } from '../../events.ts';

/** What browsers are told of the servers by which they find each other. */
export interface IceOptions {
  readonly iceServers: readonly IceServer[];
  /** That of the TURN servers (`static-auth-secret` of coturn); `undefined`: their entries are passed on as they are. */
  readonly turnSecret?: string | undefined;
  /** Milliseconds for which a credential is good. */
  readonly turnLifetime: number;
}

/**
 * The servers for a user: those of TURN with a credential that is good for a while (the REST convention of coturn and
 * others: the name is `END:USER`, END in seconds, the password its HMAC-SHA1).
 */
export function iceServersFor(
  user: string,
  { iceServers, turnSecret, turnLifetime }: IceOptions,
  now: number,
): readonly IceServer[] {
  if (turnSecret === undefined) return iceServers;
  const username = `${Math.floor((now + turnLifetime) / 1000)}:${user}`;
  const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
  return iceServers.map((server) =>
    isTurn(server) && server.credential === undefined ? { ...server, username, credential } : server,
  );
}

function isTurn({ urls }: IceServer): boolean {
  return [urls].flat().some((url) => /^turns?:/.test(url));
}

/** Reads a list of servers. @throws Error that says what is wrong. */
export function readIceServers(text: string): readonly IceServer[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Error('FORUM_ICE_SERVERS must be JSON.', { cause: error });
  }
  if (!Array.isArray(list) || !list.every(isIceServer))
    throw new Error(
      'FORUM_ICE_SERVERS must be a list such as [{"urls":["stun:stun.example.org","turn:turn.example.org"]}].',
    );
  return list;
}

function isIceServer(value: unknown): value is IceServer {
  if (typeof value !== 'object' || value === null || !('urls' in value)) return false;
  const urls = [value.urls].flat();
  return urls.length > 0 && urls.every((url) => typeof url === 'string' && /^(stun|turn)s?:\S+$/.test(url));
}
