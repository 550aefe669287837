import { expect, it } from 'vitest';
import { startForum } from './support/forum/start-forum.ts';
import { useStores } from './support/start-cluster.ts';

const stores = useStores();

it('several servers are one forum', { timeout: 60_000 }, async () => {
  const config = { ...(await stores.fresh()), presence: { grace: 0 } };
  const one = await startForum({ config });
  const two = await startForum({ config, clock: one.clock });
  const thread = await one.thread();
  const ayse = await one.socket('ayse', { name: 'Ayşe' });
  // From now on it hears who comes.
  await ayse.ask('get_online_users');
  const berk = await two.socket('berk', { name: 'Berk' });
  const aboutBerk = ({ user_id }: Record<string, unknown>) => user_id === 'berk';
  expect(await ayse.take('user_status_change', aboutBerk)).toMatchObject({ online: true });
  expect(await berk.ask('get_online_users')).toMatchObject({
    count: 2,
    users: [{ username: 'Ayşe' }, { username: 'Berk' }],
  });
  for (const { ask } of [ayse, berk]) await ask('join_forum', { thread_id: thread });
  expect(await ayse.ask('join_forum', { thread_id: thread })).toMatchObject({
    people: [{ user_id: 'ayse' }, { user_id: 'berk' }],
  });

  await berk.ask('typing_start', { thread_id: thread });
  expect(await ayse.take('user_typing')).toMatchObject({ username: 'Berk', action: 'start' });
  await berk.ask('typing_stop', { thread_id: thread });
  expect(await ayse.take('user_typing')).toMatchObject({ username: 'Berk', action: 'stop' });
  await berk.ask('set_status', { status: 'busy' });
  expect(await ayse.take('user_status_change', aboutBerk)).toMatchObject({ status: 'busy' });
  await berk.ask('forum_post', { thread_id: thread, content: '@ayse hi' });
  expect(await ayse.take('forum_update')).toMatchObject({ type: 'new_post', data: { seq: 2 } });
  expect(await ayse.take('notification')).toMatchObject({ category: 'forum.mention' });

  // Who is banned on one server hears nothing more on the other.
  await one.moderator.call('PUT', '/forum/moderation/bans/berk', {});
  expect(await berk.take('forum_left')).toEqual({ channel: `thread:${thread}` });
  await expect(berk.ask('forum_post', { thread_id: thread, content: 'x' })).rejects.toThrow('forbidden');

  // Told once, though both servers saw it.
  berk.socket.disconnect();
  expect(await ayse.take('user_status_change', aboutBerk)).toMatchObject({ online: false });
  await ayse.ask('set_status', { status: 'away' });
  await ayse.take('user_status_change', ({ user_id, status }) => user_id === 'ayse' && status === 'away');
  const told = ayse.heard.all.filter(
    ({ event, data }) => event === 'user_status_change' && data.user_id === 'berk',
  );
  expect(told.map(({ data }) => data.status)).toEqual(['online', 'busy', 'offline']);
});
