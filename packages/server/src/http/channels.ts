/**
 * `/channels`: which there are, their past, and who is there.
 *
 * @module
 */
import { formatPosition, HistoryData, HistoryPage, PresenceList } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { readHistory } from '../core/history.ts';
import type { ResolvedChannel } from '../core/namespaces.ts';
import { compareNames } from '../core/ports/compare-names.ts';
import { requireRight } from '../core/rights.ts';
import { NoContent, problems } from './answers.ts';
import { type Callers, type HttpCaller, requireServer } from './caller.ts';
import { DEFAULT_LIMIT, Limit, pageOf } from './page.ts';
import type { HttpParts } from './parts.ts';

const ChannelParams = Type.Object({
  channel: Type.String({ description: 'A channel, `namespace:rest`.', examples: ['public:demo'] }),
});

const ListQuery = Type.Object({
  prefix: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Only channels whose name begins so.',
      examples: ['public:'],
    }),
  ),
  after: Type.Optional(
    Type.String({ maxLength: 200, description: 'Where the page before ended: its `next`.' }),
  ),
  limit: Limit,
});

const ChannelList = Type.Object({
  channels: Type.Array(
    Type.Object({
      channel: Type.String(),
      position: Type.Optional(
        Type.String({ description: 'Where it stands; absent when nothing of it is kept.' }),
      ),
      events: Type.Integer({ description: 'Events in its history.' }),
      subscribers: Type.Integer({ description: 'Sessions of this node that follow it.' }),
    }),
    { description: 'In order of name.' },
  ),
  next: Type.Optional(
    Type.String({ description: 'Ask again with this as `after`; absent on the last page.' }),
  ),
});

const { channel: _, ...historyQuery } = HistoryData.properties;
const HistoryQuery = Type.Object(historyQuery);

const either = [{ apiKey: [] }, { userToken: [] }];
const tags = ['channels'];
const lookup = ['bad_channel', 'unknown_namespace', 'unauthenticated', 'invalid_token', 'forbidden'] as const;

/** Adds the routes to a scope under `/api/v1`. */
export function channelRoutes(app: FastifyInstance, parts: HttpParts, callers: Callers): void {
  const { core, broker, presence, limits } = parts;

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/channels',
    {
      onRequest: requireServer(parts),
      schema: {
        tags,
        security: [{ apiKey: [] }],
        summary: 'List channels',
        description: 'Every channel that has a history or is followed on this node.',
        querystring: ListQuery,
        response: { 200: ChannelList, ...problems('invalid_request', 'invalid_api_key') },
      },
    },
    async ({ query: { prefix = '', after = '', limit = DEFAULT_LIMIT } }) => {
      const kept = await broker.list({ prefix, after, limit: limit + 1 });
      const summaries = new Map(kept.map((summary) => [summary.channel, summary]));
      const followed = core.hub.channels
        .keys()
        .filter((name) => name.startsWith(prefix) && compareNames(name, after) > 0);
      const names = [...new Set([...summaries.keys(), ...followed])].sort(compareNames);
      return pageOf('channels', names, limit, (channel) => {
        const summary = summaries.get(channel);
        return {
          channel,
          ...(summary ? { position: formatPosition(summary.position) } : {}),
          events: summary?.events ?? 0,
          subscribers: core.hub.channels.get(channel)?.size ?? 0,
        };
      });
    },
  );

  app.get<{ Params: Static<typeof ChannelParams>; Querystring: Static<typeof HistoryQuery> }>(
    '/channels/:channel/history',
    {
      schema: {
        tags,
        security: either,
        summary: 'Read a channel’s past',
        description: 'A backend, or a user with the right `history`.',
        params: ChannelParams,
        querystring: HistoryQuery,
        response: { 200: HistoryPage, ...problems('invalid_request', 'bad_position', ...lookup) },
      },
    },
    async (request) => {
      const caller = await callers.anyone(request);
      const channel = core.namespaces.resolve(request.params.channel);
      await mayRead(caller, 'history', channel);
      return readHistory({ broker, pageBytes: limits.queue }, channel, request.query);
    },
  );

  app.delete<{ Params: Static<typeof ChannelParams> }>(
    '/channels/:channel/history',
    {
      onRequest: requireServer(parts),
      schema: {
        tags,
        security: [{ apiKey: [] }],
        summary: 'Forget a channel’s past',
        description: 'Its next event begins a new epoch: who resumes is told `recovered: false`.',
        params: ChannelParams,
        response: {
          204: NoContent,
          ...problems('bad_channel', 'unknown_namespace', 'invalid_api_key', 'storage_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { channel, config } = core.namespaces.resolve(request.params.channel);
      await broker.clear(channel, config.history);
      return reply.code(204).send();
    },
  );

  app.get<{ Params: Static<typeof ChannelParams> }>(
    '/channels/:channel/presence',
    {
      schema: {
        tags,
        security: either,
        summary: 'Who follows a channel now',
        description: 'A backend, or a user with the right `presence`.',
        params: ChannelParams,
        response: { 200: PresenceList, ...problems(...lookup, 'no_presence') },
      },
    },
    async (request) => {
      const caller = await callers.anyone(request);
      await mayRead(caller, 'presence', core.namespaces.resolve(request.params.channel));
      return presence.list(request.params.channel);
    },
  );
}

async function mayRead(
  { server, identity }: HttpCaller,
  right: 'history' | 'presence',
  channel: ResolvedChannel,
): Promise<void> {
  if (!server) await requireRight(identity, right, channel);
}
