import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Board, MyThread, Post, QueueItem } from '../kits/forum/events.ts';
import type { Db } from '../kits/forum/server/tables.ts';
import { sql } from '../packages/server/src/kit.ts';
import { openDatabase } from '../packages/server/src/storage/database.ts';
import { type RunningForum, startForum } from './support/forum/start-forum.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import { onTeardown } from './support/teardown.ts';

const databaseOf = bothDatabases();

describe.each(DATABASES)('moderation on %s', (database) => {
  const start = (options = {}) => startForum({ options, config: databaseOf(database) });
  /** What one test does is none of another's, though they share a database. */
  const fresh = (name: string) => `${name}-${randomUUID()}`;
  const post = (forum: RunningForum, user: string, thread: string, content: string) =>
    forum.as(user).post(`/forum/threads/${thread}/posts`, { content });
  const queue = async ({ moderator }: RunningForum, thread: string) =>
    ((await moderator.get('/forum/moderation/queue')).body.items as QueueItem[]).filter(
      (item) => item.post.thread_id === thread,
    );
  const decide = ({ moderator }: RunningForum, { id }: QueueItem, action: string) =>
    moderator.post(`/forum/moderation/queue/${id}`, { action });

  it('refuses some words and has a moderator look at others', async () => {
    const forum = await start({ refuseWords: ['Kovboy'], holdWords: ['Şüphe'] });
    const { moderator } = forum;
    const thread = await forum.thread();
    for (const [content, status] of [
      ['KOVBOY', 422],
      ['şüphe', 201],
    ] as const)
      expect((await post(forum, 'derya', thread, content)).status).toBe(status);
    const [doubtful] = await queue(forum, thread);
    await decide(forum, doubtful as QueueItem, 'remove');
    const [never, maybe] = [`nev${randomUUID().slice(0, 8)}`, `Ведро${randomUUID().slice(0, 8)}`];
    expect(
      (await forum.as('berk').call('PUT', `/forum/moderation/words/${never}`, { action: 'refuse' })).status,
    ).toBe(403);
    await moderator.call('PUT', `/forum/moderation/words/${never}`, { action: 'refuse' });
    await moderator.call('PUT', `/forum/moderation/words/${encodeURIComponent(maybe)}`, { action: 'hold' });
    expect((await moderator.get('/forum/moderation/words')).body.words).toEqual(
      expect.arrayContaining([
        { word: never, action: 'refuse' },
        { word: maybe.toLowerCase(), action: 'hold' },
      ]),
    );
    const listener = await forum.native('cem');
    await listener.subscribe(`thread:${thread}`);
    const watcher = await forum.native('moderator', { roles: ['moderator'] });
    await watcher.subscribe('panel:moderation');
    expect((await listener.ask('subscribe', { channels: ['panel:moderation'] })).error?.code).toBe(
      'forbidden',
    );

    expect(await post(forum, 'berk', thread, `so ${never.toUpperCase()}!`)).toMatchObject({
      status: 422,
      body: { code: 'content_refused' },
    });
    // A part of a word is no word.
    expect((await post(forum, 'berk', thread, `${never}s`)).status).toBe(201);
    await listener.event();
    const held = await post(forum, 'berk', thread, `(${maybe.toUpperCase()})`);
    expect(held).toMatchObject({ status: 201, body: { post: { state: 'held', seq: null } } });
    await watcher.event();
    const second = await post(forum, 'berk', thread, `${maybe} again`);
    expect(second.body.post).toMatchObject({ state: 'held' });
    const title = { title: `About ${maybe}`, content: 'x' };
    const board = (await moderator.get(`/forum/threads/${thread}`)).body.board_id;
    expect((await forum.as('berk').post(`/forum/boards/${board}/threads`, title)).body.code).toBe(
      'content_refused',
    );
    expect(
      (await forum.as('berk').call('PATCH', `/forum/threads/${thread}/posts/2`, { content: maybe })).body
        .code,
    ).toBe('content_refused');

    const items = await queue(forum, thread);
    expect(items).toMatchObject([
      { kind: 'held', why: 'word', title: 'Hello', post: { content: `(${maybe.toUpperCase()})` } },
      { kind: 'held', post: { content: `${maybe} again` } },
    ]);
    // Two moderators at once: one does it.
    const [first, other] = items as [QueueItem, QueueItem];
    const outcomes = await Promise.all([1, 2].map(() => decide(forum, first, 'approve')));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await decide(forum, other, 'remove')).body).toEqual({ post: null });
    expect(await queue(forum, thread)).toEqual([]);
    const approved = await listener.messages.take(
      ({ data }) => data?.type === 'new_post' && JSON.stringify(data).includes(maybe.toUpperCase()),
    );
    expect(approved.data).toMatchObject({ data: { user_id: 'berk', seq: 3, state: 'visible' } });
    await moderator.call('DELETE', `/forum/moderation/words/${encodeURIComponent(maybe)}`);
    expect((await post(forum, 'berk', thread, maybe)).body.post).toMatchObject({ state: 'visible' });
  });

  it('looks at links of who is new, and at who writes too much', async () => {
    const forum = await start({ newUserPosts: 2, newUserLinks: 0, postsPerMinute: 4 });
    const thread = await forum.thread();
    const user = fresh('new');
    const states: unknown[] = [];
    for (const content of ['hello', 'see https://a.example', 'and more', 'now www.b.example'])
      states.push(((await post(forum, user, thread, content)).body.post as Post).state);
    expect(states).toEqual(['visible', 'held', 'visible', 'visible']);
    const refused = await post(forum, user, thread, 'too much');
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited', retryAfter: 60_000 } });
    const waiting = await queue(forum, thread);
    expect(waiting.map(({ why }) => why)).toEqual(['links']);
    // What one has written may not become what one may not write.
    const novice = fresh('novice');
    const first = (await post(forum, novice, thread, 'hello')).body.post as Post;
    const edit = async (content: string) =>
      (await forum.as(novice).call('PATCH', `/forum/threads/${thread}/posts/${first.seq}`, { content }))
        .status;
    expect(await edit('see https://a.example')).toBe(422);
    expect(await edit('hello all')).toBe(200);
    await post(forum, novice, thread, 'more');
    expect(await edit('see https://a.example')).toBe(200);
    forum.clock.jump(60_000);
    expect((await post(forum, user, thread, 'later')).status).toBe(201);
    // At once and in several threads, too.
    const other = await forum.thread();
    forum.clock.jump(60_000);
    const burst = await Promise.all(
      Array.from({ length: 8 }, (_, n) => post(forum, user, n % 2 ? thread : other, `burst ${n}`)),
    );
    expect(burst.filter(({ status }) => status === 201)).toHaveLength(4);
  });

  it('takes reports, once of each user, and ends them with what becomes of the post', async () => {
    const forum = await start();
    const thread = await forum.thread();
    const report = (user: string, seq: number, reason: string) =>
      forum.as(user).post(`/forum/threads/${thread}/posts/${seq}/report`, { reason });
    await post(forum, 'berk', thread, 'bad');
    await post(forum, 'berk', thread, 'worse');
    expect((await report('berk', 2, 'me')).status).toBe(403);
    expect((await report('cem', 9, 'nothing')).status).toBe(404);
    for (const reason of ['rude', 'very rude']) expect((await report('cem', 2, reason)).status).toBe(204);
    await report('derya', 2, '');
    await report('derya', 3, 'too');
    const items = await queue(forum, thread);
    expect(
      items.map(({ kind, post: { seq }, reports }) => [kind, seq, reports.map(({ reason }) => reason)]),
    ).toEqual([
      ['reported', 2, expect.arrayContaining(['very rude', ''])],
      ['reported', 3, ['too']],
    ]);
    const [second, third] = items as [QueueItem, QueueItem];
    expect((await decide(forum, second, 'approve')).body.post).toMatchObject({ content: 'bad' });
    expect((await decide(forum, third, 'remove')).body.post).toBeNull();
    expect((await decide(forum, third, 'remove')).status).toBe(404);
    expect(await queue(forum, thread)).toEqual([]);
    const { posts } = (await forum.as('cem').get(`/forum/threads/${thread}/posts`)).body;
    expect((posts as Post[]).map(({ state }) => state)).toEqual(['visible', 'visible', 'deleted']);
  });

  it.runIf(database === 'PostgreSQL')('leaves no report of a post that is deleted meanwhile', async () => {
    const forum = await start();
    const thread = await forum.thread();
    await post(forum, 'berk', thread, 'bad');
    const { data } = forum;
    const url = databaseOf(database).database;
    const db = (await openDatabase({ directory: data, url, onError() {} })) as unknown as Db;
    onTeardown(() => db.destroy());
    const waiting = async () => {
      const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%forum_%'`.execute(db);
      return rows.length;
    };
    // Another report of the same user is under way, which this one waits for.
    const other = await db.startTransaction().execute();
    const row = { thread, seq: 2, user: 'cem', name: '', reason: '', at: 0 };
    await other.insertInto('forum_reports').values(row).execute();
    const report = forum.as('cem').post(`/forum/threads/${thread}/posts/2/report`, { reason: 'rude' });
    await expect.poll(waiting).toBe(1);
    const path = `/forum/threads/${thread}/posts/2`;
    let deleted = false;
    const deleting = forum.as('berk').call('DELETE', path);
    void deleting.then(() => {
      deleted = true;
    });
    await expect.poll(async () => deleted || (await waiting()) === 2).toBe(true);
    await other.rollback().execute();
    expect((await report).status).toBe(204);
    expect((await deleting).status).toBe(204);
    expect(await queue(forum, thread)).toEqual([]);
  });

  it('bans users, who then hear, read and write nothing', async () => {
    const forum = await start();
    const { clock, moderator } = forum;
    const thread = await forum.thread();
    const user = fresh('rude');
    const socket = await forum.socket(user);
    await socket.ask('join_forum', { thread_id: thread });
    const path = `/forum/moderation/bans/${user}`;
    const until = new Date(clock.now() + 3_600_000).toISOString();
    expect((await forum.as('berk').call('PUT', path, {})).status).toBe(403);
    expect((await moderator.call('PUT', path, { until: '2020-01-01T00:00:00Z' })).status).toBe(400);
    expect((await moderator.call('PUT', path, { reason: 'Rude.', until })).body).toMatchObject({
      user_id: user,
      reason: 'Rude.',
      by: 'moderator',
      until,
    });
    expect(await socket.take('forum_left')).toEqual({ channel: `thread:${thread}` });
    await post(forum, 'berk', thread, 'they are gone');
    await expect(socket.ask('join_forum', { thread_id: thread })).rejects.toThrow('forbidden');
    await expect(socket.ask('forum_post', { thread_id: thread, content: 'x' })).rejects.toThrow('forbidden');
    await expect(socket.ask('typing_start', { thread_id: thread })).rejects.toThrow('forbidden');
    expect((await forum.as(user).get(`/forum/threads/${thread}`)).status).toBe(403);
    expect((await forum.as(user).get('/forum/me')).body).toMatchObject({ banned: { reason: 'Rude.' } });
    expect(JSON.stringify(socket.heard.all)).not.toContain('they are gone');
    expect((await moderator.get('/forum/moderation/bans')).body.bans).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ user_id: user })]),
    );
    clock.jump(3_660_000);
    await expect
      .poll(async () => {
        clock.jump(1000);
        return (await forum.as(user).get(`/forum/threads/${thread}`)).status;
      })
      .toBe(200);
    await moderator.call('PUT', path, {});
    expect((await moderator.call('DELETE', path)).status).toBe(204);
    expect((await moderator.call('DELETE', path)).status).toBe(404);
    await socket.ask('join_forum', { thread_id: thread });
  });

  it('shows nothing of a private board to a member who is banned, and nothing of them to others', async () => {
    const forum = await start();
    const { moderator } = forum;
    const thread = await forum.thread({ private: true });
    const { board_id } = (await moderator.get(`/forum/threads/${thread}`)).body;
    const user = fresh('rude');
    const [rude, socket] = [forum.as(user), await forum.socket(user)];
    await moderator.call('PUT', `/forum/boards/${board_id}/members/${user}`);
    await rude.call('PUT', `/forum/threads/${thread}/mode`, { mode: 'follow' });
    const shown = async () => [
      ((await rude.get('/forum/boards')).body.boards as Board[]).some(({ id }) => id === board_id),
      ((await rude.get('/forum/search?q=First')).body.posts as Post[]).some(
        (one) => one.thread_id === thread,
      ),
      ((await rude.get('/forum/unread')).body.threads as MyThread[]).some(({ id }) => id === thread),
    ];
    expect(await shown()).toEqual([true, true, true]);
    await moderator.call('PUT', `/forum/moderation/bans/${user}`, {});
    expect(await shown()).toEqual([false, false, false]);
    await expect(socket.ask('set_status', { status: 'away', text: 'read this' })).rejects.toThrow(
      'forbidden',
    );
    expect((await rude.call('PUT', '/forum/status', { status: 'away', text: 'read this' })).status).toBe(403);
  });
});
