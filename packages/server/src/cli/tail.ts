import type { EventMessage } from '@tidings/protocol';
import { Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config.ts';
import { signToken } from '../features/auth/index.ts';
import { readSecrets } from '../secrets.ts';
import { follow } from './follow.ts';
import { configOf, type PlaceFlags, withPlace } from './place.ts';
import { serverUrl, URL_HELP } from './server-url.ts';

interface Flags extends PlaceFlags {
  readonly since?: string;
  readonly last?: number;
  readonly token?: string;
  readonly url?: string;
  readonly json?: true;
}

/** How long the token of one connection is good; the command makes another one then. */
const TOKEN_TTL = '1h';

/** `tidings tail CHANNEL`: prints events as they come, and resumes by itself. */
export function tailCommand(): Command {
  return withPlace(new Command('tail'))
    .description('print the events of a channel as they come; resume after a cut')
    .argument('<channel>', 'such as public:demo')
    .option('--since <position>', 'begin after this place, EPOCH:OFFSET')
    .option('--last <n>', 'begin with the newest n events', parseCount)
    .option('--token <jwt>', 'the token to use (default: TIDINGS_TOKEN, else one made with the local secret)')
    .option('--url <url>', URL_HELP)
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Notices (cut, connected again, a gap) go to stderr.

Example:
  tidings tail public:demo --last 10 --json | jq .data`,
    )
    .action(async (channel: string, flags: Flags) => {
      const config = await configOf(flags);
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      // Whoever reads has had enough, as in `tidings tail … | head`.
      process.stdout.on('error', () => stop.abort());
      await follow({
        url: serverUrl(flags.url, config),
        channel,
        since: flags.since,
        last: flags.last,
        token: () => tokenFor(channel, flags, config),
        onEvent: (event) => process.stdout.write(`${flags.json ? JSON.stringify(event) : lineOf(event)}\n`),
        onNotice: (text) => process.stderr.write(`tidings: ${text}\n`),
        signal: stop.signal,
      });
    });
}

/** A fresh token for each connection, unless one was given; without a secret the session is anonymous. */
async function tokenFor(channel: string, flags: Flags, config: Config): Promise<string | undefined> {
  const given = flags.token ?? process.env.TIDINGS_TOKEN;
  if (given) return given;
  const secret = config.auth.secret ?? readSecrets(config.data)?.jwtSecret;
  if (secret === undefined || !config.auth.algorithms.includes('HS256')) return undefined;
  return signToken(config.auth, secret, {
    user: 'tidings-tail',
    ttl: TOKEN_TTL,
    channels: { [channel]: ['subscribe'] },
  });
}

function lineOf({ at, epoch, offset, event, data }: EventMessage): string {
  return `${new Date(at).toISOString()}  ${epoch}:${offset}  ${event}  ${JSON.stringify(data)}`;
}

function parseCount(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 10_000)
    throw new InvalidArgumentError('It is a number from 0 to 10000.');
  return Number(text);
}
