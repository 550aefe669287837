/**
 * People: who is here, on whatever server and transport, and how they want to be seen.
 *
 * Everybody with a session is a member of a channel that nobody hears; its presence says who is here.
 *
 * @module
 */
import { type Call, type ChannelEvent, type Session, sql, TidingsError } from '@tidings/server/kit';
import { perServer } from '../../../shared/server/per-server.ts';
import type { OnlineUsers, Person, Status, UserStatusChange } from '../../events.ts';
import { refuseBanned } from '../access.ts';
import { actorFrom, asUser, type User } from '../callers.ts';
import { EVERYBODY, ONLINE, userChannel } from '../channels.ts';
import type { Db, Forum } from '../tables.ts';
import { likePattern } from '../threads/text.ts';
import { findPerson, lockPerson, newPerson, type PersonRow } from './person.ts';
import { SharedRun } from './shared-run.ts';

/** People that one list has. */
const MAX_LISTED = 1000;
/** People whose names one query asks for. */
const MAX_ASKED = 500;

/** What others may know of somebody who is here; of who is invisible, nothing. */
function personView({ user, name, status, text }: PersonRow): Person | undefined {
  if (status === 'invisible') return undefined;
  return { user_id: user, username: name, status: status as Person['status'], text };
}

/** What `panel:online` is told of somebody. */
function changeView(person: PersonRow, here: boolean, at: number): UserStatusChange {
  const seen = here ? personView(person) : undefined;
  return {
    user_id: person.user,
    username: person.name,
    online: seen !== undefined,
    timestamp: new Date(at).toISOString(),
    status: seen?.status ?? 'offline',
    text: seen?.text ?? '',
  };
}

/** Sessions that were welcomed as a user, and when that is done. */
const welcomed = new WeakMap<Session, { readonly user: string | undefined; readonly done: Promise<void> }>();

/**
 * A session is in, or has said who it is: its user is here, and a Socket.IO client hears what its kind expects to. Asked again,
 * waits until that is so.
 */
export function welcome(session: Session, forum: Forum): Promise<void> {
  const { user } = session.identity;
  const before = welcomed.get(session);
  if (before && before.user === user) return before.done;
  const done = letIn(session, forum);
  welcomed.set(session, { user, done });
  done.catch(() => welcomed.delete(session));
  return done;
}

async function letIn(session: Session, forum: Forum): Promise<void> {
  const { identity, transport } = session;
  const { user } = identity;
  const own = user === undefined ? undefined : userChannel(user);
  // First, so that who asks next who is here misses nobody who comes after.
  if (transport === 'socketio') await forum.follow(session, own ? [ONLINE, own] : [ONLINE]);
  if (user === undefined) return;
  await rememberPerson(forum, asUser(actorFrom(identity)));
  await forum.follow(session, [EVERYBODY]);
}

/** Keeps what somebody is called. */
async function rememberPerson({ db }: Forum, user: User): Promise<void> {
  const known = await findPerson(db, user.user);
  if (known?.name === user.name) return;
  const { name, search_name } = newPerson(user);
  await db
    .insertInto('forum_people')
    .values(newPerson(user))
    .onConflict((conflict) => conflict.column('user').doUpdateSet({ name, search_name }))
    .execute();
}

/** Somebody came or went, as the presence of all says: tells everybody, once for all servers. */
export function tellComing(forum: Forum, { event, json, epoch, offset }: ChannelEvent): Promise<void> {
  const { user } = JSON.parse(json) as { readonly user: string };
  return forum.transaction(async ({ db, publish }) => {
    // Held, so that what it says of itself meanwhile is told after this.
    const person = await holdPerson(db, user);
    if (!person || person.status === 'invisible') return;
    await publish({
      channel: ONLINE,
      event: 'user_status_change',
      data: changeView(person, event === 'join', forum.clock.now()),
      conflate: user,
      key: `${epoch}:${offset}`,
    });
  });
}

