import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { NativeClient } from './support/native-client.ts';
import { SECOND, startInbox, TEXTS } from './support/start-inbox.ts';
import { startServer } from './support/start-server.ts';

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres?.stop());

describe('an inbox', () => {
  it('keeps what a user is told, and tells it at once', async () => {
    const { url, apiKey } = await startServer();
    const backend = new Api({ url, bearer: apiKey });
    const alice = backend.as(tokenFor('alice'));
    const client = await NativeClient.welcomed(url, { token: tokenFor('alice') });
    await client.subscribe('user:alice');
    const told = await backend.post('/notifications', {
      user: 'alice',
      texts: TEXTS,
      data: { order: 7 },
      url: '/a',
    });
    expect(told.body).toEqual({
      notifications: [{ user: 'alice', id: expect.any(String), created: true }],
    });
    const { data } = await client.event();
    expect(data).toEqual({
      type: 'info',
      title: 'Hello',
      message: 'How are you?',
      body: 'How are you?',
      data: { order: 7 },
      url: '/a',
      category: 'general',
      id: (told.body.notifications as { id: string }[])[0]?.id,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      seen: false,
      read: false,
      archived: false,
    });
    const page = await alice.get('/notifications');
    expect(page.body).toEqual({ notifications: [data], unread: 1, unseen: 1 });
    const read = await alice.post('/notifications/read', { ids: [data?.id] });
    expect(read.body).toEqual({ changed: 1, unread: 0, unseen: 0 });
    expect(await client.event()).toMatchObject({
      event: 'notification_read',
      data: { ids: [data?.id], unread: 0, unseen: 0 },
    });
    expect((await alice.get('/notifications?unread=true')).body.notifications).toEqual([]);
    expect((await alice.post('/notifications/archive', { ids: [data?.id] })).body.changed).toBe(1);
    expect((await alice.get('/notifications')).body.notifications).toEqual([]);
    expect((await alice.get('/notifications?archived=true')).body).toMatchObject({
      notifications: [{ ...data, seen: true, read: true, archived: true }],
    });
  });

  it('is the user’s alone', async () => {
    const { url, apiKey } = await startServer();
    const backend = new Api({ url, bearer: apiKey });
    const told = await backend.post('/notifications', { user: 'alice', texts: TEXTS });
    const [{ id }] = told.body.notifications as [{ id: string }];
    const eve = backend.as(tokenFor('eve'));
    expect((await eve.get('/notifications')).body).toEqual({ notifications: [], unread: 0, unseen: 0 });
    const real = await eve.post('/notifications/read', { ids: [id] });
    expect(real.body).toEqual({ changed: 0, unread: 0, unseen: 0 });
    expect((await eve.post('/notifications/read', { ids: ['none'] })).body).toEqual(real.body);
    expect((await backend.as(tokenFor('alice')).get('/notifications')).body.unread).toBe(1);
    for (const bearer of [undefined, apiKey])
      expect((await backend.as(bearer).get('/notifications')).status).toBe(401);
  });

  it.each([
    ['POST', '/notifications/read', {}],
    ['POST', '/notifications/read', { ids: [] }],
    ['POST', '/notifications/read', { ids: ['x'], all: true }],
    ['POST', '/notifications/read', { all: false }],
    ['POST', '/notifications/seen', { all: true, before: 'now' }],
    ['POST', '/notifications/archive', { ids: 'x' }],
    ['GET', '/notifications?limit=0', undefined],
    ['GET', '/notifications?limit=101', undefined],
    ['GET', '/notifications?unread=perhaps', undefined],
    ['GET', '/notifications?category=No+Name', undefined],
    ['GET', '/notifications?other=1', undefined],
    ['PUT', '/notifications/preferences', { sound: 'loud' }],
    ['PUT', '/notifications/preferences', { categories: { 'No Name': { push: false } } }],
    ['PUT', '/notifications/preferences', { categories: { 'prices.drop': { sms: true } } }],
    ['PUT', '/notifications/preferences', { categories: { 'prices.drop': { push: 'no' } } }],
    ['PUT', '/notifications/preferences', { quietHours: { from: '22:00' } }],
    ['PUT', '/notifications/preferences', { quietHours: { from: '25:00', to: '07:00' } }],
    ['PUT', '/notifications/preferences', { quietHours: { from: '9 pm', to: '07:00' } }],
    ['PUT', '/notifications/preferences', { quietHours: { from: '07:00', to: '07:00' } }],
    ['PUT', '/notifications/preferences', { digest: 'weekly' }],
    ['PUT', '/notifications/preferences', { digestHour: 24 }],
  ])('refuses %s %s %j', async (method, path, body) => {
    const { url } = await startServer();
    const alice = new Api({ url, bearer: tokenFor('alice') });
    expect(await alice.call(method, path, body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
    expect((await alice.get('/notifications/preferences')).body).toEqual({});
  });

  it('refuses more than there may be', async () => {
    const { url } = await startServer();
    const alice = new Api({ url, bearer: tokenFor('alice') });
    const categories = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`c${n}`, {}]));
    for (const [method, path, body] of [
      ['POST', '/notifications/read', { ids: Array(1001).fill('x') }],
      ['PUT', '/notifications/preferences', { categories }],
    ] as const)
      expect((await alice.call(method, path, body)).body).toMatchObject({ code: 'invalid_request' });
  });

  it('refuses a cursor that is none', async () => {
    const { url } = await startServer();
    const alice = new Api({ url, bearer: tokenFor('alice') });
    expect((await alice.get('/notifications?after=x')).body.code).toBe('bad_cursor');
  });

  it('keeps preferences as they were said', async () => {
    const { url } = await startServer();
    const alice = new Api({ url, bearer: tokenFor('alice') });
    const preferences = {
      categories: { 'prices.drop': { push: false }, general: { email: false, inApp: true } },
      quietHours: { from: '22:00', to: '07:00' },
      digest: 'daily',
      digestHour: 18,
    };
    expect((await alice.call('PUT', '/notifications/preferences', preferences)).body).toEqual(preferences);
    expect((await alice.get('/notifications/preferences')).body).toEqual(preferences);
    expect((await alice.call('PUT', '/notifications/preferences', { quietHours: null })).body).toEqual({
      quietHours: null,
    });
  });
});

