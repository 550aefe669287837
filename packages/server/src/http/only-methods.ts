import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance, HTTPMethods } from 'fastify';

/** The methods that somebody might try. `OPTIONS` is for preflights. */
const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Has a known address answer 405, and not 404, to a method that it does not take.
 *
 * Call it before any route is declared, and the function it returns in the last plugin.
 */
export function onlyDeclaredMethods(app: FastifyInstance): (last: FastifyInstance) => void {
  const declared = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*') || url.endsWith('/')) return;
    const methods = declared.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    declared.set(url, methods);
  });
  return (last) => {
    for (const [url, methods] of [...declared]) {
      const others = METHODS.filter((method) => !methods.has(method));
      if (others.length === 0) continue;
      const allow = METHODS.filter((method) => methods.has(method)).join(', ');
      last.route({
        method: others,
        url,
        exposeHeadRoute: false,
        schema: { hide: true },
        // Before a body is read.
        onRequest: (_request, reply, done) => {
          reply.header('allow', allow);
          done(new TidingsError('method_not_allowed'));
        },
        handler: () => {},
      });
    }
  };
}
