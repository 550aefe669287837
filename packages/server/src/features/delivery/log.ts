import { TidingsError } from '@tidings/protocol';
import type { Kysely } from 'kysely';
import Type, { type Static } from 'typebox';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Row, Tables } from './queue.ts';
import { STATES } from './tables.ts';

const Courier = Type.Enum(['push', 'email']);
const State = Type.Enum([...STATES]);
const Moment = Type.Integer({ description: 'Milliseconds since 1970-01-01 UTC.' });

/** One delivery, for the operator. */
export const DeliveryView = Type.Object({
  id: Type.String(),
  notification: Type.String(),
  user: Type.String(),
  courier: Courier,
  state: State,
  due: Type.Integer({
    description: 'When it is looked at, while it waits; milliseconds since 1970-01-01 UTC.',
  }),
  attempts: Type.Integer(),
  digest: Type.Optional(Type.String({ description: 'The digest that it went out with.' })),
  created: Moment,
  updated: Moment,
  detail: Type.String({ description: 'What was said last.' }),
});
export type DeliveryView = Static<typeof DeliveryView>;

/** A delivery with everything that happened to it, in order. */
export const DeliveryWithLog = Type.Object({
  ...DeliveryView.properties,
  log: Type.Array(Type.Object({ at: Moment, step: Type.String(), detail: Type.String() })),
});
export type DeliveryWithLog = Static<typeof DeliveryWithLog>;

/** Which deliveries. */
export interface DeliveryQuery {
  readonly user?: string | undefined;
  readonly notification?: string | undefined;
  readonly state?: string | undefined;
  readonly courier?: string | undefined;
  /** The id before the first. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Deliveries, those of the newest notifications first. */
export async function listDeliveries(
  db: Kysely<CoreTables>,
  { after, limit, ...filter }: DeliveryQuery,
): Promise<readonly DeliveryView[]> {
  let query = db.withTables<Tables>().selectFrom('deliveries').selectAll();
  for (const column of ['user', 'notification', 'state', 'courier'] as const) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (after !== undefined) query = query.where('id', '<', after);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return (rows as unknown as Row[]).map(viewOf);
}

/** One delivery with its log. @throws TidingsError `not_found`. */
export async function readDelivery(db: Kysely<CoreTables>, id: string): Promise<DeliveryWithLog> {
  const tables = db.withTables<Tables>();
  const row = await tables.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new TidingsError('not_found', 'There is no such delivery.');
  const log = await tables
    .selectFrom('delivery_steps')
    .select(['at', 'step', 'detail'])
    .where('delivery', '=', id)
    .orderBy('id')
    .execute();
  return { ...viewOf(row as unknown as Row), log };
}

function viewOf(row: Row): DeliveryView {
  const { id, notification, user, courier, state, due, attempts, digest, created, updated, detail } = row;
  return {
    id,
    notification,
    user,
    courier,
    state,
    due,
    attempts,
    ...(digest === null ? {} : { digest }),
    created,
    updated,
    detail,
  };
}
