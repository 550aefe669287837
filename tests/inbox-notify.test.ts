import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewNotification } from '../packages/server/src/features/inbox/index.ts';
import { defineCommand, defineKit, type Kit, Type } from '../packages/server/src/kit.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { notes, type Tables } from './support/kit-parts.ts';
import { NativeClient } from './support/native-client.ts';
import { testToken } from './support/start-core.ts';
import { startInbox, TEXTS } from './support/start-inbox.ts';
import { startKits } from './support/start-kits.ts';
import { startServer } from './support/start-server.ts';

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres?.stop());

/** Objects in one another. */
const nested = (depth: number): object => (depth === 0 ? {} : { inner: nested(depth - 1) });

const text = (title: string, body = '') => ({ en: { title, body } });

describe.each(['SQLite', 'PostgreSQL'])('on %s, notify', (kind) => {
  const start = () => startInbox({ postgres: kind === 'PostgreSQL' ? postgres.url : undefined });
  const rowsOf = async ({ db }: Awaited<ReturnType<typeof start>>) => {
    const counts = [];
    for (const table of ['notifications', 'deliveries', 'outbox'] as const)
      counts.push(
        Number(
          (
            await db
              .withTables<{ notifications: { id: string }; deliveries: { id: string } }>()
              .selectFrom(table)
              .select(({ fn }) => fn.countAll().as('count'))
              .executeTakeFirstOrThrow()
          ).count,
        ),
      );
    return counts;
  };

  it('tells each user once under a key, however often and in whatever company', async () => {
    const running = await start();
    const { inbox } = running;
    const given = { key: 'k', texts: TEXTS };
    const [alice] = await inbox.notify('alice', given);
    expect(alice).toEqual({ user: 'alice', id: expect.any(String), created: true });
    expect(await inbox.notify('alice', { ...given, texts: text('Other') })).toEqual([
      { ...alice, created: false },
    ]);
    expect(await inbox.notify(['carol', 'alice', 'bob', 'carol'], given)).toEqual([
      { user: 'carol', id: expect.any(String), created: true },
      { ...alice, created: false },
      { user: 'bob', id: expect.any(String), created: true },
    ]);
    const racing = await Promise.all(
      Array.from({ length: 10 }, () => inbox.notify(['x', 'y', 'z'], { ...given, key: 'race' })),
    );
    for (const n of [0, 1, 2]) {
      expect(new Set(racing.map((told) => told[n]?.id)).size).toBe(1);
      expect(racing.filter((told) => told[n]?.created)).toHaveLength(1);
    }
    expect((await rowsOf(running)).slice(0, 2)).toEqual([6, 6]);
    expect(inbox.created).toBe(6);
    expect((await inbox.list('alice', {})).notifications).toHaveLength(1);
  });

  it('tells many users, each in their language', async () => {
    const running = await start();
    const { inbox, contacts, core } = running;
    await contacts.set('user7', { language: 'tr' });
    const heard: string[] = [];
    core.hub.observe({ published: ({ channel }) => void heard.push(channel) });
    const users = Array.from({ length: 1234 }, (_, n) => `user${n}`);
    const told = await inbox.notify(users, { texts: { ...TEXTS, tr: { title: 'Selam', body: '' } } });
    expect(told.map(({ user }) => user)).toEqual(users);
    expect(new Set(told.map(({ id }) => id)).size).toBe(users.length);
    await expect.poll(() => heard.length).toBe(users.length);
    expect(heard.toSorted()).toEqual(users.map((user) => `user:${user}`).toSorted());
    expect((await inbox.list('user7', {})).notifications[0]?.title).toBe('Selam');
    expect((await inbox.list('user8', {})).notifications[0]?.title).toBe('Hello');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no text at all', {}, 'invalid_request'],
    ['a template nobody has', { template: 'prices.none' }, 'invalid_request'],
    ['a template and texts', { template: 'prices.none', texts: TEXTS }, 'invalid_request'],
    ['no language', { texts: {} }, 'invalid_request'],
    ['a language that is none of ours', { texts: { fr: TEXTS.en } }, 'invalid_request'],
    ['an empty title', { texts: text('') }, 'invalid_request'],
    ['a title of blanks', { texts: text('  ') }, 'invalid_request'],
    ['a long title', { texts: text('x'.repeat(201)) }, 'invalid_request'],
    ['a long body', { texts: text('x', 'x'.repeat(2001)) }, 'invalid_request'],
    ['values without a template', { texts: TEXTS, values: { a: 1 } }, 'invalid_request'],
    ['large data', { texts: TEXTS, data: { a: 'x'.repeat(8192) } }, 'message_too_large'],
    ['deep data', { texts: TEXTS, data: nested(17) }, 'message_too_deep'],
    ['a list for data', { texts: TEXTS, data: [1] }, 'invalid_request'],
    ['javascript', { texts: TEXTS, url: 'javascript:alert(1)' }, 'invalid_request'],
    ['javascript with a blank', { texts: TEXTS, url: ' javascript:alert(1)' }, 'invalid_request'],
    ['data', { texts: TEXTS, url: 'data:text/html,x' }, 'invalid_request'],
    ['http', { texts: TEXTS, url: 'http://example.com' }, 'invalid_request'],
    ['another host', { texts: TEXTS, url: '//example.com' }, 'invalid_request'],
    ['another host by a backslash', { texts: TEXTS, url: '/\\example.com' }, 'invalid_request'],
    ['no URL', { texts: TEXTS, url: 'products/7' }, 'invalid_request'],
    ['the past', { texts: TEXTS, expiresAt: 1 }, 'invalid_request'],
    ['no moment', { texts: TEXTS, expiresAt: 'tomorrow' }, 'invalid_request'],
    ['no category', { texts: TEXTS, category: 'Prices Drop' }, 'invalid_request'],
    ['a prototype for a category', { texts: TEXTS, category: '__proto__' }, 'invalid_request'],
    ['no level', { texts: TEXTS, level: 'fatal' }, 'invalid_request'],
    ['a long key', { texts: TEXTS, key: 'x'.repeat(129) }, 'invalid_request'],
    ['an unknown field', { texts: TEXTS, urgent: true }, 'invalid_request'],
  ])('refuses %s and writes nothing', async (_, given, code) => {
    const running = await start();
    await expect(running.inbox.notify(['a', 'b'], given as NewNotification)).rejects.toMatchObject({ code });
    expect(await rowsOf(running)).toEqual([0, 0, 0]);
  });

  it.each<[string, readonly string[]]>([
    ['a user with a blank', ['a', 'b c']],
    ['nobody', ['']],
    ['a long name', ['a', 'x'.repeat(129)]],
    ['no string', ['a', 7 as never]],
    ['too many', Array.from({ length: 1_000_000 }, (_, n) => `u${n}`)],
  ])('refuses %s and tells nobody', async (_, users) => {
    const running = await start();
    await expect(running.inbox.notify(users, { texts: TEXTS })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await rowsOf(running)).toEqual([0, 0, 0]);
  });
});

