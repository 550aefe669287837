import type { Config } from '../config.ts';

/** Addresses that mean "all of this machine"; one talks to it at its own. */
const ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** What `--url` is for, in the help of the commands that talk to a server. */
export const URL_HELP = 'the server (default: TIDINGS_URL, else host and port of the configuration)';

/** The address of the running server. @throws Error when the given one is no `http(s)://` URL. */
export function serverUrl(flag: string | undefined, config: Config): URL {
  const given = flag ?? process.env.TIDINGS_URL;
  const host = ANY[config.host] ?? config.host;
  const text = given || `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Error(`"${text}" is no http:// or https:// URL.`);
  return new URL(text);
}
