import { join } from 'node:path';
import type { ConfigInput } from '../../packages/server/src/config.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** Starts a real server with the market of `market-kit.ts`; ended with the test. */
export function startMarket(options: ConfigInput = {}): Promise<RunningServer> {
  return startServer({
    kits: [join(import.meta.dirname, 'market-kit.ts')],
    presence: { grace: 0 },
    ...options,
  });
}
