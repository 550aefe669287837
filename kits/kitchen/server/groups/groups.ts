/**
 * Groups: households and circles of friends that are told things together.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import { type KitTransaction, sql, type Tidings, TidingsError } from '@tidings/server/kit';
import type { CallingUser } from '../callers.ts';
import { groupChannel, userChannel } from '../channels.ts';
import { readId } from '../ids.ts';
import { plainText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];
type Transaction = KitTransaction<KitchenTables>;

/** A group as its members see it. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly members: readonly { readonly user_id: string; readonly name: string; readonly owner: boolean }[];
}

/** An invitation, as whoever made it gets it. */
export interface Invitation {
  readonly code: string;
  readonly group_id: string;
  /** ISO 8601. */
  readonly expires_at: string;
  readonly uses: number;
}

/** Groups that one user may be in, and members that one group may have. */
const MAX_GROUPS = 50;
const MAX_MEMBERS = 100;

const INVITATION_LIFETIME = 7 * 24 * 60 * 60 * 1000;
const CODE_BYTES = 16;

/** Whether a user is a member. */
export async function isMember(db: Db, group: string, user: string): Promise<boolean> {
  const id = readId(group);
  if (id === undefined) return false;
  const row = await db
    .selectFrom('kitchen_group_members')
    .select('user')
    .where('group', '=', id)
    .where('user', '=', user)
    .executeTakeFirst();
  return row !== undefined;
}

/** The ids of the groups that a user is in, the oldest first. */
export async function groupsOf(db: Db, user: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('kitchen_group_members')
    .select('group')
    .where('user', '=', user)
    .orderBy('group')
    .execute();
  return rows.map(({ group }) => String(group));
}

/** A group, for a member; `undefined` asks for a backend. @throws TidingsError `not_found`, also to those who are no members. */
export async function readGroup(db: Db, reader: string | undefined, group: string): Promise<Group> {
  const id = readId(group);
  const rows = id === undefined ? [] : await selectMembers(db).where('kitchen_groups.id', '=', id).execute();
  const [read] = toGroups(rows);
  if (!read || (reader !== undefined && !read.members.some(({ user_id }) => user_id === reader)))
    throw noSuchGroup();
  return read;
}

/** The groups that a user is in, the oldest first. */
export async function readGroups(db: Db, user: string): Promise<readonly Group[]> {
  const rows = await selectMembers(db)
    .where(({ eb, selectFrom }) =>
      eb(
        'kitchen_groups.id',
        'in',
        selectFrom('kitchen_group_members as own').select('own.group').where('own.user', '=', user),
      ),
    )
    .execute();
  return toGroups(rows);
}

/** Makes a group whose owner and only member is whoever makes it. @throws TidingsError `invalid_request`, `limit_reached`. */
export async function createGroup(tidings: Kitchen, caller: CallingUser, name: string): Promise<Group> {
  const text = plainText(name, 'The name of a group');
  const at = tidings.clock.now();
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const { id } = await db
      .insertInto('kitchen_groups')
      .values({ name: text, at })
      .returning('id')
      .executeTakeFirstOrThrow();
    await enter(transaction, id, caller, { owner: true, at });
    return readGroup(db, caller.user, String(id));
  });
}

/**
 * Makes an invitation. @param options `user`: the only one who may use it; `uses`: how often it can be used.
 *
 * @throws TidingsError `not_found`.
 */
export async function invite(
  tidings: Kitchen,
  { user: invitedBy, name }: CallingUser,
  group: string,
  { user, uses = 1 }: { readonly user?: string | undefined; readonly uses?: number | undefined },
): Promise<Invitation> {
  const { name: groupName } = await readGroup(tidings.db, invitedBy, group);
  const code = randomBytes(CODE_BYTES).toString('base64url');
  const expires = tidings.clock.now() + INVITATION_LIFETIME;
  await tidings.transaction(async ({ db, notify }) => {
    await db
      .insertInto('kitchen_group_invitations')
      .values({
        code: hash(code),
        group: Number(group),
        user: user ?? null,
        invited_by: invitedBy,
        expires,
        uses,
      })
      .execute();
    if (user !== undefined && userChannel(user))
      await notify(user, {
        template: 'group-invitation',
        values: { name, group: groupName },
        data: { group_id: group, code },
        url: `/kitchen?invitation=${code}`,
        expiresAt: expires,
      });
  });
  return { code, group_id: group, expires_at: new Date(expires).toISOString(), uses };
}

/**
 * Joins by an invitation; who is a member already stays one, and the invitation is not used up by it.
 *
 * @throws TidingsError `not_found` for a code that is none, is used up or has expired; `forbidden` when it is for somebody
 * else, `limit_reached` when there is no room.
 */
export async function join(tidings: Kitchen, caller: CallingUser, code: string): Promise<Group> {
  const at = tidings.clock.now();
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const invitation = await db
      .selectFrom('kitchen_group_invitations')
      .selectAll()
      .where('code', '=', hash(code))
      .where('expires', '>', at)
      .executeTakeFirst();
    if (!invitation) throw noSuchInvitation();
    const { group, user } = invitation;
    if (user !== null && user !== caller.user)
      throw new TidingsError('forbidden', 'This invitation is for somebody else.');
    await lockGroup(db, group);
    if (!(await isMember(db, String(group), caller.user))) {
      const { numUpdatedRows } = await db
        .updateTable('kitchen_group_invitations')
        .set({ uses: sql<number>`uses - 1` })
        .where('code', '=', invitation.code)
        .where('uses', '>', 0)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw noSuchInvitation();
      await enter(transaction, group, caller, { owner: false, at });
    }
    return readGroup(db, caller.user, String(group));
  });
}

