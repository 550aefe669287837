/**
 * `/commands/NAME`: what a socket sends as a message, sent as a request.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Callers } from './caller.ts';
import type { HttpParts } from './parts.ts';

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
      const caller = { identity, session: undefined };
      const { reply: answer, after } =
        (await core.dispatch.recall(command, caller)) ?? (await core.dispatch.run(command, caller));
      for (const callback of after) callback();
      if (!answer.ok) {
        const { code, message, ...rest } = answer.error;
        throw new TidingsError(code, message, rest);
      }
      return reply.type('application/json').send(JSON.stringify(answer.data ?? null));
    },
  );
}
