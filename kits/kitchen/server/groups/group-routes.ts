/**
 * `/kitchen/groups`: households.
 *
 * @module
 */
import { type Static, type Tidings, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { requireUser } from '../callers.ts';
import { AnyId, UserId } from '../ids.ts';
import type { KitchenTables } from '../tables.ts';
import { createGroup, invite, join, leave, readGroup, readGroups } from './groups.ts';
import { hearGroup, leaveGroup } from './hear-group.ts';

type App = Parameters<NonNullable<KitPart<KitchenTables>['routes']>>[0];

const MAX_NAME = 100;
const MAX_USES = 100;

const GroupParams = Type.Object({ group: AnyId });
const MemberParams = Type.Object({ group: AnyId, user: UserId });
const closed = { additionalProperties: false } as const;
const GroupBody = Type.Object({ name: Type.String({ minLength: 1, maxLength: MAX_NAME }) }, closed);
const InvitationBody = Type.Object(
  {
    user_id: Type.Optional(UserId),
    uses: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_USES, default: 1 })),
  },
  closed,
);
const JoinBody = Type.Object({ code: Type.String({ minLength: 1, maxLength: 100 }) }, closed);

const userOnly = [{ userToken: [] }];
const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes. Whoever joins or leaves while connected hears the group from then on, or no more. */
export function groupRoutes(app: App, tidings: Tidings<KitchenTables>): void {
  const { db } = tidings;

  app.get(
    '/kitchen/groups',
    { schema: { security: userOnly, summary: 'The groups one is in' } },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return { groups: await readGroups(db, user) };
    },
  );

  app.post<{ Body: Static<typeof GroupBody> }>(
    '/kitchen/groups',
    { schema: { security: userOnly, summary: 'Make a group', body: GroupBody } },
    async (request, reply) => {
      const caller = await requireUser(tidings, request);
      const group = await createGroup(tidings, caller, request.body.name);
      await hearGroup(tidings, group.id, caller.user);
      return reply.code(201).send(group);
    },
  );

  app.get<{ Params: Static<typeof GroupParams> }>(
    '/kitchen/groups/:group',
    { schema: { security, summary: 'A group and its members', params: GroupParams } },
    async (request) => {
      const { server } = await tidings.callerOf(request);
      const reader = server ? undefined : (await requireUser(tidings, request)).user;
      return readGroup(db, reader, request.params.group);
    },
  );

  app.post<{ Params: Static<typeof GroupParams>; Body: Static<typeof InvitationBody> }>(
    '/kitchen/groups/:group/invitations',
    {
      schema: {
        security: userOnly,
        summary: 'Invite: a code by which others join, for seven days',
        params: GroupParams,
        body: InvitationBody,
      },
    },
    async (request, reply) => {
      const caller = await requireUser(tidings, request);
      const { user_id: user, uses } = request.body;
      return reply.code(201).send(await invite(tidings, caller, request.params.group, { user, uses }));
    },
  );

  app.post<{ Body: Static<typeof JoinBody> }>(
    '/kitchen/groups/join',
    { schema: { security: userOnly, summary: 'Join by an invitation', body: JoinBody } },
    async (request) => {
      const caller = await requireUser(tidings, request);
      const group = await join(tidings, caller, request.body.code);
      await hearGroup(tidings, group.id, caller.user);
      return group;
    },
  );

  app.delete<{ Params: Static<typeof MemberParams> }>(
    '/kitchen/groups/:group/members/:user',
    {
      schema: {
        security: userOnly,
        summary: 'Leave a group, or as its owner take somebody out',
        params: MemberParams,
      },
    },
    async (request, reply) => {
      const caller = await requireUser(tidings, request);
      const { group, user } = request.params;
      await leave(tidings, caller, group, user);
      leaveGroup(tidings, group, user);
      return reply.code(204).send();
    },
  );
}
