/**
 * `/kitchen/goals`: what a user wants to get to.
 *
 * @module
 */
import { type Static, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { requireUser } from '../callers.ts';
import { AnyId, Key } from '../ids.ts';
import type { KitchenTables } from '../tables.ts';
import {
  addProgress,
  changeGoal,
  createGoal,
  forgetSteps,
  MAX_AMOUNT,
  readGoal,
  readGoals,
  removeGoal,
} from './goals.ts';
import { GOAL_MIGRATIONS } from './tables.ts';

const MAX_TITLE = 200;
const MAX_UNIT = 20;

const fields = {
  title: Type.String({ minLength: 1, maxLength: MAX_TITLE }),
  target: Type.Number({ exclusiveMinimum: 0, maximum: MAX_AMOUNT, description: 'Kept to thousandths.' }),
  unit: Type.String({ maxLength: MAX_UNIT }),
};
const closed = { additionalProperties: false } as const;
const { title, target, unit } = fields;
const Body = Type.Object({ title, target, unit: Type.Optional(unit), key: Type.Optional(Key) }, closed);
const Changes = Type.Partial(Type.Object(fields), closed);
const Step = Type.Object(
  {
    by: Type.Number({ minimum: -MAX_AMOUNT, maximum: MAX_AMOUNT, description: 'Less than 0 takes back.' }),
    key: Type.Optional(Key),
  },
  closed,
);
const Params = Type.Object({ goal: AnyId });

const security = [{ userToken: [] }];

/** Goals of users. */
export function goalsPart(): KitPart<KitchenTables> {
  return {
    migrations: GOAL_MIGRATIONS,
    jobs: [{ name: 'forget steps', schedule: '37 * * * *', run: forgetSteps }],
    routes(app, tidings) {
      const { db } = tidings;

      app.get('/kitchen/goals', { schema: { security, summary: 'One’s goals' } }, async (request) => {
        const { user } = await requireUser(tidings, request);
        return { goals: await readGoals(db, user) };
      });

      app.post<{ Body: Static<typeof Body> }>(
        '/kitchen/goals',
        { schema: { security, summary: 'Set a goal', body: Body } },
        async (request, reply) => {
          const { user } = await requireUser(tidings, request);
          return reply.code(201).send(await createGoal(tidings, user, request.body));
        },
      );

      app.get<{ Params: Static<typeof Params> }>(
        '/kitchen/goals/:goal',
        { schema: { security, summary: 'One goal', params: Params } },
        async (request) => {
          const { user } = await requireUser(tidings, request);
          return readGoal(db, user, request.params.goal);
        },
      );

      app.patch<{ Params: Static<typeof Params>; Body: Static<typeof Changes> }>(
        '/kitchen/goals/:goal',
        { schema: { security, summary: 'Change a goal', params: Params, body: Changes } },
        async (request) => {
          const { user } = await requireUser(tidings, request);
          return changeGoal(tidings, user, request.params.goal, request.body);
        },
      );

      app.delete<{ Params: Static<typeof Params> }>(
        '/kitchen/goals/:goal',
        { schema: { security, summary: 'Remove a goal', params: Params } },
        async (request, reply) => {
          const { user } = await requireUser(tidings, request);
          await removeGoal(tidings, user, request.params.goal);
          return reply.code(204).send();
        },
      );

      app.post<{ Params: Static<typeof Params>; Body: Static<typeof Step> }>(
        '/kitchen/goals/:goal/progress',
        { schema: { security, summary: 'Add to the progress of a goal', params: Params, body: Step } },
        async (request) => {
          const { user } = await requireUser(tidings, request);
          return addProgress(tidings, user, request.params.goal, request.body);
        },
      );
    },
  };
}
