/**
 * `/kitchen/users`: who follows whom.
 *
 * @module
 */
import { type Static, type Tidings, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { requireUser } from '../callers.ts';
import { UserId } from '../ids.ts';
import type { KitchenTables } from '../tables.ts';
import { readFollows, readProfile, setFollow } from './follows.ts';

type App = Parameters<NonNullable<KitPart<KitchenTables>['routes']>>[0];

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

const Params = Type.Object({ user: UserId });
const Page = Type.Object({
  after: Type.Optional(UserId),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes. */
export function followRoutes(app: App, tidings: Tidings<KitchenTables>): void {
  const { db } = tidings;

  app.get<{ Params: Static<typeof Params> }>(
    '/kitchen/users/:user',
    { schema: { security, summary: 'How many posts, followers and followed a user has', params: Params } },
    async (request) => {
      const { identity } = await tidings.callerOf(request);
      return readProfile(db, identity.user, request.params.user);
    },
  );

  for (const [method, summary, active] of [
    ['PUT', 'Follow a user', true],
    ['DELETE', 'Follow a user no more', false],
  ] as const)
    app.route<{ Params: Static<typeof Params> }>({
      method,
      url: '/kitchen/users/:user/follow',
      schema: { security, summary, params: Params },
      handler: async (request) =>
        setFollow(tidings, await requireUser(tidings, request), request.params.user, active),
    });

  for (const [which, summary] of [
    ['followers', 'Who follows a user, by id'],
    ['following', 'Whom a user follows, by id'],
  ] as const)
    app.get<{ Params: Static<typeof Params>; Querystring: Static<typeof Page> }>(
      `/kitchen/users/:user/${which}`,
      { schema: { security, summary, params: Params, querystring: Page } },
      async (request) => {
        await tidings.callerOf(request);
        const { after, limit = DEFAULT_PAGE } = request.query;
        const users = await readFollows(db, request.params.user, which, { after, limit });
        return { users, next: users.length < limit ? null : users.at(-1) };
      },
    );
}
