import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** Starts a browser and a server with kits. @param kits by name */
export async function startKitPages(
  kits: readonly string[],
  options: Parameters<typeof startServer>[0] = {},
): Promise<{ browser: Browser; server: RunningServer }> {
  const server = await startServer({ kits: kits.map((kit) => `kits/${kit}/server/kit.ts`), ...options });
  return { browser: await launchBrowser(), server };
}
