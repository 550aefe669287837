import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Db } from '../kits/forum/server/tables.ts';
import type { ConfigInput } from '../packages/server/src/config.ts';
import { openDatabase } from '../packages/server/src/storage/database.ts';
import { type RunningForum, startForum } from './support/forum/start-forum.ts';
import { DATABASES } from './support/kitchen/both-databases.ts';
import { useStores } from './support/start-cluster.ts';
import { onTeardown } from './support/teardown.ts';

const SECOND = 1000;

const stores = useStores();

/** The configuration of servers on a kind of database; those on PostgreSQL share their events by Redis. */
const configOf = async (kind: (typeof DATABASES)[number]): Promise<ConfigInput> =>
  kind === 'SQLite' ? {} : stores.fresh();

/** Until when the seats of a call hold. */
async function watchSeats({ data }: RunningForum, { database }: ConfigInput, thread: string) {
  const db = (await openDatabase({
    directory: data,
    url: database,
    onError() {},
  })) as unknown as Db;
  onTeardown(() => db.destroy());
  return async () => {
    const seats = await db
      .selectFrom('forum_call_members')
      .select('until')
      .where('thread', '=', thread)
      .execute();
    return seats.map(({ until }) => until);
  };
}

const names = ({ members }: Record<string, unknown>) =>
  (members as { user_id: string }[]).map(({ user_id }) => user_id);

/** Who is in a call, as somebody reads it who is not. */
const membersOf = async (forum: RunningForum, thread_id: string) =>
  names((await forum.as('reader').post('/commands/call_members', { thread_id })).body);

/** Lets time pass until something has come, no faster than the seats of those who are there are renewed. */
async function passUntil(
  { clock }: RunningForum,
  seats: () => Promise<readonly number[]>,
  come: Promise<unknown>,
): Promise<void> {
  let here = false;
  void come.then(() => {
    here = true;
  });
  await expect
    .poll(async () => {
      if (here) return true;
      if (Math.max(...(await seats())) > clock.now() + 15 * SECOND) clock.jump(5 * SECOND);
      return here;
    })
    .toBe(true);
}

describe.each(DATABASES)('a call on %s', (database) => {
  it('introduces its members to one another, and to nobody else', async () => {
    const forum = await startForum({ config: await configOf(database) });
    const thread_id = await forum.thread();
    const ayse = await forum.socket('ayse', { name: 'Ayşe' });
    const berk = await forum.native('berk', { name: 'Berk' });
    const cem = await forum.socket('cem');
    expect(await ayse.ask('call_join', { thread_id, user_id: 'ayse' })).toEqual({
      thread_id,
      channel: `call:${thread_id}`,
      members: [{ user_id: 'ayse', username: 'Ayşe' }],
      ice_servers: [],
    });
    const joined = await berk.ask('call_join', { data: { thread_id } });
    expect(names(joined.data ?? {})).toEqual(['ayse', 'berk']);
    const both = (data: Record<string, unknown>) => names(data).length === 2;
    expect(await ayse.take('call_members', both)).toMatchObject({ thread_id });

    const offer = { description: { type: 'offer', sdp: 'v=0' } };
    const answer = { description: { type: 'answer', sdp: 'v=0' } };
    await ayse.ask('call_signal', { thread_id, to: 'berk', data: offer });
    const heard = await berk.messages.take(({ event }) => event === 'call_signal');
    expect(heard).toMatchObject({
      type: 'direct',
      data: { thread_id, from: 'ayse', username: 'Ayşe', data: offer },
    });
    await berk.ask('call_signal', { data: { thread_id, to: 'ayse', data: answer } });
    expect(await ayse.take('call_signal')).toMatchObject({ from: 'berk', data: answer });

    // Who is not in the call says nothing to those who are, and nobody talks to them.
    await expect(cem.ask('call_signal', { thread_id, to: 'ayse', data: offer })).rejects.toThrow('forbidden');
    for (const to of ['cem', 'ayse', 'nobody'])
      await expect(ayse.ask('call_signal', { thread_id, to, data: offer })).rejects.toThrow('not_found');
    await expect(
      ayse.ask('call_signal', { thread_id, to: 'berk', data: 'x'.repeat(40_000) }),
    ).rejects.toThrow('message_too_large');

    expect(names(await ayse.ask('call_leave', { thread_id }))).toEqual(['berk']);
    await berk.event(({ event, data }) => event === 'call_members' && names(data ?? {}).length === 1);
    expect(await membersOf(forum, thread_id)).toEqual(['berk']);
    expect(cem.heard.all.filter(({ event }) => event.startsWith('call_'))).toEqual([]);
  });

  it('is never fuller than it may be, however many come at once, on two servers', async () => {
    const options = { callSize: 3 };
    const config = await configOf(database);
    const one = await startForum({ options, config });
    const other = database === 'SQLite' ? one : await startForum({ options, config, clock: one.clock });
    const thread_id = await one.thread();
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const client = await (index % 2 === 0 ? one : other).native(`user${index}`);
        return client.ask('call_join', { data: { thread_id } });
      }),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
    for (const { error } of answers.filter(({ ok }) => !ok)) expect(error?.code).toBe('limit_reached');
    expect(await membersOf(other, thread_id)).toHaveLength(3);
  });

  it('keeps the seat of a lost connection for a while, and then tells that it is free', async () => {
    const config = await configOf(database);
    const forum = await startForum({ config });
    const thread_id = await forum.thread();
    const ayse = await forum.socket('ayse');
    const berk = await forum.native('berk');
    await ayse.ask('call_join', { thread_id });
    await berk.ask('call_join', { data: { thread_id } });
    await ayse.take('call_members', (data) => names(data).length === 2);
    berk.ws.terminate();
    await berk.closed;
    // Back in time: nobody has noticed, and the new connection is the one that is talked to.
    const again = await forum.native('berk');
    expect(names((await again.ask('call_join', { data: { thread_id } })).data ?? {})).toEqual([
      'ayse',
      'berk',
    ]);
    await ayse.ask('call_signal', { thread_id, to: 'berk', data: 1 });
    await again.messages.take(({ event }) => event === 'call_signal');
    // However long it lasts, who is there stays in.
    const seats = await watchSeats(forum, config, thread_id);
    for (let passed = 0; passed < 60; passed += 10) {
      forum.clock.jump(10 * SECOND);
      const until = forum.clock.now() + 30 * SECOND;
      await expect.poll(seats).toEqual([until, until]);
    }
    expect(await membersOf(forum, thread_id)).toEqual(['ayse', 'berk']);
    again.ws.terminate();
    await again.closed;
    const left = ayse.take('call_members', (data) => names(data).length === 1);
    await passUntil(forum, seats, left);
    expect(names(await left)).toEqual(['ayse']);
  });
});

