/**
 * `/commands/NAME`: what a socket sends as a message, sent as a request.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Callers } from './caller.ts';
import type { HttpParts } from './parts.ts';
import { runCommand } from './run-command.ts';

const CommandParams = Type.Object({ name: Type.String() });

/** An idempotency key is as long here as anywhere. */
const CommandHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
});

/** Adds the route to a scope under `/api/v1`; OpenAPI lists each command for itself. */
export function commandRoutes(app: FastifyInstance, { core }: HttpParts, callers: Callers): void {
  app.post<{ Params: Static<typeof CommandParams>; Headers: Static<typeof CommandHeaders> }>(
    '/commands/:name',
    { schema: { hide: true, params: CommandParams, headers: CommandHeaders } },
    async (request, reply) => {
      const identity = await callers.user(request);
      const command = {
        name: request.params.name,
        data: request.body ?? {},
        key: request.headers['idempotency-key'],
      };
      const answer = await runCommand(core, command, identity);
      return reply.type('application/json').send(JSON.stringify(answer));
    },
  );
}