describe('POST /notifications', () => {
  it('is for a backend, and says what is wrong', async () => {
    const { url, apiKey } = await startServer();
    const backend = new Api({ url, bearer: apiKey });
    const body = { user: 'alice', texts: TEXTS, key: 'k' };
    expect((await backend.as(tokenFor('alice')).post('/notifications', body)).body.code).toBe(
      'invalid_api_key',
    );
    const first = await backend.post('/notifications', body);
    expect(first).toMatchObject({ status: 200, body: { notifications: [{ user: 'alice', created: true }] } });
    const [told] = first.body.notifications as object[];
    expect(
      (await backend.post('/notifications', { ...body, user: undefined, users: ['alice'] })).body,
    ).toEqual({
      notifications: [{ ...told, created: false }],
    });
    for (const wrong of [
      { texts: TEXTS },
      { user: 'a', users: ['b'], texts: TEXTS },
      { users: [], texts: TEXTS },
      { user: 'a b', texts: TEXTS },
      { user: 'a', texts: TEXTS, url: 'javascript:alert(1)' },
      { user: 'a', texts: TEXTS, data: 'x' },
      { user: 'a', texts: TEXTS, other: 1 },
    ])
      expect(await backend.post('/notifications', wrong)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
    const crowd = Array.from({ length: 1_000_000 }, (_, n) => n.toString(36));
    expect(await backend.post('/notifications', { users: crowd, texts: TEXTS })).toMatchObject({
      status: 413,
      body: { code: 'message_too_large' },
    });
  });
});

describe('a kit', () => {
  const sale = (title: string) => ({ title, body: '{price} {who}' });
  const kit = (more: Partial<Kit<Tables>> = {}) =>
    defineKit<Tables>({
      name: 'shop',
      migrations: notes,
      notifications: {
        sale: {
          category: 'shop.sale',
          level: 'success',
          texts: { en: sale('Sale'), tr: sale('İndirim'), ru: sale('Скидка'), uk: sale('Знижка') },
        },
      },
      commands: (tidings) => [
        defineCommand({
          name: 'buy',
          summary: 'Buys.',
          data: Type.Object({ fail: Type.Boolean() }),
          handle: ({ fail }) =>
            tidings.transaction(async ({ db, notify }) => {
              await db.insertInto('notes').values({ text: 'bought' }).execute();
              const told = await notify('alice', {
                template: 'sale',
                values: { price: { amount: 9000, currency: 'TRY' }, who: '<b>' },
              });
              if (fail) throw new Error('no');
              return told;
            }),
        }),
        defineCommand({
          name: 'ask',
          summary: 'Asks.',
          data: Type.Object({}),
          handle: async () => ({
            contact: await tidings.contactOf('alice'),
            sessions: tidings.sessionsOf('alice').length,
            nobody: tidings.sessionsOf('bob').length,
            told: await tidings.notify(['alice', 'bob'], {
              template: 'sale',
              values: { price: 1, who: 'x' },
            }),
          }),
        }),
      ],
      ...more,
    });

  it('tells inside a transaction, if and only if that commits', async () => {
    const { url, inbox, contacts } = await startKits([kit()]);
    await contacts.set('alice', { language: 'tr' });
    const client = await NativeClient.welcomed(url, { token: testToken('alice') });
    await client.subscribe('user:alice');
    expect((await client.ask('buy', { data: { fail: true } })).ok).toBe(false);
    expect(await inbox.list('alice', {})).toMatchObject({ notifications: [] });
    expect((await client.ask('buy', { data: { fail: false } })).data).toMatchObject([
      { user: 'alice', created: true },
    ]);
    const { data } = await client.event();
    expect(data).toMatchObject({
      type: 'success',
      category: 'shop.sale',
      title: 'İndirim',
      message: '₺90 <b>',
    });
    expect(await inbox.list('alice', {})).toMatchObject({ notifications: [data] });
  });

  it('tells outside of one, and knows who is there and how they read', async () => {
    const { url } = await startKits([kit()]);
    const client = await NativeClient.welcomed(url, { token: testToken('alice') });
    await NativeClient.welcomed(url, { token: testToken('alice') });
    expect((await client.ask('ask', { data: {} })).data).toMatchObject({
      contact: { user: 'alice', language: 'en', timezone: 'UTC' },
      sessions: 2,
      nobody: 0,
      told: [
        { user: 'alice', created: true },
        { user: 'bob', created: true },
      ],
    });
  });

  it('with a text that cannot be read does not start, and says which', async () => {
    const texts = { en: { title: '{n', body: '' } } as never;
    await expect(startKits([kit({ notifications: { sale: { category: 'a', texts } } })])).rejects.toThrow(
      'Kit "shop": notification "sale": its text in "en" cannot be read',
    );
  });
});
