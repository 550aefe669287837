/**
 * What is logged of requests: at level debug, without the query, the headers and so without any token.
 *
 * @module
 */
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Logger } from 'pino';

/** The same log, whose lines show of a request only what is no secret. */
export function withoutSecrets(log: Logger): Logger {
  return log.child(
    {},
    {
      serializers: {
        req: (request: FastifyRequest) => ({
          method: request.method,
          path: pathOf(request),
          address: request.ip,
        }),
        res: (reply: FastifyReply) => ({ status: reply.statusCode }),
      },
    },
  );
}

/** Requests are told at level debug; only their failures are louder. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const fields = { req: request, res: reply, ms: Math.round(reply.elapsedTime) };
    if (error) reply.log.warn({ ...fields, err: error }, 'request errored');
    else reply.log.debug(fields, 'request');
  }

  override routeNotFound(): void {}
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}
