import type { FastifyInstance } from 'fastify';
import { healthRoutes } from './health.ts';
import type { HttpParts } from './parts.ts';
import { publishRoutes } from './publish.ts';

/** Where the API is. */
const API = '/api/v1';

/** Adds the whole HTTP API to a server that {@link createHttp} made. */
export function registerHttp(app: FastifyInstance, parts: HttpParts): void {
  healthRoutes(app, parts);
  app.register(async (scope) => publishRoutes(scope, parts), { prefix: API });
}
