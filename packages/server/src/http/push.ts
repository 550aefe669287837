/**
 * `/push`: the devices of a user, and what is clicked on them.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { LONGEST_ENDPOINT, type Push } from '../features/push/index.ts';
import { NoContent, problems } from './answers.ts';
import type { Callers } from './caller.ts';

const Endpoint = Type.String({ minLength: 1, maxLength: LONGEST_ENDPOINT });

/** Longer than any key is. */
const Key = Type.String({ minLength: 1, maxLength: 200 });

const subscription = {
  endpoint: Endpoint,
  expirationTime: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  keys: Type.Object({
    p256dh: Type.Unsafe<string>({ ...Key, description: 'The browser’s public key, base64url.' }),
    auth: Type.Unsafe<string>({ ...Key, description: '16 secret bytes, base64url.' }),
  }),
};

const SubscribeBody = Type.Object(
  {
    ...subscription,
    label: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'What the user calls the device.' }),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        endpoint: 'https://push.example/abc',
        keys: {
          p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          auth: 'BTBZMqHH6r4Tts7J_aSIgg',
        },
        label: 'Phone',
      },
    ],
  },
);

const RenewBody = Type.Object(
  {
    previous: Type.Object({ endpoint: Endpoint, auth: Key }, { additionalProperties: false }),
    subscription: Type.Object(subscription, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

const ClickBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 100, description: 'As it stood in the message.' }) },
  { additionalProperties: false },
);

const DeviceParams = Type.Object({
  id: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'The first 16 bytes of the SHA-256 of its endpoint, base64url.',
  }),
});

const Moment = (description: string) =>
  Type.Integer({ description: `${description}, milliseconds since 1970-01-01 UTC.` });

const DeviceAnswer = Type.Object({
  id: Type.String(),
  label: Type.Optional(Type.String()),
  service: Type.String({ description: 'The host of its push service.' }),
  created: Moment('When it subscribed first'),
  renewed: Moment('When it said last that it is subscribed'),
});

const tags = ['push'];
const security = [{ userToken: [] }];
const refusals = ['unauthenticated', 'invalid_token', 'rate_limited', 'storage_unavailable'] as const;

/** Adds the routes to a scope under `/api/v1`. */
export function pushRoutes(
  app: FastifyInstance,
  push: Pick<Push, 'publicKey' | 'devices' | 'click'>,
  callers: Callers,
): void {
  const { devices } = push;
  const userOf = async (request: FastifyRequest): Promise<string> => {
    const { user } = await callers.user(request);
    if (user === undefined) throw new TidingsError('unauthenticated');
    return user;
  };

  app.get(
    '/push/key',
    {
      schema: {
        tags,
        security: [],
        summary: 'What browsers subscribe with',
        response: { 200: Type.Object({ publicKey: Type.String({ description: 'VAPID, base64url.' }) }) },
      },
    },
    async () => ({ publicKey: push.publicKey }),
  );

  app.get(
    '/push/subscriptions',
    {
      schema: {
        tags,
        security,
        summary: 'List one’s devices',
        response: { 200: Type.Object({ devices: Type.Array(DeviceAnswer) }), ...problems(...refusals) },
      },
    },
    async (request) => ({ devices: await devices.list(await userOf(request)) }),
  );

  app.post<{ Body: Static<typeof SubscribeBody> }>(
    '/push/subscriptions',
    {
      schema: {
        tags,
        security,
        summary: 'Add a device, or renew it',
        description:
          'The body is the browser’s PushSubscription as JSON. Beyond the limit of devices, the one that was renewed the longest ago makes room.',
        body: SubscribeBody,
        response: {
          200: DeviceAnswer,
          ...problems('invalid_request', 'malformed_message', 'forbidden', ...refusals),
        },
      },
    },
    async (request) => {
      const { label, ...given } = request.body;
      return devices.add(await userOf(request), given, label);
    },
  );

  app.delete<{ Params: Static<typeof DeviceParams> }>(
    '/push/subscriptions/:id',
    {
      schema: {
        tags,
        security,
        summary: 'Remove a device',
        description: 'Done also when there is none.',
        params: DeviceParams,
        response: { 204: NoContent, ...problems('invalid_request', ...refusals) },
      },
    },
    async (request, reply) => {
      await devices.remove(await userOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: Static<typeof RenewBody> }>(
    '/push/subscriptions/renew',
    {
      schema: {
        tags,
        security: [],
        summary: 'Put a subscription in the place of an old one',
        description:
          'For service workers, which have no token: knowing the old one’s secret shows that it is the same browser.',
        body: RenewBody,
        response: {
          200: DeviceAnswer,
          ...problems('invalid_request', 'malformed_message', 'not_found', ...refusals),
        },
      },
    },
    async (request) => {
      await callers.stranger(request);
      const { previous, subscription: given } = request.body;
      return devices.renew(previous, given);
    },
  );

  app.post<{ Body: Static<typeof ClickBody> }>(
    '/push/clicked',
    {
      schema: {
        tags,
        security: [],
        summary: 'Say that a notification was clicked',
        description: 'For service workers: the token of the message says whose it is. Each counts once.',
        body: ClickBody,
        response: {
          204: NoContent,
          ...problems(
            'invalid_request',
            'malformed_message',
            'not_found',
            'rate_limited',
            'storage_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      await callers.stranger(request);
      if (!(await push.click(request.body.token))) throw new TidingsError('not_found');
      return reply.code(204).send();
    },
  );
}
