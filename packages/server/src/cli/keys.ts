import { Command } from 'commander';
import { openSecrets } from '../secrets.ts';
import { configOf, type PlaceFlags, withPlace } from './place.ts';

/** `tidings keys`: prints the API key and the public key of Web Push. */
export function keysCommand(): Command {
  return withPlace(new Command('keys'))
    .description('print the API key and the public key of Web Push')
    .option('--json', 'as one JSON object')
    .addHelpText('after', '\nExample:\n  export TIDINGS_API_KEY=$(tidings keys --json | jq -r .apiKey)')
    .action(async (flags: PlaceFlags & { readonly json?: true }) => {
      const config = await configOf(flags);
      const secrets = openSecrets(config.data);
      const keys = {
        apiKey: config.apiKey ?? secrets.apiKey,
        vapidPublicKey: config.push.publicKey ?? secrets.vapid.publicKey,
      };
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(keys)}\n`
          : `API key            ${keys.apiKey}\nVAPID public key   ${keys.vapidPublicKey}\n`,
      );
    });
}
