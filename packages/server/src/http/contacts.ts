/**
 * `/users/USER/contact`: how a user is reached, and how they read.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ContactChanges, type Contacts, LANGUAGES } from '../features/contacts/index.ts';
import { problems } from './answers.ts';
import type { Callers } from './caller.ts';
import type { HttpParts } from './parts.ts';

const UserParams = Type.Object({ user: Type.String({ minLength: 1, maxLength: 128, examples: ['alice'] }) });

const ContactAnswer = Type.Object({
  user: Type.String(),
  name: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  language: Type.Enum([...LANGUAGES]),
  timezone: Type.String({ description: 'An IANA time zone.' }),
});

const tags = ['users'];
const security = [{ apiKey: [] }, { userToken: [] }];
const description = 'A backend, or the user.';
const refusals = ['invalid_request', 'unauthenticated', 'invalid_token', 'forbidden'] as const;

/** Adds the routes to a scope under `/api/v1`. */
export function contactRoutes(
  app: FastifyInstance,
  contacts: Contacts,
  callers: Callers,
  { ownAddresses = false }: Pick<HttpParts, 'ownAddresses'>,
): void {
  /** @returns whether it is a backend. */
  const mayAsk = async (request: FastifyRequest, user: string): Promise<boolean> => {
    const { server, identity } = await callers.anyone(request);
    if (server) return true;
    if (identity.user === undefined) throw new TidingsError('unauthenticated');
    if (identity.user !== user) throw new TidingsError('forbidden');
    await contacts.learn(identity);
    return false;
  };

  app.get<{ Params: Static<typeof UserParams> }>(
    '/users/:user/contact',
    {
      schema: {
        tags,
        security,
        summary: 'How a user is reached',
        description,
        params: UserParams,
        response: { 200: ContactAnswer, ...problems(...refusals) },
      },
    },
    async (request) => {
      const { user } = request.params;
      await mayAsk(request, user);
      return contacts.of(user);
    },
  );

  app.put<{ Params: Static<typeof UserParams>; Body: ContactChanges }>(
    '/users/:user/contact',
    {
      schema: {
        tags,
        security,
        summary: 'Say how a user is reached',
        description: `${description} What is left out stays as it is.`,
        params: UserParams,
        body: ContactChanges,
        response: {
          200: ContactAnswer,
          ...problems(...refusals, 'malformed_message', 'storage_unavailable'),
        },
      },
    },
    async (request) => {
      const { user } = request.params;
      const server = await mayAsk(request, user);
      // Taken away, it reaches nobody.
      if (!server && !ownAddresses && request.body.email)
        throw new TidingsError('forbidden', 'Here the application says where mails to its users go.');
      return contacts.set(user, request.body);
    },
  );
}
