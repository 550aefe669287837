import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../packages/server/src/config.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import type { Api } from './support/api.ts';
import type { Told } from './support/kitchen/raw-kitchen.ts';
import { startKitchen } from './support/kitchen/start-kitchen.ts';

let postgres: TestPostgres | undefined;

beforeAll(() => {
  postgres = startPostgres();
});

afterAll(() => postgres?.stop());

/** Every user of a test is its own, since the tests of PostgreSQL share a database. */
let tests = 0;

async function write(api: Api, content: string): Promise<string> {
  const { status, body } = await api.post('/kitchen/posts', { content });
  expect(status).toBe(201);
  return body.id as string;
}

/** Without posts, of which one that was written before a client came may still be told after it. */
function personal(told: readonly Told[]): readonly Told[] {
  return told.filter(({ type }) => type !== 'NewCommunityPost');
}

async function contents(api: Api, query: string): Promise<readonly string[]> {
  const { body } = await api.get(`/kitchen/posts?${query}`);
  return (body.posts as { content: string }[]).map(({ content }) => content);
}

describe.each(['SQLite', 'PostgreSQL'])('the community on %s', (kind) => {
  const start = async () => {
    tests += 1;
    const config: ConfigInput = kind === 'PostgreSQL' ? { database: postgres?.url as string } : {};
    const kitchen = await startKitchen(config);
    return { ...kitchen, name: (user: string) => `${user}-${tests}` };
  };

  it('keeps posts, and tells of them', async () => {
    const { as, raw, name } = await start();
    const [olga, petr] = [name('olga'), name('petr')];
    const listener = await raw(petr);
    const answer = await as(olga, { name: 'Ольга' }).post('/kitchen/posts', { content: '  Борщ\r\nготов ' });
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      author_id: olga,
      author_name: 'Ольга',
      content: 'Борщ\nготов',
      likes: 0,
      comments: 0,
      liked: false,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const { id, author_id, author_name, content, created_at } = answer.body;
    expect(await listener.take('NewCommunityPost')).toEqual({
      post_id: id,
      author_id,
      author_name,
      content,
      created_at,
    });
    expect((await as(petr).get(`/kitchen/posts/${id}`)).body).toEqual(answer.body);
    expect((await as(petr).call('DELETE', `/kitchen/posts/${id}`)).body).toMatchObject({ code: 'forbidden' });
    expect((await as(olga).call('DELETE', `/kitchen/posts/${id}`)).status).toBe(204);
    expect(await listener.take('PostDeleted')).toEqual({ post_id: id });
    expect((await as(petr).get(`/kitchen/posts/${id}`)).body).toMatchObject({ code: 'not_found' });
  });

  it('counts a like once, and tells the author once, however often it comes', async () => {
    const { as, raw, native, name, heardBy } = await start();
    const [olga, petr, ira] = [name('olga'), name('petr'), name('ira')];
    const post = await write(as(olga), 'Борщ');
    const author = await raw(olga);
    const page = await native(ira);
    await page.subscribe(`post:${post}`);
    const like = (user: string, method: string) =>
      as(user, { name: 'Пётр' }).call(method, `/kitchen/posts/${post}/like`);
    for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE', 'PUT'])
      expect((await like(petr, method)).body).toMatchObject({
        likes: method === 'PUT' ? 1 : 0,
        liked: method === 'PUT',
      });
    expect((await like(olga, 'PUT')).body).toMatchObject({ likes: 2 });
    const counts = [];
    for (let change = 0; change < 4; change += 1) counts.push((await page.event()).data?.likes);
    expect(counts).toEqual([1, 0, 1, 2]);
    expect(personal(await heardBy(author, olga))).toEqual([
      { type: 'PostLiked', data: { post_id: post, liker_id: petr, liker_name: 'Пётр', likes: 1 } },
    ]);
    expect((await as(petr).get(`/kitchen/posts/${post}`)).body).toMatchObject({ likes: 2, liked: true });
    expect((await as(ira).get(`/kitchen/posts/${post}`)).body).toMatchObject({ likes: 2, liked: false });
  });

  it('counts likes of many at once exactly, and tells the counts in order', async () => {
    const { as, native, name } = await start();
    const post = await write(as(name('olga')), 'Борщ');
    const page = await native(name('ira'));
    await page.subscribe(`post:${post}`);
    const users = Array.from({ length: 20 }, (_, at) => name(`user${at}`));
    await Promise.all(users.map((user) => as(user).call('PUT', `/kitchen/posts/${post}/like`)));
    const counts = [];
    for (const _ of users) counts.push((await page.event()).data?.likes);
    expect(counts).toEqual(users.map((_, at) => at + 1));
  });

  it('keeps comments, tells who looks at the post, and its author', async () => {
    const { as, raw, name, heardBy } = await start();
    const [olga, petr] = [name('olga'), name('petr')];
    const post = await write(as(olga), 'Борщ');
    const [author, reader] = [await raw(olga), await raw(name('ira'))];
    await reader.subscribe(`post:${post}`);
    const comments = `/kitchen/posts/${post}/comments`;
    const { status, body } = await as(petr, { name: 'Пётр' }).post(comments, { content: 'Вкусно' });
    expect(status).toBe(201);
    const { id: comment_id, ...rest } = body;
    expect(await reader.take('PostUpdated')).toEqual({ post_id: post, likes: 0, comments: 1 });
    expect(await reader.take('CommentAdded')).toEqual({ comment_id, ...rest });
    expect(await author.take('NewComment')).toEqual({
      post_id: post,
      comment_id,
      author_id: petr,
      author_name: 'Пётр',
      content: 'Вкусно',
    });
    await as(olga).post(comments, { content: 'Спасибо' });
    const page = (await as(petr).get(comments)).body;
    expect((page.comments as { content: string }[]).map(({ content }) => content)).toEqual([
      'Спасибо',
      'Вкусно',
    ]);
    expect((await as(name('ira')).call('DELETE', `${comments}/${comment_id}`)).body).toMatchObject({
      code: 'forbidden',
    });
    expect((await as(olga).call('DELETE', `${comments}/${comment_id}`)).status).toBe(204);
    expect(await reader.take('CommentDeleted')).toEqual({ post_id: post, comment_id });
    expect((await as(petr).get(`/kitchen/posts/${post}`)).body).toMatchObject({ comments: 1 });
    // The author’s own comment was no news to her.
    expect(personal(await heardBy(author, olga))).toHaveLength(1);
  });

  it('knows who follows whom, and tells of it once', async () => {
    const { as, raw, name, heardBy } = await start();
    const [olga, petr, ira] = [name('olga'), name('petr'), name('ira')];
    const followed = await raw(olga);
    const follow = (user: string, method: string) =>
      as(user, { name: 'Пётр' }).call(method, `/kitchen/users/${olga}/follow`);
    for (const method of ['PUT', 'PUT', 'DELETE', 'PUT']) await follow(petr, method);
    await follow(ira, 'PUT');
    expect((await follow(olga, 'PUT')).body).toMatchObject({ code: 'invalid_request' });
    expect((await heardBy(followed, olga)).map(({ data }) => data)).toEqual([
      { follower_id: petr, follower_name: 'Пётр' },
      { follower_id: ira, follower_name: 'Пётр' },
    ]);
    expect((await as(petr).get(`/kitchen/users/${olga}`)).body).toEqual({
      user_id: olga,
      posts: 0,
      followers: 2,
      following: 0,
      followed: true,
    });
    const followers = (query: string) => as(petr).get(`/kitchen/users/${olga}/followers${query}`);
    expect((await followers('?limit=1')).body).toEqual({ users: [ira], next: ira });
    expect((await followers(`?limit=10&after=${ira}`)).body).toEqual({ users: [petr], next: null });
    expect((await as(ira).get(`/kitchen/users/${petr}/following`)).body).toEqual({
      users: [olga],
      next: null,
    });
  });

  it('gives feeds by pages', async () => {
    const { as, name } = await start();
    const [olga, petr, ira] = [name('olga'), name('petr'), name('ira')];
    for (const [user, content] of [
      [olga, 'o1'],
      [petr, 'p1'],
      [ira, 'i1'],
      [olga, 'o2'],
      [petr, 'p2'],
    ] as const)
      await write(as(user), content);
    await as(olga).call('PUT', `/kitchen/users/${petr}/follow`);
    expect((await contents(as(olga), 'feed=all')).slice(0, 5)).toEqual(['p2', 'o2', 'i1', 'p1', 'o1']);
    expect(await contents(as(olga), 'feed=followed')).toEqual(['p2', 'o2', 'p1', 'o1']);
    expect(await contents(as(olga), 'feed=own')).toEqual(['o2', 'o1']);
    expect(await contents(as(olga), `author=${ira}`)).toEqual(['i1']);
    const first = (await as(olga).get('/kitchen/posts?feed=followed&limit=3')).body;
    // What is written meanwhile moves nothing.
    await write(as(petr), 'p3');
    expect(await contents(as(olga), `feed=followed&limit=3&before=${first.next}`)).toEqual(['o1']);
    const last = await as(olga).get(`/kitchen/posts?feed=followed&limit=3&before=${first.next}`);
    expect(last.body.next).toBeNull();
    expect((await as(undefined).get('/kitchen/posts?feed=own')).body).toMatchObject({
      code: 'unauthenticated',
    });
    expect((await as(undefined).get('/kitchen/posts')).status).toBe(200);
  });

  it('has one effect of what comes twice under one key', async () => {
    const { as, raw, name, heardBy } = await start();
    const olga = name('olga');
    const listener = await raw(olga);
    const post = (content: string, key: string) => as(olga).post('/kitchen/posts', { content, key });
    const answers = await Promise.all([post('Борщ', 'k1'), post('Борщ', 'k1'), post('Борщ', 'k1')]);
    const [first] = answers;
    for (const { body } of answers) expect(body).toEqual(first?.body);
    expect((await post('Щи', 'k1')).body).toMatchObject({ code: 'key_conflict' });
    const comment = () =>
      as(olga).post(`/kitchen/posts/${first?.body.id}/comments`, { content: 'Ага', key: 'k1' });
    expect((await comment()).body).toEqual((await comment()).body);
    expect((await as(olga).get(`/kitchen/posts/${first?.body.id}`)).body).toMatchObject({ comments: 1 });
    expect((await heardBy(listener, olga)).map(({ type }) => type)).toEqual(['NewCommunityPost']);
  });

  it('refuses what cannot be, with nothing half written', async () => {
    const { as, raw, backend, name, heardBy } = await start();
    const olga = name('olga');
    const post = await write(as(olga), 'I <3 борщ, 1 < 2');
    const listener = await raw(olga);
    const refusals: [string, string, object | undefined, string][] = [
      ['POST', '/kitchen/posts', { content: '<script>alert(1)</script>' }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: 'a <IMG src=x onerror=alert(1)>' }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: '</b>' }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: '   ' }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: 'a\u0000b' }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: 'a\u0007b' }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: 'x'.repeat(5001) }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: 7 }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: 'a', author_id: 'petr' }, 'invalid_request'],
      ['POST', '/kitchen/posts', { content: 'a', key: '\u0000' }, 'invalid_request'],
      ['POST', '/kitchen/posts', undefined, 'invalid_request'],
      ['POST', `/kitchen/posts/${post}/comments`, { content: '<b>' }, 'invalid_request'],
      ['POST', '/kitchen/posts/999999/comments', { content: 'a' }, 'not_found'],
      ['PUT', '/kitchen/posts/999999/like', undefined, 'not_found'],
      ['PUT', '/kitchen/posts/0/like', undefined, 'not_found'],
      ['PUT', '/kitchen/posts/1e3/like', undefined, 'not_found'],
      ['PUT', '/kitchen/posts/__proto__/like', undefined, 'not_found'],
      ['PUT', `/kitchen/posts/${'9'.repeat(30)}/like`, undefined, 'not_found'],
      ['PUT', '/kitchen/posts/%00/like', undefined, 'invalid_request'],
      ['DELETE', `/kitchen/posts/${post}/comments/999`, undefined, 'not_found'],
      ['GET', '/kitchen/posts?before=abc', undefined, 'bad_cursor'],
      ['GET', '/kitchen/posts?limit=1000000', undefined, 'invalid_request'],
      ['GET', '/kitchen/posts?feed=theirs', undefined, 'invalid_request'],
      ['GET', '/kitchen/users/%00', undefined, 'invalid_request'],
      ['PUT', '/kitchen/users/%00/follow', undefined, 'invalid_request'],
    ];
    for (const [method, path, body, code] of refusals)
      expect((await as(olga).call(method, path, body)).body, `${method} ${path}`).toMatchObject({ code });
    for (const api of [as(undefined), backend])
      expect((await api.post('/kitchen/posts', { content: 'a' })).body).toMatchObject({
        code: 'unauthenticated',
      });
    expect(await contents(as(olga), `author=${olga}`)).toEqual(['I <3 борщ, 1 < 2']);
    expect(personal(await heardBy(listener, olga))).toEqual([]);
  });

  it('tells by notification too, in the reader’s language, and not to the raw client', async () => {
    const { as, raw, native, name, heardBy } = await start();
    const [olga, petr] = [name('olga'), name('petr')];
    await as(olga).call('PUT', `/users/${olga}/contact`, { language: 'ru' });
    const post = await write(as(olga), 'Борщ');
    const [old, page] = [await raw(olga), await native(olga)];
    await page.subscribe(`user:${olga}`);
    await as(petr, { name: 'Пётр' }).post(`/kitchen/posts/${post}/comments`, { content: 'Вкусно' });
    const heard = [await page.event(), await page.event()].sort((a, b) =>
      String(a.event).localeCompare(String(b.event)),
    );
    expect(heard).toMatchObject([
      { event: 'NewComment', data: { content: 'Вкусно' } },
      {
        event: 'notification',
        data: {
          title: 'Пётр: новый комментарий к вашему посту',
          message: 'Вкусно',
          category: 'kitchen.comments',
          url: `/kitchen?post=${post}`,
          data: { event: 'NewComment', post_id: post },
        },
      },
    ]);
    expect(personal(await heardBy(old, olga)).map(({ type }) => type)).toEqual(['NewComment']);
  });
});