function holdPerson(db: Db, user: string): Promise<PersonRow | undefined> {
  return db
    .updateTable('forum_people')
    .set((row) => ({ status: row.ref('status') }))
    .where('user', '=', user)
    .returningAll()
    .executeTakeFirst();
}

/** Says how somebody wants to be seen. @throws TidingsError `invalid_request`; `forbidden` for who is banned */
export async function setStatus(
  forum: Forum,
  user: User,
  { status, text = '' }: { readonly status: Status; readonly text?: string | undefined },
  answers?: Call,
): Promise<{ readonly status: Status; readonly text: string }> {
  if (/\p{Cc}/u.test(text)) throw new TidingsError('invalid_request', 'The "text" is one line.');
  const said = text.toWellFormed().trim();
  if (!user.moderator) await refuseBanned(forum.db, user.user);
  const here = await isHere(forum, user.user);
  return forum.transaction(
    async ({ db, publish }) => {
      const before = await lockPerson(db, user);
      const person = { ...before, status, text: said };
      await db
        .updateTable('forum_people')
        .set({ status, text: said })
        .where('user', '=', user.user)
        .execute();
      // Whether they were here was so a moment ago; that they look offline now is so in any case.
      if (status === 'invisible' ? before.status !== 'invisible' : here)
        await publish({
          channel: ONLINE,
          event: 'user_status_change',
          data: changeView(person, true, forum.clock.now()),
          conflate: user.user,
        });
      return { status, text: said };
    },
    { answers },
  );
}

async function isHere(forum: Forum, user: string): Promise<boolean> {
  if (forum.sessionsOf(user).length > 0) return true;
  const { members } = await forum.presenceOf(EVERYBODY);
  return members.some((member) => member.user === user);
}

/** When many come back at once, they are given one list. */
const everybody = perServer((forum: Forum) => new SharedRun(() => membersOf(forum, EVERYBODY)));

/** Who is here and may be seen. */
export function onlineUsers(forum: Forum): Promise<OnlineUsers> {
  return everybody(forum).run();
}

/** Who follows a channel and may be seen, in order of their ids. */
export async function membersOf({ db, presenceOf }: Forum, channel: string): Promise<OnlineUsers> {
  const { members } = await presenceOf(channel);
  const invisible = await db
    .selectFrom('forum_people')
    .select('user')
    .where('status', '=', 'invisible')
    .execute();
  const hidden = new Set(invisible.map(({ user }) => user));
  const seen = members
    .map(({ user }) => user)
    .filter((user) => !hidden.has(user) && !user.startsWith('anonymous:'))
    .sort();
  return { users: await peopleOf(db, seen.slice(0, MAX_LISTED)), count: seen.length };
}

/** Users as others see them, in the same order. */
async function peopleOf(db: Db, users: readonly string[]): Promise<Person[]> {
  const known = new Map<string, PersonRow>();
  for (let from = 0; from < users.length; from += MAX_ASKED) {
    const rows = await db
      .selectFrom('forum_people')
      .selectAll()
      .where('user', 'in', users.slice(from, from + MAX_ASKED))
      .execute();
    for (const row of rows) known.set(row.user, row);
  }
  return users.flatMap((user) => personView(known.get(user) ?? newPerson({ user, name: user })) ?? []);
}

/** People whose name or id begins so, for mentions. */
export async function searchPeople(db: Db, query: string, limit: number) {
  const pattern = likePattern(query).slice(1);
  const rows = await db
    .selectFrom('forum_people')
    .select(['user', 'name'])
    .where(
      sql<boolean>`(search_name like ${pattern} escape '\\' or lower("user") like ${pattern} escape '\\')`,
    )
    .orderBy('search_name')
    .orderBy('user')
    .limit(limit)
    .execute();
  return rows.map(({ user, name }) => ({ user_id: user, username: name }));
}
