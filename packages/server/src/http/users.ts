/**
 * `/users` and `/tokens`: ending what a user has open, and what a token opens.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { problems } from './answers.ts';
import { requireServer } from './caller.ts';
import { endReason } from './end-reason.ts';
import type { HttpParts } from './parts.ts';

const UserParams = Type.Object({ user: Type.String({ minLength: 1, examples: ['alice'] }) });

const DisconnectBody = Type.Object(
  {
    reconnect: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether the clients may come back by themselves.' }),
    ),
  },
  { additionalProperties: false },
);

const Moment = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, description: `${description}, milliseconds since 1970-01-01 UTC.` }),
  );

const ExpiresAt = Moment(
  'When no such token can be valid any more and this may be forgotten; never, when absent',
);

const RevokeUserBody = Type.Object(
  { at: Moment('Tokens issued at or before this are refused; now, when absent'), expiresAt: ExpiresAt },
  { additionalProperties: false },
);

const RevokeTokenBody = Type.Object(
  {
    tokenId: Type.String({ minLength: 1, maxLength: 256, description: 'The claim `jti` of the token.' }),
    expiresAt: ExpiresAt,
  },
  { additionalProperties: false, examples: [{ tokenId: '6f1c0d', expiresAt: 1795154729000 }] },
);

const Ended = Type.Object({
  disconnected: Type.Integer({ description: 'Sessions that were ended.' }),
});

/** Adds the routes to a scope under `/api/v1`. */
export function userRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { auth, reach } = parts;
  const onRequest = requireServer(parts);
  const security = [{ apiKey: [] }];
  const revoked = problems('invalid_request', 'malformed_message', 'invalid_api_key', 'storage_unavailable');

  app.post<{ Params: Static<typeof UserParams>; Body: Static<typeof DisconnectBody> }>(
    '/users/:user/disconnect',
    {
      onRequest,
      schema: {
        tags: ['users'],
        security,
        summary: 'End a user’s sessions',
        params: UserParams,
        body: DisconnectBody,
        response: {
          200: Ended,
          ...problems('invalid_request', 'malformed_message', 'invalid_api_key', 'unavailable'),
        },
      },
    },
    async ({ params, body }) => ({
      disconnected: await reach.disconnectUser(params.user, endReason(body)),
    }),
  );

  app.post<{ Params: Static<typeof UserParams>; Body: Static<typeof RevokeUserBody> }>(
    '/users/:user/revoke',
    {
      onRequest,
      schema: {
        tags: ['users'],
        security,
        summary: 'Refuse all tokens of a user',
        description: 'Those issued until now; sessions that came with one end within a second.',
        params: UserParams,
        body: RevokeUserBody,
        response: { 200: Ended, ...revoked },
      },
    },
    async ({ params, body }) => ({ disconnected: await auth.revokeUser(params.user, body) }),
  );

  app.post<{ Body: Static<typeof RevokeTokenBody> }>(
    '/tokens/revoke',
    {
      onRequest,
      schema: {
        tags: ['users'],
        security,
        summary: 'Refuse one token',
        description: 'Sessions that came with it end within a second.',
        body: RevokeTokenBody,
        response: { 200: Ended, ...revoked },
      },
    },
    async ({ body: { tokenId, ...times } }) => ({ disconnected: await auth.revokeToken(tokenId, times) }),
  );
}
