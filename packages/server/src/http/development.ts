/**
 * `/development/token`: signing in by a name alone, so that the pages can be tried by several people at once. It exists in
 * development only, which is on a loopback address only.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { problems } from './answers.ts';

const SignInBody = Type.Object(
  {
    user: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
      examples: ['alice'],
      description: 'The user’s id.',
    }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'What others see.' })),
    language: Type.Optional(Type.Enum(['en', 'tr', 'ru', 'uk'])),
  },
  { additionalProperties: false },
);

const SignedIn = Type.Object({
  token: Type.String({ description: 'Good for 12 hours.' }),
});

/** Who is signed in, as the page said. */
export type SignIn = Static<typeof SignInBody>;

/** Adds the route to a scope under `/api/v1`. @param sign makes a token; none where this server cannot sign. */
export function developmentRoutes(app: FastifyInstance, sign: (who: SignIn) => Promise<string>): void {
  app.post<{ Body: SignIn }>(
    '/development/token',
    {
      schema: {
        tags: ['development'],
        summary: 'Sign in by a name',
        description: 'In development only: a token of any user, for trying things out.',
        body: SignInBody,
        response: { 200: SignedIn, ...problems('invalid_request', 'malformed_message', 'origin_refused') },
      },
    },
    async ({ body }) => ({ token: await sign(body) }),
  );
}