/**
 * Takes a member out: oneself, or as an owner anybody. The last who goes ends the group; where no owner is left, the oldest
 * member becomes one.
 *
 * @throws TidingsError `not_found`, `forbidden`.
 */
export async function leave(
  tidings: Kitchen,
  { user: by }: Pick<CallingUser, 'user'>,
  group: string,
  user: string,
): Promise<void> {
  await tidings.transaction(async ({ db, publish }) => {
    const id = readId(group) ?? 0;
    await lockGroup(db, id);
    const { members } = await readGroup(db, by, group);
    if (by !== user && !members.some((member) => member.owner && member.user_id === by))
      throw new TidingsError('forbidden', 'Only an owner may take others out.');
    const rest = members.filter((member) => member.user_id !== user);
    if (rest.length === members.length) throw new TidingsError('not_found', 'There is no such member.');
    await db.deleteFrom('kitchen_group_members').where('group', '=', id).where('user', '=', user).execute();
    await publish({
      channel: groupChannel(group),
      event: 'GroupMemberLeft',
      data: { group_id: group, user_id: user },
    });
    await tellOwn(publish, user, { group_id: group, member: false });
    const [oldest] = rest;
    if (!oldest) await db.deleteFrom('kitchen_groups').where('id', '=', id).execute();
    else if (!rest.some(({ owner }) => owner))
      await db
        .updateTable('kitchen_group_members')
        .set({ owner: 1 })
        .where('group', '=', id)
        .where('user', '=', oldest.user_id)
        .execute();
  });
}

/** Deletes the invitations that have expired or are used up. */
export async function forgetInvitations({ db, clock }: Kitchen): Promise<void> {
  await db
    .deleteFrom('kitchen_group_invitations')
    .where(({ eb, or }) => or([eb('expires', '<=', clock.now()), eb('uses', '<=', 0)]))
    .execute();
}

async function enter(
  { db, publish }: Transaction,
  group: number,
  { user, name }: CallingUser,
  { owner, at }: { readonly owner: boolean; readonly at: number },
): Promise<void> {
  const members = await countRows(db, 'group', group);
  if (members >= MAX_MEMBERS)
    throw new TidingsError('limit_reached', `A group has ${MAX_MEMBERS} members at most.`);
  if ((await countRows(db, 'user', user)) >= MAX_GROUPS)
    throw new TidingsError('limit_reached', `One is in ${MAX_GROUPS} groups at most.`);
  await db
    .insertInto('kitchen_group_members')
    .values({ group, user, name, owner: owner ? 1 : 0, at })
    .onConflict((conflict) => conflict.columns(['group', 'user']).doNothing())
    .execute();
  const id = String(group);
  await publish({
    channel: groupChannel(id),
    event: 'GroupMemberJoined',
    data: { group_id: id, user_id: user, user_name: name },
  });
  await tellOwn(publish, user, { group_id: id, member: true });
}

/** Tells a user's own devices, which may hear nothing of the group itself: not yet, or no more. */
async function tellOwn(
  publish: Transaction['publish'],
  user: string,
  data: { readonly group_id: string; readonly member: boolean },
): Promise<void> {
  const channel = userChannel(user);
  if (channel) await publish({ channel, event: 'MembershipChanged', data });
}

/** Has those who come and go at the same moment do so one after the other. @throws TidingsError `not_found`. */
async function lockGroup(db: Db, id: number): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('kitchen_groups')
    .set((group) => ({ name: group.ref('name') }))
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw noSuchGroup();
}

/** The members of groups, in one statement, so that no group is without any. */
function selectMembers(db: Db) {
  return db
    .selectFrom('kitchen_groups')
    .innerJoin('kitchen_group_members as member', 'member.group', 'kitchen_groups.id')
    .select(['kitchen_groups.id', 'kitchen_groups.name as group_name'])
    .select(['member.user', 'member.name', 'member.owner'])
    .orderBy('kitchen_groups.id')
    .orderBy('member.at')
    .orderBy('member.user');
}

function toGroups(rows: Awaited<ReturnType<ReturnType<typeof selectMembers>['execute']>>): readonly Group[] {
  return [...Map.groupBy(rows, ({ id }) => id)].map(([id, members]) => ({
    id: String(id),
    name: members[0]?.group_name ?? '',
    members: members.map(({ user, name, owner }) => ({ user_id: user, name, owner: owner === 1 })),
  }));
}

async function countRows(db: Db, column: 'group' | 'user', value: string | number): Promise<number> {
  const { rows } = await db
    .selectFrom('kitchen_group_members')
    .select(({ fn }) => fn.countAll().as('rows'))
    .where(column, '=', value)
    .executeTakeFirstOrThrow();
  return Number(rows);
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}

function noSuchGroup(): TidingsError {
  return new TidingsError('not_found', 'There is no such group.');
}

function noSuchInvitation(): TidingsError {
  return new TidingsError('not_found', 'This invitation is none, is used up or has expired.');
}
