/**
 * `/notifications`: telling users, and a user's own inbox. What a user may do here, a socket does by `inbox.…`.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import {
  type Inbox,
  ListQuery,
  type NewNotification,
  NotificationPage,
  newNotificationFields,
  Preferences,
  Target,
} from '../features/inbox/index.ts';
import { problems } from './answers.ts';
import { type Callers, requireServer } from './caller.ts';
import type { HttpParts } from './parts.ts';
import { runCommand } from './run-command.ts';

const User = Type.String({ minLength: 1, maxLength: 128, examples: ['alice'] });

const NotifyBody = Type.Object(
  {
    user: Type.Optional(User),
    users: Type.Optional(Type.Array(Type.String(), { minItems: 1, description: 'Instead of `user`.' })),
    ...newNotificationFields,
  },
  {
    additionalProperties: false,
    examples: [
      {
        user: 'alice',
        key: 'order-7-shipped',
        category: 'orders.shipped',
        texts: { en: { title: 'On its way', body: 'Your order 7 was shipped.' } },
        url: '/orders/7',
      },
    ],
  },
);

const Notified = Type.Object({
  notifications: Type.Array(
    Type.Object({
      user: Type.String(),
      id: Type.String(),
      created: Type.Boolean({ description: 'False when there was one under the same key before.' }),
    }),
    { description: 'Each user once.' },
  ),
});

const Marked = Type.Object({
  changed: Type.Integer({ description: 'Notifications that were not marked so before.' }),
  unread: Type.Integer(),
  unseen: Type.Integer(),
});

const tags = ['notifications'];
const own = [{ userToken: [] }];
const refusals = ['invalid_request', 'unauthenticated', 'invalid_token', 'rate_limited'] as const;

/** Adds the routes to a scope under `/api/v1`. */
export function notificationRoutes(
  app: FastifyInstance,
  parts: HttpParts & { readonly inbox: Inbox },
  callers: Callers,
): void {
  const { core, inbox } = parts;

  app.post<{ Body: Static<typeof NotifyBody> }>(
    '/notifications',
    {
      onRequest: requireServer(parts),
      schema: {
        tags,
        security: [{ apiKey: [] }],
        summary: 'Tell users something',
        description: 'With a `key`, a repeat of the same call tells nobody twice.',
        body: NotifyBody,
        response: {
          200: Notified,
          ...problems(
            'invalid_request',
            'malformed_message',
            'message_too_large',
            'message_too_deep',
            'invalid_api_key',
          ),
        },
      },
    },
    async ({ body: { user, users, ...notification } }) => {
      if ((user === undefined) === (users === undefined))
        throw new TidingsError('invalid_request', 'A notification goes to either `user` or `users`.');
      const told = await inbox.notify(users ?? [user as string], notification as NewNotification);
      return { notifications: [...told] };
    },
  );

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/notifications',
    {
      schema: {
        tags,
        security: own,
        summary: 'Read one’s notifications',
        querystring: ListQuery,
        response: { 200: NotificationPage, ...problems(...refusals, 'bad_cursor') },
      },
    },
    async (request) =>
      (await runCommand(
        core,
        { name: 'inbox.list', data: request.query },
        await callers.user(request),
      )) as Static<typeof NotificationPage>,
  );

  const marks = [
    { mark: 'seen', summary: 'Say that one has seen notifications' },
    { mark: 'read', summary: 'Say that one has read notifications' },
    { mark: 'archive', summary: 'Put notifications away' },
  ];
  for (const { mark, summary } of marks)
    app.post<{ Body: Static<typeof Target> }>(
      `/notifications/${mark}`,
      {
        schema: {
          tags,
          security: own,
          summary,
          body: Target,
          response: { 200: Marked, ...problems(...refusals, 'malformed_message') },
        },
      },
      async (request) =>
        (await runCommand(
          core,
          { name: `inbox.${mark}`, data: request.body },
          await callers.user(request),
        )) as Static<typeof Marked>,
    );

  app.get(
    '/notifications/preferences',
    {
      schema: {
        tags,
        security: own,
        summary: 'Read what one wants to be told of',
        response: { 200: Preferences, ...problems(...refusals) },
      },
    },
    async (request) =>
      (await runCommand(
        core,
        { name: 'inbox.preferences', data: {} },
        await callers.user(request),
      )) as Preferences,
  );

  app.put<{ Body: Preferences }>(
    '/notifications/preferences',
    {
      schema: {
        tags,
        security: own,
        summary: 'Say what one wants to be told of',
        description: 'Replaces what was said before.',
        body: Preferences,
        response: { 200: Preferences, ...problems(...refusals, 'malformed_message') },
      },
    },
    async (request) =>
      (await runCommand(
        core,
        { name: 'inbox.setPreferences', data: request.body },
        await callers.user(request),
      )) as Preferences,
  );
}
