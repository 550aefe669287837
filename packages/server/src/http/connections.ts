/**
 * `/connections`: the live sessions of all nodes.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { NoContent, problems } from './answers.ts';
import { requireServer } from './caller.ts';
import { endReason } from './end-reason.ts';
import { DEFAULT_LIMIT, Limit, pageOf } from './page.ts';
import type { HttpParts } from './parts.ts';

const Connection = Type.Object({
  session: Type.String(),
  user: Type.Union([Type.String(), Type.Null()], { description: '`null` for an anonymous session.' }),
  node: Type.String({ description: 'The server it is connected to.' }),
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
  incomplete: Type.Optional(
    Type.Literal(true, {
      description: 'A server did not answer within a second; its sessions are not listed.',
    }),
  ),
});

const ListQuery = Type.Object({
  user: Type.Optional(Type.String({ description: 'Only sessions of this user.' })),
  after: Type.Optional(Type.String({ description: 'Where the page before ended: its `next`.' })),
  limit: Limit,
});

/** What one page is asked for. */
interface Listing {
  readonly user: string | null;
  readonly after: string;
  readonly limit: number;
}

const SessionParams = Type.Object({ session: Type.String() });

const EndQuery = Type.Object({
  reconnect: Type.Optional(
    Type.Boolean({ default: true, description: 'Whether the client may come back by itself.' }),
  ),
});

/** Adds the routes to a scope under `/api/v1`. */
export function connectionRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { sessions } = parts.core.hub;
  const { nodes } = parts;
  const listed = nodes.define<Listing, readonly Static<typeof Connection>[]>(
    'connections',
    ({ user, after, limit }) => {
      const ids = sessions
        .values()
        .filter(({ id, identity }) => id > after && (user === null || identity.user === user))
        .map(({ id }) => id);
      return [...ids].sort().slice(0, limit).flatMap(describe);
    },
  );
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
      // One more, to know whether there is another page.
      const { answers, complete } = await listed({ user: user ?? null, after, limit: limit + 1 });
      const all = new Map(answers.flatMap(({ result }) => result).map((entry) => [entry.session, entry]));
      const page = pageOf('connections', [...all.keys()].sort(), limit, (id) => all.get(id));
      return { ...page, ...(complete ? {} : { incomplete: true }) };
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
        response: { 204: NoContent, ...problems('invalid_api_key', 'not_found', 'unavailable') },
      },
    },
    async ({ params, query }, reply) => {
      if (!(await parts.reach.disconnectSession(params.session, endReason(query))))
        throw new TidingsError('not_found', 'No session has this id.');
      return reply.code(204).send();
    },
  );

  function describe(id: string): Static<typeof Connection>[] {
    const session = sessions.get(id);
    if (!session) return [];
    return [
      {
        session: id,
        user: session.identity.user ?? null,
        node: nodes.node,
        transport: session.transport,
        address: session.address,
        connectedAt: session.openedAt,
        channels: [...session.subscriptions.keys()],
        queued: (session.queue?.bytes ?? 0) + session.connection.buffered,
      },
    ];
  }
}