it('moves to the connection by which a user comes last', async () => {
  const forum = await startForum();
  const thread_id = await forum.thread();
  const laptop = await forum.socket('ayse');
  const phone = await forum.socket('ayse');
  await laptop.ask('call_join', { thread_id });
  expect(names(await phone.ask('call_join', { thread_id }))).toEqual(['ayse']);
  expect(await laptop.take('call_ended')).toEqual({ thread_id, reason: 'elsewhere' });
  // What the one does that has no seat any more, does the other no harm.
  expect(names(await laptop.ask('call_leave', { thread_id }))).toEqual(['ayse']);
  expect(names(await phone.ask('call_leave', { thread_id }))).toEqual([]);
});

it('passes on to another server what is said to somebody there', async () => {
  const config = await configOf('PostgreSQL');
  const one = await startForum({ config });
  const other = await startForum({ config, clock: one.clock });
  const thread_id = await one.thread();
  const ayse = await one.socket('ayse');
  const berk = await other.socket('berk');
  await ayse.ask('call_join', { thread_id });
  expect(names(await berk.ask('call_join', { thread_id }))).toEqual(['ayse', 'berk']);
  await ayse.take('call_members', (data) => names(data).length === 2);
  for (let count = 0; count < 20; count += 1)
    await ayse.ask('call_signal', { thread_id, to: 'berk', data: count });
  for (let count = 0; count < 20; count += 1)
    expect(await berk.take('call_signal')).toMatchObject({ from: 'ayse', data: count });
  // A server that goes down leaves seats that nobody renews.
  await other.stop();
  const left = ayse.take('call_members', (data) => names(data).length === 1);
  await passUntil(one, await watchSeats(one, config, thread_id), left);
});

it('says by which servers browsers find each other', async () => {
  const urls = ['turn:turn.example.org'];
  const forum = await startForum({
    options: {
      iceServers: [{ urls: 'stun:stun.example.org' }, { urls }],
      turnSecret: 'north',
      turnLifetime: 60_000,
    },
  });
  const thread_id = await forum.thread();
  const ayse = await forum.socket('ayse');
  const username = `${Math.floor((forum.clock.now() + 60_000) / 1000)}:ayse`;
  expect((await ayse.ask('call_join', { thread_id })).ice_servers).toEqual([
    { urls: 'stun:stun.example.org' },
    { urls, username, credential: createHmac('sha1', 'north').update(username).digest('base64') },
  ]);
});

it('is there for those who may read the thread alone, and ends for who may no more', async () => {
  const forum = await startForum();
  const thread_id = await forum.thread({ private: true });
  const { board_id } = (await forum.moderator.get(`/forum/threads/${thread_id}`)).body;
  const path = `/forum/boards/${board_id}/members/berk`;
  const berk = await forum.socket('berk');
  for (const command of ['call_join', 'call_leave', 'call_members'])
    await expect(berk.ask(command, { thread_id })).rejects.toThrow('not_found');
  await expect(berk.ask('call_join', { thread_id, user_id: 'ayse' })).rejects.toThrow('forbidden');
  await forum.moderator.call('PUT', path);
  await berk.ask('call_join', { thread_id });
  const ayse = await forum.socket('ayse', { roles: ['moderator'] });
  expect(names(await ayse.ask('call_join', { thread_id }))).toEqual(['berk', 'ayse']);
  await forum.moderator.call('DELETE', path);
  await expect(berk.ask('call_signal', { thread_id, to: 'ayse', data: 1 })).rejects.toThrow('not_found');
  await berk.take('forum_left', ({ channel }) => channel === `call:${thread_id}`);
  await ayse.take('call_members', (data) => names(data).join() === 'ayse');
});

it('goes on when a thread with another call is deleted', async () => {
  const forum = await startForum();
  const [thread_id, other] = [await forum.thread(), await forum.thread()];
  const berk = await forum.socket('berk');
  for (const each of [other, thread_id]) await berk.ask('call_join', { thread_id: each });
  expect((await forum.moderator.call('DELETE', `/forum/threads/${other}`)).status).toBe(204);
  await berk.take('forum_left', ({ channel }) => channel === `call:${other}`);
  const seats = await watchSeats(forum, {}, thread_id);
  const [until] = await seats();
  forum.clock.jump(10 * SECOND);
  await expect.poll(async () => Number((await seats())[0]) - Number(until)).toBe(10 * SECOND);
});