describe.each(['SQLite', 'PostgreSQL'])('on %s', (kind) => {
  const start = () => startInbox({ postgres: kind === 'PostgreSQL' ? postgres.url : undefined });

  it('categories that are turned off at once are all off', async () => {
    const { inbox } = await start();
    const categories = Array.from({ length: 8 }, (_, n) => `news.n${n}`);
    await Promise.all(categories.map((category) => inbox.setWay('alice', category, 'email', false)));
    expect(await inbox.preferences.of('alice')).toEqual({
      categories: Object.fromEntries(categories.map((category) => [category, { email: false }])),
    });
  });

  it('a list is paged by a cursor that newer ones do not move', async () => {
    const { tell, inbox } = await start();
    const ids: string[] = [];
    for (let n = 0; n < 25; n += 1) ids.unshift(await tell('alice', { category: n % 2 ? 'odd' : 'even' }));
    await tell('bob');
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await inbox.list('alice', { limit: 10, ...(after === undefined ? {} : { after }) });
      seen.push(...page.notifications.map(({ id }) => id));
      after = page.next;
      await tell('alice', { category: 'new' });
    } while (after !== undefined);
    expect(seen).toEqual(ids);
    const odd = await inbox.list('alice', { category: 'odd' });
    expect(odd.notifications.map(({ id }) => id)).toEqual(ids.filter((_, n) => n % 2 === 1));
    expect(odd).toMatchObject({ unread: 28, unseen: 28 });
    expect(odd.next).toBeUndefined();
  });

  it('all until a moment are marked, and not what came after', async () => {
    const { tell, inbox, core } = await start();
    const old = [await tell('alice'), await tell('alice')];
    const before = core.clock.now();
    core.clock.set(before + SECOND);
    const late = await tell('alice');
    expect(await inbox.mark('alice', 'read', { all: true, before })).toEqual({
      changed: 2,
      unread: 1,
      unseen: 1,
    });
    expect(await inbox.mark('alice', 'read', { all: true, before })).toEqual({
      changed: 0,
      unread: 1,
      unseen: 1,
    });
    expect((await inbox.list('alice', { unread: true })).notifications.map(({ id }) => id)).toEqual([late]);
    expect(await inbox.mark('alice', 'archive', { ids: [...old, late] })).toEqual({
      changed: 3,
      unread: 0,
      unseen: 0,
    });
  });

  it('the counts that are told last are right, however many mark at once', async () => {
    const { tell, inbox, core } = await start();
    const ids = await Promise.all(Array.from({ length: 20 }, () => tell('alice')));
    const heard: number[] = [];
    core.hub.observe({
      published({ event, data }) {
        if (event === 'notification_read') heard.push((data as { unread: number }).unread);
      },
    });
    await Promise.all(ids.map((id) => inbox.mark('alice', 'read', { ids: [id] })));
    await expect.poll(() => heard.length).toBe(20);
    expect(heard.toSorted((a, b) => b - a)).toEqual(Array.from({ length: 20 }, (_, n) => 19 - n));
    expect(heard.at(-1)).toBe(0);
  });
});
