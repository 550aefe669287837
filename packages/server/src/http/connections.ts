/**
 * `/connections`: the live sessions of this node.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { NoContent, problems } from './answers.ts';
import { requireServer } from './caller.ts';
import { DEFAULT_LIMIT, Limit, pageOf } from './page.ts';
import type { HttpParts } from './parts.ts';

const Connection = Type.Object({
  session: Type.String(),
  user: Type.Union([Type.String(), Type.Null()], { description: '`null` for an anonymous session.' }),
  transport: Type.String({ examples: ['websocket', 'socketio', 'sse'] }),
  address: Type.String(),
  connectedAt: Type.Integer({ description: 'Milliseconds since 1970-01-01 UTC.' }),
  channels: Type.Array(Type.String(), { description: 'What it follows.' }),
  queued: Type.Integer({ description: 'Bytes that wait because it reads too slowly.' }),
});

const ConnectionList = Type.Object({
  connections: Type.Array(Connection, { description: 'In order of session.' }),
  next: Type.Optional(
    Type.String({ description: 'Ask again with this as `after`; absent on the last page.' }),
  ),
});

const ListQuery = Type.Object({
  user: Type.Optional(Type.String({ description: 'Only sessions of this user.' })),
  after: Type.Optional(Type.String({ description: 'Where the page before ended: its `next`.' })),
  limit: Limit,
});

const SessionParams = Type.Object({ session: Type.String() });

const EndQuery = Type.Object({
  reconnect: Type.Optional(
    Type.Boolean({ default: true, description: 'Whether the client may come back by itself.' }),
  ),
});

/** Adds the routes to a scope under `/api/v1`. */
export function connectionRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { sessions } = parts.core.hub;
  const onRequest = requireServer(parts);
  const security = [{ apiKey: [] }];
  const tags = ['connections'];

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/connections',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'List live sessions',
        querystring: ListQuery,
        response: { 200: ConnectionList, ...problems('invalid_request', 'invalid_api_key') },
      },
    },
    async ({ query: { user, after = '', limit = DEFAULT_LIMIT } }) => {
      const ids = sessions
        .values()
        .filter(({ id, identity }) => id > after && (user === undefined || identity.user === user))
        .map(({ id }) => id);
      return pageOf('connections', [...ids].sort(), limit, describe);
    },
  );

  app.delete<{ Params: Static<typeof SessionParams>; Querystring: Static<typeof EndQuery> }>(
    '/connections/:session',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'End a session',
        params: SessionParams,
        querystring: EndQuery,
        response: { 204: NoContent, ...problems('invalid_api_key', 'not_found') },
      },
    },
    async ({ params, query }, reply) => {
      if (!parts.auth.disconnectSession(params.session, query))
        throw new TidingsError('not_found', 'No session has this id.');
      return reply.code(204).send();
    },
  );

  function describe(id: string): Static<typeof Connection> | undefined {
    const session = sessions.get(id);
    if (!session) return undefined;
    return {
      session: id,
      user: session.identity.user ?? null,
      transport: session.transport,
      address: session.address,
      connectedAt: session.openedAt,
      channels: [...session.subscriptions.keys()],
      queued: (session.queue?.bytes ?? 0) + session.connection.buffered,
    };
  }
}
