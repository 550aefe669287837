/**
 * `/healthz` and `/readyz`: whether the server can be sent clients.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { problems } from './answers.ts';
import type { HttpParts } from './parts.ts';

const Health = Type.Object({ status: Type.Literal('ok') });

/** Adds the routes. Both answer 200 when the server is ready, 503 while it starts or drains. */
export function healthRoutes(app: FastifyInstance, { phase }: Pick<HttpParts, 'phase'>): void {
  for (const [path, summary] of [
    ['/healthz', 'Whether the server is up'],
    ['/readyz', 'Whether the server takes clients'],
  ] as const) {
    app.get(
      path,
      {
        schema: {
          tags: ['operations'],
          summary,
          description: '503 while the server starts or drains.',
          response: { 200: Health, ...problems('unavailable') },
        },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'no-store');
        const now = phase();
        if (now !== 'ready') throw new TidingsError('unavailable', `The server is ${now}.`);
        return { status: 'ok' as const };
      },
    );
  }
}
