/**
 * `/publish`: how a backend in any language puts events on channels.
 *
 * @module
 */
import { type ErrorBody, type ErrorCode, PublishData, Published, TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { PublishReceipt } from '../core/ports/broker.ts';
import { receiptJson } from '../core/ports/receipt-json.ts';
import type { Publication } from '../core/publisher.ts';
import { problems } from './answers.ts';
import { requireServer } from './caller.ts';
import type { HttpParts } from './parts.ts';

const REFUSALS: readonly ErrorCode[] = [
  'invalid_request',
  'malformed_message',
  'bad_channel',
  'bad_event',
  'invalid_api_key',
  'unknown_namespace',
  'key_conflict',
  'message_too_large',
  'event_rejected',
  'rate_limited',
  'storage_unavailable',
  'storage_full',
];

const { channel: _, ...sameForAll } = PublishData.properties;

/** One outcome of many: where the event landed, or why it did not. */
const Result = Type.Object(
  {
    channel: Type.Optional(Type.String()),
    offset: Type.Optional(Type.Integer()),
    epoch: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    error: Type.Optional(
      Type.Object({ code: Type.String(), message: Type.String() }, { additionalProperties: true }),
    ),
  },
  { description: 'A receipt `{channel, offset, epoch, id}`, or `{error: {code, message}}`.' },
);

const Results = Type.Object(
  { results: Type.Array(Result) },
  { description: 'One entry for each event, in the order of the request.' },
);

/** What an answer is that was written here and not by fastify. */
const JSON_TYPE = 'application/json; charset=utf-8';

/** What came of one event of many. */
type Outcome = PublishReceipt | { readonly error: ErrorBody };

function outcomeJson(outcome: Outcome): string {
  return 'error' in outcome ? JSON.stringify(outcome) : receiptJson(outcome);
}

/** Adds the routes to a scope under `/api/v1`. They run once for every event, so nothing else does on them. */
export function publishRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { publisher } = parts.core;
  const security = [{ apiKey: [] }];
  const tags = ['publish'];
  const onRequest = requireServer(parts);

  async function publishAll(publications: readonly Publication[]) {
    // Each has its place before the next is looked at; only those on their way to disk are waited for.
    const results = publications.map(publishOne);
    const waits = results.some((result) => result instanceof Promise);
    const outcomes = (waits ? await Promise.all(results) : results) as readonly Outcome[];
    return `{"results":[${outcomes.map(outcomeJson).join(',')}]}`;
  }

  function publishOne(publication: Publication): Outcome | Promise<Outcome> {
    try {
      const receipt = publisher.take(publication);
      return receipt instanceof Promise ? receipt.catch(refusalOf) : receipt;
    } catch (error) {
      return refusalOf(error);
    }
  }

  app.post<{ Body: Static<typeof PublishData> }>(
    '/publish',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'Publish one event',
        description:
          'Answered once the event has its place in the channel, and in a durable namespace is on disk. Repeat it with the same `key` when no answer came.',
        body: Type.Object(PublishData.properties, {
          additionalProperties: false,
          examples: [{ channel: 'public:demo', event: 'hello', data: { n: 1 }, key: 'order-17' }],
        }),
        response: { 200: Published, ...problems(...REFUSALS) },
      },
    },
    (request, reply) => {
      // What is returned is text, not the reply: fastify would wait for the end of that.
      reply.type(JSON_TYPE);
      const taken = publisher.take(request.body);
      return taken instanceof Promise ? taken.then(receiptJson) : receiptJson(taken);
    },
  );

  const MultiBody = Type.Object(
    {
      channels: Type.Array(PublishData.properties.channel, { minItems: 1, maxItems: parts.limits.batch }),
      ...sameForAll,
    },
    {
      additionalProperties: false,
      examples: [{ channels: ['public:demo', 'public:news'], event: 'hello', data: { n: 1 } }],
    },
  );
  app.post<{ Body: Static<typeof MultiBody> }>(
    '/publish/channels',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'Publish the same event on many channels',
        body: MultiBody,
        response: { 200: Results, ...problems('invalid_request', 'malformed_message', 'invalid_api_key') },
      },
    },
    ({ body: { channels, ...content } }, reply) => {
      reply.type(JSON_TYPE);
      return publishAll(channels.map((channel) => ({ ...content, channel })));
    },
  );

  const BatchBody = Type.Object(
    { events: Type.Array(PublishData, { minItems: 1, maxItems: parts.limits.batch }) },
    {
      additionalProperties: false,
      examples: [{ events: [{ channel: 'public:demo', event: 'hello', data: { n: 1 } }] }],
    },
  );
  app.post<{ Body: Static<typeof BatchBody> }>(
    '/publish/batch',
    {
      onRequest,
      schema: {
        tags,
        security,
        summary: 'Publish many events, in order',
        description: 'One that fails does not stop the others.',
        body: BatchBody,
        response: { 200: Results, ...problems('invalid_request', 'malformed_message', 'invalid_api_key') },
      },
    },
    ({ body }, reply) => {
      reply.type(JSON_TYPE);
      return publishAll(body.events);
    },
  );

  function refusalOf(reason: unknown): Outcome {
    if (!(reason instanceof TidingsError)) app.log.error({ err: reason }, 'a publish failed');
    return { error: (reason instanceof TidingsError ? reason : new TidingsError('internal')).toBody() };
  }
}
