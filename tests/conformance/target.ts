/**
 * The server that the suite speaks to.
 *
 * `TIDINGS_URL` names one that runs; `TIDINGS_API_KEY` is then its API key and `TIDINGS_AUTH_SECRET` the secret of its
 * tokens (HS256). Without a URL the suite starts a server itself.
 *
 * @module
 */
import { Api } from '../support/api.ts';
import { API_KEY, type Claims, JWT_SECRET, signToken } from '../support/credentials.ts';
import { startServer } from '../support/start-server.ts';
import config from './server.config.ts';

export interface Target {
  readonly url: string;
  /** The HTTP API, called with the API key. */
  readonly api: Api;
  /** A token of a user, for this server. */
  token(user: string, claims?: Claims): string;
  /** A channel that no other test uses. */
  channel(namespace?: string): string;
}

let counter = 0;
const run = Date.now().toString(36);

/** The server to speak to; ended with the file when the suite started it. */
export async function openTarget(): Promise<Target> {
  const { TIDINGS_URL, TIDINGS_API_KEY = API_KEY, TIDINGS_AUTH_SECRET = JWT_SECRET } = process.env;
  const url = TIDINGS_URL ?? (await startServer(config)).url;
  return {
    url: url.replace(/\/$/, ''),
    api: new Api({ url, bearer: TIDINGS_API_KEY }),
    token: (user, claims = {}) => signToken({ sub: user, ...claims }, TIDINGS_AUTH_SECRET),
    channel(namespace = 'news') {
      counter += 1;
      return `${namespace}:${run}-${process.pid}-${counter}`;
    },
  };
}
