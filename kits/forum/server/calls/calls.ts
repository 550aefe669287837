/**
 * Who is in the call of a thread. It is known by the database, so that all servers agree, and a call is never fuller than it
 * may be.
 *
 * A user has one seat in a call, by one connection. A connection that is lost leaves its seat a while later, so that who
 * comes back in time has never been away: what is said in a call goes from browser to browser.
 *
 * @module
 */
import { type KitTransaction, type Session, TidingsError } from '@tidings/server/kit';
import type { CallMember, CallMembers } from '../../events.ts';
import type { User } from '../callers.ts';
import { callChannel } from '../channels.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { sendTo } from './signals.ts';

type Transaction = KitTransaction<ForumTables>;
type MemberRow = ForumTables['forum_call_members'];

/** A seat is taken back so long after its server has renewed it last, milliseconds. */
const LEASE = 30_000;

/** Renewals in the time of a lease, so that two may fail. */
const RENEWALS = 3;

/** How often a server renews the seats of its connections, milliseconds. */
export const RENEWAL = LEASE / RENEWALS;

/** How long the seat of a lost connection waits for its user, milliseconds. */
const GRACE = 10_000;

/** Takes a seat for a user; one that the user had by another connection is moved. @throws TidingsError `limit_reached` */
export function takeSeat(
  { clock, transaction }: Forum,
  { user, name }: User,
  { thread, session, size }: { readonly thread: string; readonly session: Session; readonly size: number },
): Promise<readonly CallMember[]> {
  return transaction(async (transaction) => {
    const { db } = transaction;
    const now = clock.now();
    await lockCall(db, thread);
    const before = await readSeats(db, thread);
    const seats = before.filter(({ until }) => until > now);
    const own = seats.find((seat) => seat.user === user);
    if (!own && seats.length >= size)
      throw new TidingsError('limit_reached', `There are ${size} in a call at most.`);
    const seat = { name, session: session.id, until: now + LEASE };
    await db
      .deleteFrom('forum_call_members')
      .where('thread', '=', thread)
      .where('until', '<=', now)
      .execute();
    await db
      .insertInto('forum_call_members')
      .values({ thread, user, joined: Math.max(now, ...seats.map(({ joined }) => joined + 1)), ...seat })
      .onConflict((conflict) => conflict.columns(['thread', 'user']).doUpdateSet(seat))
      .execute();
    if (own && own.session !== session.id)
      await sendTo(transaction, own, 'call_ended', { thread_id: thread, reason: 'elsewhere' });
    if (own && own.name === name && before.length === seats.length) return seats.map(memberView);
    return tellMembers(transaction, thread);
  });
}

/** Gives back the seat that a connection has. */
export function leaveSeat(
  { transaction }: Forum,
  { thread, user, session }: Pick<MemberRow, 'thread' | 'user' | 'session'>,
): Promise<readonly CallMember[]> {
  return transaction(async (transaction) => {
    const { db } = transaction;
    await holdCall(db, thread);
    const { numDeletedRows } = await db
      .deleteFrom('forum_call_members')
      .where('thread', '=', thread)
      .where('user', '=', user)
      .where('session', '=', session)
      .executeTakeFirst();
    return numDeletedRows > 0n
      ? tellMembers(transaction, thread)
      : (await readSeats(db, thread)).map(memberView);
  });
}

/** Who is in a call, in the order in which they came. */
export async function readMembers({ db, clock }: Forum, thread: string): Promise<readonly CallMember[]> {
  const now = clock.now();
  return (await readSeats(db, thread)).filter(({ until }) => until > now).map(memberView);
}

/** The seats of a call that two users have. @throws TidingsError `forbidden`, `not_found` */
export async function seatsOf(
  { db, clock }: Forum,
  thread: string,
  { from, session, to }: { readonly from: string; readonly session: string; readonly to: string },
): Promise<{ readonly own: MemberRow; readonly other: MemberRow }> {
  const now = clock.now();
  const seats = (await readSeats(db, thread)).filter(({ until }) => until > now);
  const own = seats.find((seat) => seat.user === from && seat.session === session);
  if (!own) throw new TidingsError('forbidden', 'This connection is not in the call; join it first.');
  const other = seats.find((seat) => seat.user === to);
  if (!other || other === own)
    throw new TidingsError('not_found', 'There is nobody of this name in the call.');
  return { own, other };
}

/** Renews the seats of connections, milliseconds from now on. @param thread only the seat in this call */
export async function renewSeats({ db, clock }: Forum, sessions: readonly string[]): Promise<void> {
  if (sessions.length === 0) return;
  await db
    .updateTable('forum_call_members')
    .set({ until: clock.now() + LEASE })
    .where('session', 'in', sessions)
    .execute();
}

/** Has the seats of lost connections wait for their users, no longer than a while. */
export async function loseSeats({ db, clock }: Forum, sessions: readonly string[]): Promise<void> {
  if (sessions.length === 0) return;
  await db
    .updateTable('forum_call_members')
    .set({ until: clock.now() + GRACE })
    .where('session', 'in', sessions)
    .execute();
}

/** Takes back the seats whose time is over, and tells who is left. */
export async function sweepSeats(forum: Forum): Promise<void> {
  const { db, clock } = forum;
  const over = await db
    .selectFrom('forum_call_members')
    .select('thread')
    .distinct()
    .where('until', '<=', clock.now())
    .execute();
  for (const { thread } of over)
    await forum.transaction(async (transaction) => {
      await holdCall(transaction.db, thread);
      const { numDeletedRows } = await transaction.db
        .deleteFrom('forum_call_members')
        .where('thread', '=', thread)
        .where('until', '<=', clock.now())
        .executeTakeFirst();
      if (numDeletedRows > 0n) await tellMembers(transaction, thread);
    });
}

/** Holds a call until the end of the transaction, and makes it, when there is none. */
async function lockCall(db: Db, thread: string): Promise<void> {
  await db
    .insertInto('forum_calls')
    .values({ thread })
    .onConflict((conflict) => conflict.column('thread').doUpdateSet({ thread }))
    .execute();
}

/** Holds a call until the end of the transaction, if there is one: its thread may be deleted by now. */
async function holdCall(db: Db, thread: string): Promise<void> {
  await db.updateTable('forum_calls').set({ thread }).where('thread', '=', thread).execute();
}

function readSeats(db: Db, thread: string): Promise<readonly MemberRow[]> {
  return db
    .selectFrom('forum_call_members')
    .selectAll()
    .where('thread', '=', thread)
    .orderBy('joined')
    .orderBy('user')
    .execute();
}

async function tellMembers({ db, publish }: Transaction, thread: string): Promise<readonly CallMember[]> {
  const members = (await readSeats(db, thread)).map(memberView);
  const data: CallMembers = { thread_id: thread, members };
  await publish({ channel: callChannel(thread), event: 'call_members', data });
  return members;
}

function memberView({ user, name }: MemberRow): CallMember {
  return { user_id: user, username: name };
}
