import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The client as one file, and its SRI hash beside it. */
const SCRIPT = 'tidings.js';

/**
 * Serves the built client for a script tag, `/js/tidings.js`, and its hash for `integrity`, `/js/tidings.js.sri`; nothing
 * when it was not built. Pages of any origin may load it.
 */
export async function scriptRoutes(app: FastifyInstance, root: string): Promise<void> {
  if (!existsSync(join(root, SCRIPT))) return;
  await app.register(staticFiles, {
    root,
    prefix: '/js/',
    cacheControl: false,
    setHeaders(reply, path) {
      reply.header('access-control-allow-origin', '*');
      reply.header('cross-origin-resource-policy', 'cross-origin');
      reply.header('x-content-type-options', 'nosniff');
      // A newer server has a newer client under the same name.
      reply.header('cache-control', 'no-cache');
      if (path.endsWith('.sri')) reply.header('content-type', 'text/plain; charset=utf-8');
    },
    schemaHide: true,
  });
}
