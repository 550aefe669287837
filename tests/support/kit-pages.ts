import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** Builds the pages as `npm start` does, and starts a browser and a server with kits. @param kits by name */
export async function startKitPages(
  kits: readonly string[],
  options: Parameters<typeof startServer>[0] = {},
): Promise<{ browser: Browser; server: RunningServer }> {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-web.ts')]);
  const server = await startServer({ kits: kits.map((kit) => `kits/${kit}/server/kit.ts`), ...options });
  return { browser: await launchBrowser(), server };
}
