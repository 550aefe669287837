import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MyThread, Post } from '../kits/forum/events.ts';
import type { Api, Body } from './support/api.ts';
import { type RunningForum, startForum } from './support/forum/start-forum.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';

const databaseOf = bothDatabases();

/** Calls, and gives the answer's body. @throws Error with the status and the code, where it was refused */
async function ok(api: Api, method: string, path: string, body?: object, key?: string): Promise<Body> {
  const answer = await api.call(method, path, body, key ? { 'idempotency-key': key } : {});
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.body.code}: ${answer.text}`);
  return answer.body;
}

const write = async (api: Api, thread: string, content: string, more = {}) =>
  (await ok(api, 'POST', `/forum/threads/${thread}/posts`, { content, ...more })).post as Post;

const titles = async (api: Api, board: string, query = '') =>
  ((await ok(api, 'GET', `/forum/boards/${board}/threads?${query}`)).threads as MyThread[]).map(
    ({ title }) => title,
  );

/** Boards, since some tests share a database. */
const freshBoard = async ({ moderator }: RunningForum, more = {}) => {
  const board = `b-${randomUUID()}`;
  await ok(moderator, 'PUT', `/forum/boards/${board}`, { name: board, ...more });
  return board;
};

const begin = async (api: Api, board: string, title: string, more = {}) =>
  (await ok(api, 'POST', `/forum/boards/${board}/threads`, { title, content: `${title}!`, ...more }))
    .thread as MyThread;

describe.each(DATABASES)('threads on %s', (database) => {
  const start = (options = {}) =>
    startForum({ options: { postsPerMinute: 1000, ...options }, config: databaseOf(database) });

  it('are begun, listed, searched, renamed, locked, pinned, moved and deleted', async () => {
    const forum = await start();
    const { clock, moderator } = forum;
    const [board, other] = [await freshBoard(forum, { position: 2 }), await freshBoard(forum)];
    const [ayse, berk] = [forum.as('ayse', { name: 'Ayşe' }), forum.as('berk')];
    const follower = await forum.native('berk');
    await follower.subscribe(`board:${board}`);
    const made: MyThread[] = [];
    for (const title of ['Elma', 'ARMUT İyi', 'Çilek 100%', 'Груша']) {
      clock.jump(1000);
      made.push(await begin(ayse, board, title));
    }
    const heard = [await follower.event(), await follower.event()];
    expect(heard.map(({ event, data }) => [event, data?.type, data?.thread_id])).toEqual([
      ['forum_activity', undefined, made[0]?.id],
      ['forum_update', 'new_thread', made[0]?.id],
    ]);
    const [first, second] = made as [MyThread, MyThread];
    expect(first).toMatchObject({
      board_id: board,
      user_id: 'ayse',
      username: 'Ayşe',
      last_seq: 1,
      posts: 1,
      locked: false,
    });
    expect(await titles(berk, board)).toEqual(['Груша', 'Çilek 100%', 'ARMUT İyi', 'Elma']);
    clock.jump(1000);
    await write(berk, first.id, 'up');
    await ok(moderator, 'PATCH', `/forum/threads/${second.id}`, { pinned: true });
    const order = ['ARMUT İyi', 'Elma', 'Груша', 'Çilek 100%'];
    expect(await titles(berk, board)).toEqual(order);
    // Page by page.
    const paged: string[] = [];
    let after = '';
    do {
      const page = await ok(berk, 'GET', `/forum/boards/${board}/threads?limit=3${after}`);
      paged.push(...(page.threads as MyThread[]).map(({ title }) => title));
      after = page.next === null ? '' : `&after=${page.next}`;
    } while (after !== '');
    expect(paged).toEqual(order);
    // Whatever the case, in any script, and nothing in it is a pattern.
    for (const [search, found] of [
      ['ELMA', ['Elma']],
      ['iyi', ['ARMUT İyi']],
      ['ГРУ', ['Груша']],
      ['0%', ['Çilek 100%']],
      ['_', []],
    ] as const)
      expect(await titles(berk, board, `search=${encodeURIComponent(search)}`), search).toEqual(found);

    expect((await berk.call('PATCH', `/forum/threads/${first.id}`, { title: 'x' })).status).toBe(403);
    expect((await ayse.call('PATCH', `/forum/threads/${first.id}`, { locked: true })).status).toBe(403);
    expect(await ok(ayse, 'PATCH', `/forum/threads/${first.id}`, { title: 'Elmalar' })).toMatchObject({
      title: 'Elmalar',
    });
    await ok(moderator, 'PATCH', `/forum/threads/${first.id}`, { locked: true, board_id: other });
    expect((await berk.post(`/forum/threads/${first.id}/posts`, { content: 'x' })).body).toMatchObject({
      code: 'forbidden',
      detail: 'This thread is locked.',
    });
    await write(moderator, first.id, 'the last word');
    expect(await titles(berk, other)).toEqual(['Elmalar']);
    const boards = (await ok(berk, 'GET', '/forum/boards')).boards as { id: string; threads: number }[];
    const mine = boards.filter(({ id }) => id === board || id === other);
    expect(mine.map(({ id, threads }) => [id, threads])).toEqual([
      [other, 1],
      [board, 3],
    ]);
    expect((await ayse.call('DELETE', `/forum/threads/${first.id}`)).status).toBe(403);
    await ok(moderator, 'DELETE', `/forum/threads/${first.id}`);
    expect((await berk.get(`/forum/threads/${first.id}`)).status).toBe(404);
    await ok(moderator, 'DELETE', `/forum/boards/${board}`);
    expect((await berk.get(`/forum/threads/${second.id}`)).status).toBe(404);
  });

  it('have posts that are paged, changed, deleted, found, each written once under its key', async () => {
    const forum = await start({ editWindow: 60_000 });
    const { clock, moderator } = forum;
    const board = await freshBoard(forum);
    const [ayse, berk] = [forum.as('ayse'), forum.as('berk')];
    const { id } = await begin(ayse, board, 'Posts');
    const key = randomUUID();
    const data = { thread_id: id, content: 'two', reply_to: 1 };
    const { post } = await ok(berk, 'POST', '/commands/forum_post', data, key);
    expect(await ok(berk, 'POST', '/commands/forum_post', data, key)).toEqual({ post });
    expect(
      (await berk.post('/commands/forum_post', { ...data, content: 'x' }, { 'idempotency-key': key })).body,
    ).toMatchObject({ code: 'key_conflict' });
    for (let n = 3; n <= 10; n += 1) await write(n % 2 ? ayse : berk, id, `post ${n}`);
    const page = async (query: string) => {
      const { posts, before, after } = await ok(berk, 'GET', `/forum/threads/${id}/posts?${query}`);
      return [(posts as Post[]).map(({ seq }) => seq), before, after];
    };
    expect(await page('limit=4')).toEqual([[7, 8, 9, 10], 7, null]);
    expect(await page('limit=4&before=7')).toEqual([[3, 4, 5, 6], 3, 6]);
    expect(await page('limit=4&before=3')).toEqual([[1, 2], null, 2]);
    expect(await page('limit=4&after=2')).toEqual([[3, 4, 5, 6], 3, 6]);
    expect(await page('limit=4&after=8')).toEqual([[9, 10], 9, null]);
    expect(await page('limit=4&after=10')).toEqual([[], 11, null]);
    expect(await page('limit=5&around=5')).toEqual([[3, 4, 5, 6, 7], 3, 7]);
    expect(await page('limit=5&around=1')).toEqual([[1, 2, 3], null, 3]);
    expect(await page('limit=5&around=10')).toEqual([[6, 7, 8, 9, 10], 6, null]);

    const listener = await forum.native('cem');
    await listener.subscribe(`thread:${id}`);
    const edit = (api: Api, seq: number, content: string) =>
      api.call('PATCH', `/forum/threads/${id}/posts/${seq}`, { content });
    expect((await edit(ayse, 2, 'x')).body.code).toBe('forbidden');
    expect((await edit(berk, 2, 'İki')).body).toMatchObject({
      post: { content: 'İki', edited: expect.any(String), reply_to: 1 },
    });
    expect((await listener.event()).data).toMatchObject({
      type: 'post_edited',
      data: { content: 'İki', seq: 2 },
    });
    clock.jump(61_000);
    expect((await edit(berk, 2, 'late')).body.detail).toBe('It is too late to change this post.');
    expect((await edit(moderator, 2, 'by a moderator')).status).toBe(200);
    expect((await ayse.call('DELETE', `/forum/threads/${id}/posts/2`)).status).toBe(403);
    await ok(berk, 'DELETE', `/forum/threads/${id}/posts/2`);
    await listener.event();
    expect((await listener.event()).data).toEqual({
      type: 'post_deleted',
      thread_id: id,
      data: { id: `${id}:2`, seq: 2 },
    });
    expect((await berk.call('DELETE', `/forum/threads/${id}/posts/2`)).status).toBe(404);
    expect((await edit(moderator, 2, 'x')).status).toBe(404);
    expect((await ok(berk, 'GET', `/forum/threads/${id}/posts?around=2&limit=1`)).posts).toMatchObject([
      { content: '', state: 'deleted' },
    ]);
    expect((await ayse.get(`/forum/threads/${id}/posts/2/edits`)).status).toBe(403);
    expect((await ok(moderator, 'GET', `/forum/threads/${id}/posts/2/edits`)).edits).toMatchObject([
      { content: 'two', by: 'berk' },
      { content: 'İki', by: 'moderator' },
      { content: 'by a moderator', by: 'berk' },
    ]);
    expect(await ok(berk, 'GET', `/forum/threads/${id}`)).toMatchObject({ posts: 9, last_seq: 10 });

    const found: unknown[] = [];
    let before = '';
    do {
      const { posts, next } = await ok(berk, 'GET', `/forum/search?q=POST+1&board=${board}&limit=1${before}`);
      found.push(...(posts as Post[]).map(({ seq }) => seq));
      before = next === null ? '' : `&before=${next}`;
    } while (before !== '');
    expect(found).toEqual([10]);
    expect((await ok(berk, 'GET', `/forum/search?q=post&board=${board}&limit=3`)).posts).toMatchObject([
      { seq: 10, title: 'Posts' },
      { seq: 9 },
      { seq: 8 },
    ]);
  });

  it('are read the same on all devices', async () => {
    const forum = await start();
    const board = await freshBoard(forum);
    const [ayse, berk] = [forum.as('ayse'), forum.as('berk')];
    const { id } = await begin(ayse, board, 'Reading');
    const phone = await forum.native('berk');
    await phone.subscribe('user:berk');
    await write(ayse, id, 'two');
    const seen = async (api: Api) => {
      const { read_seq, unread, mode } = await ok(api, 'GET', `/forum/threads/${id}`);
      return [read_seq, unread, mode];
    };
    expect(await seen(berk)).toEqual([0, 2, 'none']);
    expect(await seen(ayse)).toEqual([2, 0, 'follow']);
    const read = { thread_id: id, read_seq: 1, unread: 1, mode: 'none' };
    expect(await ok(berk, 'PUT', `/forum/threads/${id}/read`, { seq: 1 })).toMatchObject(read);
    expect(await phone.event()).toMatchObject({ event: 'update', data: { kind: 'forum_read', ...read } });
    // Writing reads nothing that is unread before.
    await write(berk, id, 'three');
    expect(await seen(berk)).toEqual([1, 1, 'none']);
    await ok(berk, 'PUT', `/forum/threads/${id}/mode`, { mode: 'follow' });
    const unread = async () =>
      ((await ok(berk, 'GET', '/forum/unread')).threads as MyThread[])
        .filter((thread) => thread.board_id === board)
        .map((thread) => thread.unread);
    expect(await unread()).toEqual([1]);
    expect(await ok(berk, 'PUT', `/forum/threads/${id}/read`, {})).toMatchObject({ read_seq: 3, unread: 0 });
    // A place behind changes nothing, one ahead is the end.
    expect(await ok(berk, 'PUT', `/forum/threads/${id}/read`, { seq: 1 })).toMatchObject({ read_seq: 3 });
    expect(await ok(berk, 'PUT', `/forum/threads/${id}/read`, { seq: 99 })).toMatchObject({ read_seq: 3 });
    expect(await unread()).toEqual([]);
    await write(ayse, id, 'four');
    expect(await unread()).toEqual([1]);
    await ok(berk, 'PUT', `/forum/threads/${id}/mode`, { mode: 'mute' });
    expect(await unread()).toEqual([]);
  });

  it('tell who is named, who is answered and who follows, each once', async () => {
    const forum = await start();
    const board = await freshBoard(forum);
    const users = Object.fromEntries(
      ['ayse', 'berk', 'cem', 'derya'].map((n) => [n, `${n}-${randomUUID()}`]),
    );
    const as = (name: string) => forum.as(users[name] as string, { name: `${name}${board.slice(-12)}` });
    const loud = forum.as(users.berk as string, { name: 'ğ'.repeat(500) });
    const told = async (name: string) =>
      ((await ok(as(name), 'GET', '/notifications?limit=100')).notifications as Body[])
        .map(({ category, data }) => `${category} ${(data as Body).seq}`)
        .reverse();
    for (const name of Object.keys(users)) await ok(as(name), 'PUT', '/forum/status', { status: 'online' });
    // Whatever it is called, there is room for it in a notification.
    const { id } = await begin(as('ayse'), board, '👟'.repeat(200));
    await write(loud, id, 'one reply');
    await write(as('berk'), id, 'another, that is no news');
    expect(await told('ayse')).toEqual(['forum.reply 2']);
    await ok(as('ayse'), 'PUT', `/forum/threads/${id}/read`, {});
    await write(as('berk'), id, `hey @${users.cem}, @ayse${board.slice(-12)} and @${users.berk}`);
    expect(await told('ayse')).toEqual(['forum.reply 2', 'forum.mention 4']);
    expect(await told('cem')).toEqual(['forum.mention 4']);
    // An answer, also to who follows no more; nothing to who has muted, and nothing of one's own.
    await ok(as('berk'), 'PUT', `/forum/threads/${id}/mode`, { mode: 'none' });
    await ok(as('cem'), 'PUT', `/forum/threads/${id}/mode`, { mode: 'mute' });
    await write(as('derya'), id, `@${users.cem}`, { reply_to: 2 });
    expect(await told('berk')).toEqual(['forum.reply 5']);
    expect(await told('cem')).toEqual(['forum.mention 4']);
    expect(await told('derya')).toEqual([]);
  });

  it('of a private board are there for its members alone', async () => {
    const forum = await start();
    const board = await freshBoard(forum, { private: true });
    const { id } = await begin(forum.moderator, board, 'Secret plans');
    const berk = forum.as('berk');
    const [member, other] = [await forum.native('berk'), await forum.socket('cem')];
    const isThere = async (api: Api) => [
      (await api.get(`/forum/boards/${board}/threads`)).status,
      (await api.get(`/forum/threads/${id}/posts`)).status,
      ((await ok(api, 'GET', '/forum/boards')).boards as Body[]).some((each) => each.id === board),
      ((await ok(api, 'GET', `/forum/search?q=plans&board=${board}`)).posts as Body[]).length,
    ];
    expect(await isThere(berk)).toEqual([404, 404, false, 0]);
    expect(await member.subscribe(`thread:${id}`, `board:${board}`, 'panel:online')).toMatchObject([
      { error: { code: 'forbidden' } },
      { error: { code: 'forbidden' } },
      { channel: 'panel:online', position: expect.any(String) },
    ]);
    await expect(other.ask('join_forum', { thread_id: id })).rejects.toThrow('not_found');
    await expect(other.ask('forum_post', { thread_id: id, content: 'x' })).rejects.toThrow('not_found');
    await expect(other.ask('typing_start', { thread_id: id })).rejects.toThrow('not_found');
    expect((await berk.call('PUT', `/forum/boards/${board}/members/berk`)).status).toBe(403);
    await ok(forum.moderator, 'PUT', `/forum/boards/${board}/members/berk`);
    expect(await isThere(berk)).toEqual([200, 200, true, 1]);
    expect((await member.subscribe(`thread:${id}`))[0]).not.toHaveProperty('error');
    await write(forum.moderator, id, '@cem @berk');
    await member.messages.take(({ data }) => data?.type === 'new_post');
    expect((await ok(forum.as('cem'), 'GET', '/forum/unread')).threads).toEqual([]);
    await ok(forum.moderator, 'DELETE', `/forum/boards/${board}/members/berk`);
    await member.messages.take(
      ({ event, data }) => event === 'forum_left' && data?.channel === `thread:${id}`,
    );
    await write(forum.moderator, id, 'without berk');
    await member.ask('ping');
    expect(JSON.stringify(member.messages.all)).not.toContain('without berk');
    expect(await isThere(berk)).toEqual([404, 404, false, 0]);
    // What a thread becomes elsewhere is not told where it was.
    const open = await freshBoard(forum);
    const { id: moved } = await begin(forum.moderator, open, 'Harmless');
    await member.subscribe(`board:${open}`);
    await ok(forum.moderator, 'PATCH', `/forum/threads/${moved}`, { title: 'Hush', board_id: board });
    const left = await member.messages.take(({ data }) => data?.type === 'thread_changed');
    expect(left.data).toMatchObject({ data: { id: moved, board_id: board, title: 'Harmless' } });
  });

  it('keep their order, and one effect, when many write at once', async () => {
    const forum = await start();
    // Another server on the same database, where there can be one.
    const second =
      database === 'PostgreSQL'
        ? await startForum({
            options: { postsPerMinute: 1000 },
            config: databaseOf(database),
            clock: forum.clock,
          })
        : forum;
    const board = await freshBoard(forum);
    const { id } = await begin(forum.as('ayse'), board, 'Race');
    const users = ['ayse', 'berk', 'cem'];
    const key = randomUUID();
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => {
        const user = users[n % 3] as string;
        const api = (n % 2 ? second : forum).as(user);
        const content = `n${n} @${users[(n + 1) % 3]} @${users[(n + 2) % 3]}`;
        return Promise.all([
          write(api, id, content),
          // The same key at once on both.
          ok(forum.as(user), 'POST', '/commands/forum_post', { thread_id: id, content: `once ${user}` }, key),
          ok(
            second.as(user),
            'POST',
            '/commands/forum_post',
            { thread_id: id, content: `once ${user}` },
            key,
          ),
          ok(api, 'PUT', `/forum/threads/${id}/read`, {}),
        ]);
      }),
    );
    const posts = (await ok(forum.as('ayse'), 'GET', `/forum/threads/${id}/posts?limit=100`)).posts as Post[];
    expect(posts.map(({ seq }) => seq)).toEqual(Array.from({ length: 34 }, (_, n) => n + 1));
    expect(posts.filter(({ content }) => content.startsWith('once'))).toHaveLength(3);
    expect(await ok(forum.as('ayse'), 'GET', `/forum/threads/${id}`)).toMatchObject({
      posts: 34,
      last_seq: 34,
    });
  });
});
