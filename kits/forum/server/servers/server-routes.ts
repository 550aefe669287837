/**
 * `/forum/servers`: game servers.
 *
 * @module
 */
import { type Static, TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Id, ServerPoint, ServerStatusUpdate } from '../../events.ts';
import { actorOf, moderatorOf, userOf } from '../callers.ts';
import { closed, line, openSecurity, security } from '../routes.ts';
import type { Forum } from '../tables.ts';
import { GAMES } from './ask-game.ts';
import {
  deleteServer,
  HISTORY_STEP,
  PUSHED,
  pushStatus,
  putServer,
  readHistory,
  readServer,
  readServers,
} from './servers.ts';
import { deleteWatch, putWatch, watchesOf } from './watches.ts';

const MAX_NAME = 100;
const MAX_MAP = 64;
const MAX_HOST = 253;
const MAX_PORT = 65_535;
const MAX_PLAYERS = 100_000;
const MAX_PING = 60_000;
const MAX_LISTED = 128;
const MAX_HOURS = 168;
const DEFAULT_HOURS = 24;

const Params = Type.Object({ server: Id('A game server.') });
const Body = Type.Object(
  {
    name: Type.String({ ...line(MAX_NAME), minLength: 1 }),
    type: Type.String({
      minLength: 1,
      maxLength: MAX_NAME,
      description: `A game of GET /forum/games, or \`${PUSHED}\`: a backend tells how it is.`,
      examples: ['wet'],
    }),
    host: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$',
        maxLength: MAX_HOST,
        description: 'A name or an IPv4 address.',
      }),
    ),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_PORT, description: 'Where it answers queries.' }),
    ),
  },
  { ...closed, examples: [{ name: 'Main', type: 'wet', host: 'et.example.org', port: 27_960 }] },
);
const Count = Type.Integer({ minimum: 0, maximum: MAX_PLAYERS });
const PlayerView = Type.Object({
  name: Type.String(),
  score: Type.Union([Type.Integer(), Type.Null()]),
});
const StatusBody = Type.Object(
  {
    online: Type.Boolean(),
    name: Type.Optional(line(MAX_NAME)),
    players: Type.Optional(Count),
    max_players: Type.Optional(Count),
    map: Type.Optional(line(MAX_MAP)),
    ping: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_PING, description: 'Milliseconds.' })),
    player_list: Type.Optional(
      Type.Array(
        Type.Object(
          { name: line(MAX_NAME), score: Type.Union([Type.Integer(), Type.Null()]) },
          { additionalProperties: false },
        ),
        { maxItems: MAX_LISTED },
      ),
    ),
  },
  { ...closed, description: 'What is left out stays as it is.' },
);
const HistoryQuery = Type.Object({
  hours: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_HOURS, default: DEFAULT_HOURS })),
});
const WatchBody = Type.Object(
  { maps: Type.Optional(Type.Boolean({ default: false, description: 'Of another map, too.' })) },
  closed,
);
const Watching = Type.Union([Type.Object({ maps: Type.Boolean() }), Type.Null()], {
  description: 'What of it the caller is notified of; null: nothing.',
});

