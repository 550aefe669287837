import { Command } from 'commander';
import { readSecrets } from '../secrets.ts';
import { configOf, type PlaceFlags, withPlace } from './place.ts';
import { problemOf } from './problem.ts';
import { serverUrl, URL_HELP } from './server-url.ts';

interface Flags extends PlaceFlags {
  readonly key?: string;
  readonly apiKey?: string;
  readonly url?: string;
}

/** How long the server may take to answer, milliseconds. */
const TIMEOUT = 30_000;

/** `tidings publish CHANNEL EVENT [JSON]`: publishes over HTTP and prints the receipt. */
export function publishCommand(): Command {
  return withPlace(new Command('publish'))
    .description('publish an event and print where it landed')
    .argument('<channel>', 'such as public:demo')
    .argument('<event>', 'the event’s name')
    .argument('[json]', 'its data', 'null')
    .option('--key <key>', 'an idempotency key: repeated with the same key, it has one effect')
    .option('--api-key <key>', 'the API key (default: TIDINGS_API_KEY, else from the data directory)')
    .option('--url <url>', URL_HELP)
    .addHelpText(
      'after',
      `
Example:
  tidings publish public:demo hello '{"name":"world"}'`,
    )
    .action(async (channel: string, event: string, json: string, flags: Flags) => {
      const data = parseData(json);
      const config = await configOf(flags);
      const url = serverUrl(flags.url, config);
      const apiKey = flags.apiKey ?? config.apiKey ?? readSecrets(config.data)?.apiKey;
      if (apiKey === undefined)
        throw new Error(`There is no secrets.json in ${config.data}; say --data or --api-key.`);
      const receipt = await post(new URL('/api/v1/publish', url), apiKey, {
        channel,
        event,
        data,
        key: flags.key,
      });
      process.stdout.write(`${receipt}\n`);
    });
}

function parseData(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`The data is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

/** @returns the answer's body. @throws Error with what the server says is wrong. */
async function post(url: URL, apiKey: string, body: unknown): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch (error) {
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`No server answers at ${url.origin} (${reason}); start one, or say --url.`, {
      cause: error,
    });
  }
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`${response.status} ${problemOf(text) ?? response.statusText}`);
}
