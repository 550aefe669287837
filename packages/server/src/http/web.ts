import { existsSync } from 'node:fs';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A year, as files whose name has a hash of their content never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * Serves built pages at `/`; nothing when they were not built. A browser that asks for a page gets the shell, which knows
 * which pages there are; what else is not there is answered by the app's own 404.
 */
export async function webRoutes(app: FastifyInstance, root: string): Promise<void> {
  if (!existsSync(join(root, 'index.html'))) return;
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Components bring their styles along as style elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    // Whether there is HTTPS is up to the proxy in front.
    strictTransportSecurity: false,
  });
  app.addHook('preHandler', (request, reply, next) => {
    if (isPage(request)) reply.sendFile('index.html');
    else next();
  });
  await app.register(staticFiles, {
    root,
    cacheControl: false,
    setHeaders(reply, path) {
      reply.header('cache-control', path.startsWith(join(root, 'assets/')) ? IMMUTABLE : 'no-cache');
    },
    schemaHide: true,
  });
}

/** Whether a person has gone to an address of a page: not a program, and no file, nor anything of the API. */
function isPage({ headers, url }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0] as string;
  return (
    /^\/[a-z0-9/-]*$/.test(path) && !path.startsWith('/api/') && /\btext\/html\b/.test(headers.accept ?? '')
  );
}