/** Adds the routes. */
export function serverRoutes(app: FastifyInstance, forum: Forum): void {
  const { db } = forum;

  app.get(
    '/forum/games',
    {
      schema: {
        security: openSecurity,
        summary: 'Games whose servers can be asked',
        response: {
          200: Type.Object({ games: Type.Array(Type.Object({ type: Type.String(), name: Type.String() })) }),
        },
      },
    },
    () => ({ games: [...GAMES].map(([type, name]) => ({ type, name })) }),
  );

  app.get(
    '/forum/servers',
    {
      schema: {
        security: openSecurity,
        summary: 'Game servers, and how they are',
        response: {
          200: Type.Object({
            servers: Type.Array(Type.Object({ ...ServerStatusUpdate.properties, watch: Watching })),
          }),
        },
      },
    },
    async (request) => {
      const { user } = await actorOf(forum, request);
      const watches = user === undefined ? undefined : await watchesOf(db, user);
      const servers = await readServers(db);
      return { servers: servers.map((one) => ({ ...one, watch: watches?.get(one.server_id) ?? null })) };
    },
  );

  app.get<{ Params: Static<typeof Params> }>(
    '/forum/servers/:server',
    {
      schema: {
        security: openSecurity,
        summary: 'One game server, and who plays there',
        params: Params,
        response: {
          200: Type.Object({
            ...ServerStatusUpdate.properties,
            players: Type.Array(PlayerView),
            watch: Watching,
          }),
        },
      },
    },
    async (request) => {
      const { user } = await actorOf(forum, request);
      const { server } = request.params;
      const watches = user === undefined ? undefined : await watchesOf(db, user);
      return { ...(await readServer(db, server)), watch: watches?.get(server) ?? null };
    },
  );

  app.put<{ Params: Static<typeof Params>; Body: Static<typeof Body> }>(
    '/forum/servers/:server',
    {
      schema: {
        security,
        summary: 'Register a game server, or change it',
        description:
          'Moderators and backends. It is asked at once, then every FORUM_SERVER_INTERVAL; more rarely while it does not answer. An address that is not of the public internet must be in FORUM_SERVER_ALLOW.',
        params: Params,
        body: Body,
        response: { 200: ServerStatusUpdate },
      },
    },
    async (request) => {
      await moderatorOf(forum, request);
      return putServer(forum, request.params.server, request.body);
    },
  );

  app.delete<{ Params: Static<typeof Params> }>(
    '/forum/servers/:server',
    { schema: { security, summary: 'Remove a game server', params: Params } },
    async (request, reply) => {
      await moderatorOf(forum, request);
      await deleteServer(forum, request.params.server);
      return reply.code(204).send();
    },
  );

  app.post<{ Params: Static<typeof Params>; Body: Static<typeof StatusBody> }>(
    '/forum/servers/:server/status',
    {
      schema: {
        security: [{ apiKey: [] }],
        summary: 'Tell how a game server is',
        params: Params,
        body: StatusBody,
        response: { 200: ServerStatusUpdate },
      },
    },
    async (request) => {
      if (!(await actorOf(forum, request)).server) throw new TidingsError('invalid_api_key');
      return pushStatus(forum, request.params.server, request.body);
    },
  );

  app.get<{ Params: Static<typeof Params>; Querystring: Static<typeof HistoryQuery> }>(
    '/forum/servers/:server/history',
    {
      schema: {
        security: openSecurity,
        summary: 'How many played lately',
        description:
          'The most in each stretch of time, the oldest first; a stretch without a point is not known.',
        params: Params,
        querystring: HistoryQuery,
        response: {
          200: Type.Object({
            step: Type.Integer({ description: 'Milliseconds of a stretch.' }),
            points: Type.Array(ServerPoint),
          }),
        },
      },
    },
    async (request) => {
      await actorOf(forum, request);
      const { hours = DEFAULT_HOURS } = request.query;
      return { step: HISTORY_STEP, points: await readHistory(forum, request.params.server, hours) };
    },
  );

  app.put<{ Params: Static<typeof Params>; Body: Static<typeof WatchBody> }>(
    '/forum/servers/:server/watch',
    {
      schema: {
        security: [{ userToken: [] }],
        summary: 'Be notified when a game server goes up or down',
        params: Params,
        body: WatchBody,
        response: { 200: Type.Object({ watch: Watching }) },
      },
    },
    async (request) => {
      const { user } = await userOf(forum, request);
      const { server } = request.params;
      const watch = { maps: request.body.maps ?? false };
      await forum.transaction(async ({ db }) => {
        await readServer(db, server);
        await putWatch(db, server, user, watch);
      });
      return { watch };
    },
  );

  app.delete<{ Params: Static<typeof Params> }>(
    '/forum/servers/:server/watch',
    {
      schema: {
        security: [{ userToken: [] }],
        summary: 'Be notified of it no more',
        params: Params,
      },
    },
    async (request, reply) => {
      const { user } = await userOf(forum, request);
      await deleteWatch(db, request.params.server, user);
      return reply.code(204).send();
    },
  );
}
