import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import {
  CURSOR_PATTERN,
  type DisconnectReason,
  disconnect,
  ERRORS,
  type ErrorCode,
  TidingsError,
} from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Clock } from '../../core/ports/clock.ts';
import type { Host } from '../../core/ports/transport.ts';
import type { ReleaseHttp } from './release-http.ts';
import { disconnectBlock, END_ID } from './sse-dialect.ts';
import { SseTransport } from './sse-transport.ts';

export interface SseOptions {
  readonly host: Host;
  readonly clock: Clock;
  /** Reads the client's address, where a proxy in front is trusted to name it. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** How a request is let go of once its stream begins. @default {@link releaseHttp} */
  readonly release?: ReleaseHttp;
}

const Query = Type.Object({
  channels: Type.String({
    minLength: 1,
    description: 'The channels to follow, separated by commas.',
    examples: ['public:demo,product:42'],
  }),
  since: Type.Optional(
    Type.String({
      description:
        'Positions to resume from, separated by commas, as many as there are channels and in their order; an empty one is none. With a cursor, the later one counts.',
      examples: ['77aa:3,695be5e04b7a:7'],
    }),
  ),
  last: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 10_000,
      description: 'Begin with the newest so many events of each channel that is not resumed.',
    }),
  ),
  named: Type.Optional(Type.Boolean({ description: 'Give each event an `event:` line with its name.' })),
  token: Type.Optional(
    Type.String({ description: 'A JWT, for clients that cannot set the Authorization header.' }),
  ),
  lastEventId: Type.Optional(
    Type.String({
      description: `A cursor to resume from (${CURSOR_PATTERN}), for clients that cannot set Last-Event-ID.`,
    }),
  ),
});

const schema = {
  tags: ['events'],
  summary: 'Follow channels as Server-Sent Events',
  description:
    'A stream of events. `id:` is a cursor for all its channels; `Last-Event-ID` resumes. See docs/PROTOCOL.md.',
  querystring: Query,
};

/** When to come back that nobody has said otherwise, milliseconds. */
const COME_BACK = 5000;

/** Serves `GET /events`. What cannot be served is thrown, for the app's error handler to answer. */
export function registerSse(app: FastifyInstance, { addressOf, ...options }: SseOptions): SseTransport {
  const transport = new SseTransport(options);
  app.get('/events', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const query = request.query as Static<typeof Query>;
    const cursor = header(request.headers['last-event-id']) ?? query.lastEventId;
    if (cursor === END_ID) return reply.code(204).send();
    const channels = channelsOf(query.channels);
    try {
      await transport.open({
        request: request.raw,
        response: reply.raw,
        address: addressOf(request.raw),
        token: bearer(request.headers.authorization) ?? query.token,
        channels,
        since: sinceOf(query.since, channels),
        last: query.last,
        named: query.named ?? false,
        cursor,
        headers: () => reply.getHeaders() as OutgoingHttpHeaders,
        onBegin: () => void reply.hijack(),
      });
    } catch (error) {
      const farewell = request.headers.accept?.includes('text/event-stream') && farewellOf(error);
      if (!farewell) throw error;
      return reply.header('cache-control', 'no-store').type('text/event-stream').send(farewell);
    }
    return reply;
  });
  return transport;
}

/** @throws TidingsError `invalid_request`. */
function channelsOf(list: string): readonly string[] {
  const channels = list.split(',').filter((name) => name !== '');
  if (channels.length > 0) return channels;
  throw new TidingsError('invalid_request', 'At least one channel is needed.');
}

/** @throws TidingsError `invalid_request`. */
function sinceOf(list: string | undefined, channels: readonly string[]): ReadonlyMap<string, string> {
  if (list === undefined) return new Map();
  const positions = list.split(',');
  if (positions.length !== channels.length)
    throw new TidingsError('invalid_request', '"since" must have a position, or nothing, for each channel.');
  return new Map(channels.flatMap((channel, n) => (positions[n] ? [[channel, positions[n]] as const] : [])));
}

/**
 * An `EventSource` never comes back after any answer but 200, not even after 503. So what passes by itself is told to it
 * as a stream that ends at once and says when to come back.
 */
function farewellOf(error: unknown): string | undefined {
  if (!(error instanceof TidingsError) || !ERRORS[error.code].retry) return undefined;
  const reason = REASONS[error.code] ?? 'server_error';
  const notice = disconnect(reason, error.retryAfter ?? COME_BACK);
  return disconnectBlock(notice);
}

const REASONS: { readonly [C in ErrorCode]?: DisconnectReason } = {
  unavailable: 'full',
  rate_limited: 'rate_limited',
};

function header(value: string | string[] | undefined): string | undefined {
  return (Array.isArray(value) ? value[0] : value) || undefined;
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}
