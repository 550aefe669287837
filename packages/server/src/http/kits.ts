import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { problems } from './answers.ts';

const Kits = Type.Object({
  kits: Type.Array(Type.String(), { examples: [['prices', 'rooms']], description: 'Their names.' }),
});

/** Adds `GET /kits`, by which a page knows what this server can do, to a scope under `/api/v1`. */
export function kitRoutes(app: FastifyInstance, kits: () => readonly string[]): void {
  app.get(
    '/kits',
    {
      schema: {
        tags: ['operations'],
        summary: 'The kits that are loaded',
        response: { 200: Kits, ...problems('origin_refused') },
      },
    },
    () => ({ kits: kits() }),
  );
}
