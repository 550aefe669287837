import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Gate } from '../core/gate.ts';

/** How long a browser may remember what a preflight said, seconds. */
const PREFLIGHT_AGE = 600;

/** Sets a scope up for pages: those of allowed origins may read the answers, any other is refused. */
export async function letBrowsersIn(scope: FastifyInstance, gate: Pick<Gate, 'checkOrigin'>): Promise<void> {
  const check = ({ headers }: FastifyRequest) => gate.checkOrigin(headers.origin, headers.host);
  scope.addHook('onRequest', (request, _reply, done) => {
    try {
      check(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  await scope.register(cors, {
    // Who came this far is allowed.
    origin: (_origin, allow) => allow(null, true),
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['Retry-After'],
    maxAge: PREFLIGHT_AGE,
    strictPreflight: false,
  });
}
