import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Post } from '../kits/forum/events.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { startForum } from './support/forum/start-forum.ts';

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres.stop());

// PostgreSQL, which takes less than SQLite does.
it('refuses whatever is no command or request with a code, writes nothing, and disturbs nobody', async () => {
  const forum = await startForum({ config: { database: postgres.url } });
  const thread_id = await forum.thread();
  const board = (await forum.backend.get(`/forum/threads/${thread_id}`)).body.board_id;
  const [ayse, berk] = [await forum.socket('cem'), await forum.socket('berk')];
  for (const { ask } of [ayse, berk]) await ask('join_forum', { thread_id });
  const post = { thread_id, content: 'x' };
  for (const [command, data, code] of [
    ['authenticate', {}, 'invalid_request'],
    ['authenticate', { user_id: null }, 'invalid_request'],
    ['authenticate', { user_id: ['cem'] }, 'invalid_request'],
    ['authenticate', { user_id: 'cem', token: 'x' }, 'invalid_request'],
    ['authenticate', { user_id: 1.5 }, 'invalid_request'],
    ['join_forum', {}, 'invalid_request'],
    ['join_forum', thread_id, 'invalid_request'],
    ['join_forum', { thread_id: '../x' }, 'invalid_request'],
    ['join_forum', { thread_id: 'a\0b' }, 'invalid_request'],
    ['join_forum', { thread_id: '__proto__' }, 'invalid_request'],
    ['join_forum', { thread_id: 7 }, 'not_found'],
    ['join_forum', { thread_id: -7 }, 'invalid_request'],
    ['join_forum', { thread_id, user_id: 'berk' }, 'forbidden'],
    ['forum_post', { ...post, content: '' }, 'invalid_request'],
    ['forum_post', { ...post, content: ' \n ' }, 'invalid_request'],
    ['forum_post', { ...post, content: 'a\0b' }, 'invalid_request'],
    ['forum_post', { ...post, content: 'x'.repeat(4001) }, 'invalid_request'],
    ['forum_post', { ...post, content: { text: 'x' } }, 'invalid_request'],
    ['forum_post', { ...post, thread_id: 'nowhere' }, 'not_found'],
    ['forum_post', { ...post, reply_to: 99 }, 'not_found'],
    ['forum_post', { ...post, reply_to: 2 ** 60 }, 'invalid_request'],
    ['forum_post', { ...post, reply_to: '1' }, 'invalid_request'],
    ['typing_start', { thread_id: 'nowhere' }, 'not_found'],
    ['set_status', { status: 'asleep' }, 'invalid_request'],
    ['set_status', { status: 'away', text: 'two\nlines' }, 'invalid_request'],
    ['set_status', { status: 'away', text: 'x'.repeat(141) }, 'invalid_request'],
    ['get_online_users', 7, 'invalid_request'],
  ] as const) {
    const answer = await ayse.socket.emitWithAck(command, data);
    expect([command, data, answer.error?.code]).toEqual([command, data, code]);
  }
  const user = forum.as('cem');
  const posts = `/forum/threads/${thread_id}/posts`;
  for (const [api, method, path, body, status] of [
    [user, 'PUT', '/forum/boards/mine', { name: 'Mine' }, 403],
    [forum.as(undefined), 'POST', posts, { content: 'x' }, 401],
    [forum.moderator, 'PUT', '/forum/boards/mine', { name: 'two\nlines' }, 400],
    [forum.moderator, 'PUT', '/forum/boards/mine', { name: 'x', description: 'a\0b' }, 400],
    [forum.moderator, 'PUT', '/forum/boards/__proto__', { name: 'x' }, 400],
    [forum.moderator, 'PUT', '/forum/boards/nowhere/members/cem', undefined, 404],
    [forum.moderator, 'PUT', `/forum/boards/${board}/members/${encodeURIComponent('a\0b')}`, undefined, 400],
    [user, 'POST', `/forum/boards/${board}/threads`, { title: 'two\nlines', content: 'x' }, 400],
    [user, 'POST', `/forum/boards/${board}/threads`, { title: 'x', content: 'x', id: 'mine' }, 400],
    [user, 'POST', `/forum/boards/${board}/threads`, { title: 'x', content: 'x', user_id: 'berk' }, 400],
    [forum.backend, 'POST', `/forum/boards/${board}/threads`, { title: 'x', content: 'x' }, 400],
    [forum.backend, 'POST', posts, { content: 'x', user_id: 'x', username: 'a\0b' }, 400],
    [user, 'POST', `/forum/boards/nowhere/threads`, { title: 'x', content: 'x' }, 404],
    [user, 'GET', `/forum/boards/${board}/threads?after=x`, undefined, 400],
    [user, 'GET', `/forum/boards/${board}/threads?after=${btoa('[0,1,"a\\u0000"]')}`, undefined, 400],
    [user, 'GET', `/forum/boards/${board}/threads?search=%00`, undefined, 400],
    [user, 'GET', `/forum/boards/${board}/threads?limit=101`, undefined, 400],
    [user, 'GET', `${posts}?before=x`, undefined, 400],
    [user, 'GET', `${posts}?around=1e300`, undefined, 400],
    [user, 'PATCH', `${posts}/1`, { content: 'x' }, 403],
    [user, 'PATCH', `${posts}/0`, { content: 'x' }, 400],
    [user, 'PATCH', `${posts}/9007199254740991`, { content: 'x' }, 404],
    [user, 'PATCH', `/forum/threads/${thread_id}`, {}, 400],
    [user, 'PUT', `/forum/threads/${thread_id}/read`, { seq: -1 }, 400],
    [user, 'PUT', `/forum/threads/${thread_id}/mode`, { mode: 'loud' }, 400],
    [user, 'GET', '/forum/search?q=x', undefined, 400],
    [user, 'GET', '/forum/search?q=%00%00', undefined, 400],
    [user, 'GET', '/forum/search?q=xx&before=x', undefined, 400],
    [user, 'GET', '/forum/people/search?q=%00', undefined, 400],
    [user, 'POST', `${posts}/1/report`, { reason: 'a\0b' }, 400],
    [user, 'GET', '/forum/moderation/queue', undefined, 403],
    [forum.as(undefined), 'GET', '/forum/moderation/queue', undefined, 401],
    [forum.moderator, 'POST', '/forum/moderation/queue/held:999999999', { action: 'approve' }, 404],
    [forum.moderator, 'POST', `/forum/moderation/queue/${thread_id}:1`, { action: 'remove' }, 404],
    [forum.moderator, 'POST', '/forum/moderation/queue/x', { action: 'approve' }, 400],
    [forum.moderator, 'PUT', '/forum/moderation/words/%20', { action: 'hold' }, 400],
    [forum.moderator, 'PUT', '/forum/moderation/words/%00', { action: 'hold' }, 400],
    [forum.moderator, 'PUT', '/forum/moderation/bans/x', { until: 'tomorrow' }, 400],
    [forum.backend, 'GET', '/forum/me', undefined, 401],
  ] as const) {
    const answer = await api.call(method, path, body);
    expect([method, path, body, answer.status, answer.body.code]).toEqual([
      method,
      path,
      body,
      status,
      expect.any(String),
    ]);
  }
  // Half a character is kept as what stands for one that cannot be read.
  await ayse.ask('forum_post', { ...post, content: 'half \ud800' });
  expect(await berk.take('forum_update')).toMatchObject({ data: { seq: 2, content: 'half \ufffd' } });
  expect(((await user.get(posts)).body.posts as Post[]).map(({ seq }) => seq)).toEqual([1, 2]);
});
