/**
 * `/forum/me`, `/forum/people` and `/forum/status`.
 *
 * @module
 */
import { Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Me, OnlineUsers, SetStatus, type Status } from '../../events.ts';
import { actorOf, userOf } from '../callers.ts';
import { findBan } from '../moderation/bans.ts';
import { line, security } from '../routes.ts';
import type { Forum } from '../tables.ts';
import { onlineUsers, searchPeople, setStatus } from './people.ts';
import { findPerson } from './person.ts';

/** Names that are offered for a mention. */
const MAX_FOUND = 10;

const SearchQuery = Type.Object({ q: line(100) });
const StatusBody = Type.Object(
  { status: SetStatus.properties.status, text: SetStatus.properties.text },
  { additionalProperties: false },
);
const StatusAnswer = Type.Object({ status: SetStatus.properties.status, text: Type.String() });
const Found = Type.Object({ user_id: Type.String(), username: Type.String() });

/** Adds the routes to the scope under `/api/v1`. */
export function peopleRoutes(app: FastifyInstance, forum: Forum): void {
  app.get(
    '/forum/me',
    { schema: { security, summary: 'Who one is to the forum', response: { 200: Me } } },
    async (request) => {
      const { user, name, moderator } = await userOf(forum, request);
      const person = await findPerson(forum.db, user);
      return {
        user_id: user,
        username: name,
        moderator,
        banned: (await findBan(forum.db, user)) ?? null,
        status: (person?.status ?? 'online') as Status,
        text: person?.text ?? '',
      };
    },
  );

  app.get(
    '/forum/people',
    { schema: { security, summary: 'Who is here', response: { 200: OnlineUsers } } },
    async (request) => {
      await actorOf(forum, request);
      return onlineUsers(forum);
    },
  );

  app.get<{ Querystring: Type.Static<typeof SearchQuery> }>(
    '/forum/people/search',
    {
      schema: {
        security,
        summary: 'People whose name or id begins so',
        querystring: SearchQuery,
        response: { 200: Type.Object({ people: Type.Array(Found) }) },
      },
    },
    async (request) => {
      await userOf(forum, request);
      return { people: await searchPeople(forum.db, request.query.q, MAX_FOUND) };
    },
  );

  app.put<{ Body: Type.Static<typeof StatusBody> }>(
    '/forum/status',
    {
      schema: {
        security,
        summary: 'Say how one wants to be seen',
        body: StatusBody,
        response: { 200: StatusAnswer },
      },
    },
    async (request) => setStatus(forum, await userOf(forum, request), request.body),
  );
}
