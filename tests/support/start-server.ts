import { type AppOptions, createApp } from '../../packages/server/src/app.ts';
import { type ConfigInput, loadConfig } from '../../packages/server/src/config.ts';
import { API_KEY, JWT_SECRET } from './credentials.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A server that a test started. */
export interface RunningServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly apiKey: string;
  readonly data: string;
  /** Ends it before the test does. */
  stop(): Promise<void>;
}

/** What servers of tests have in common; a test's own options stand above. */
export function testConfig(data: string, options: ConfigInput = {}): ConfigInput {
  return {
    data,
    host: '127.0.0.1',
    apiKey: API_KEY,
    log: { level: 'fatal' },
    ...options,
    auth: { secret: JWT_SECRET, ...options.auth },
    limits: { httpPerSecond: 1_000_000, ...options.limits },
    drain: { timeout: 2000, spread: 200, ...options.drain },
  };
}

/**
 * Starts a real server in this process: on a free port, with a data directory of its own, ended with the test.
 *
 * @param options above those of all test servers. It is in development unless they say otherwise.
 * @param app what is no configuration: a clock that the test moves.
 */
export async function startServer(options: ConfigInput = {}, app: AppOptions = {}): Promise<RunningServer> {
  const data = options.data ?? temporaryDirectory();
  const config = await loadConfig({
    file: false,
    env: {},
    overrides: { port: 0, ...testConfig(data, options) },
  });
  const server = createApp(config, app);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.stop();
    return stopped;
  };
  onTeardown(stop);
  const { url } = await server.start();
  return { url, apiKey: API_KEY, data, stop };
}
