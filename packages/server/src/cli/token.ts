import { Command } from 'commander';
import type { Right } from '../core/identity.ts';
import { signToken } from '../features/auth/index.ts';
import { openSecrets } from '../secrets.ts';
import { parseGrant } from './parse-grant.ts';
import { configOf, type PlaceFlags, withPlace } from './place.ts';

interface Flags extends PlaceFlags {
  readonly ttl: string;
  readonly channel?: readonly string[];
  readonly claim?: readonly string[];
}

/** Claims that the command sets itself. */
const OWN_CLAIMS: ReadonlySet<string> = new Set(['sub', 'iat', 'exp', 'jti', 'channels']);

/** `tidings token USER`: prints a token alone on stdout. */
export function tokenCommand(): Command {
  return withPlace(new Command('token'))
    .description('print a token for a user')
    .argument('<user>', 'the user’s id, claim "sub"')
    .option('--ttl <span>', 'how long it is good: 90s, 15m, 1h, 30d', '1h')
    .option('--channel <pattern=rights>', 'rights on channels, may be repeated', collect)
    .option('--claim <name=value>', 'another claim, its value JSON or text; may be repeated', collect)
    .addHelpText(
      'after',
      `
Rights are subscribe, publish, history, presence and typing.

Examples:
  tidings token alice
  tidings token alice --ttl 15m --channel 'product:*=subscribe' --channel 'thread:9=subscribe,publish,typing'
  tidings token alice --claim 'info={"name":"Alice"}'`,
    )
    .action(async (user: string, flags: Flags) => {
      const config = await configOf(flags);
      const channels = channelsOf(flags.channel ?? []);
      const claims = Object.fromEntries((flags.claim ?? []).map(parseClaim));
      const secret = config.auth.secret ?? openSecrets(config.data).jwtSecret;
      const token = await signToken(config.auth, secret, { user, ttl: flags.ttl, channels, claims });
      process.stdout.write(`${token}\n`);
    });
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Rights on one pattern given twice add up. */
function channelsOf(flags: readonly string[]): Record<string, readonly Right[]> {
  const channels = new Map<string, Set<Right>>();
  for (const [pattern, rights] of flags.map(parseGrant))
    channels.set(pattern, new Set([...(channels.get(pattern) ?? []), ...rights]));
  return Object.fromEntries([...channels].map(([pattern, rights]) => [pattern, [...rights]]));
}

function parseClaim(text: string): readonly [name: string, value: unknown] {
  const end = text.indexOf('=');
  const name = text.slice(0, Math.max(0, end));
  if (name === '') throw new Error(`"${text}" is no NAME=VALUE.`);
  if (OWN_CLAIMS.has(name)) throw new Error(`The claim "${name}" is set by the command itself.`);
  const value = text.slice(end + 1);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
