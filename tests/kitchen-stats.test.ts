import type { Session, Tidings } from '@tidings/server/kit';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKitchenKit } from '../kits/kitchen/server/kit.ts';
import { EventCounts } from '../kits/kitchen/server/stats/event-counts.ts';
import type { KitchenTables } from '../kits/kitchen/server/tables.ts';
import { openDatabase } from '../packages/server/src/storage/database.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { Api } from './support/api.ts';
import { RawKitchen } from './support/kitchen/raw-kitchen.ts';
import { cook, startKitchen } from './support/kitchen/start-kitchen.ts';
import { NativeClient } from './support/native-client.ts';
import { testToken } from './support/start-core.ts';
import { KITS_API_KEY, startKits } from './support/start-kits.ts';
import { onTeardown } from './support/teardown.ts';

const DAY = 24 * 60 * 60 * 1000;

let postgres: TestPostgres | undefined;

beforeAll(() => {
  postgres = startPostgres();
});

afterAll(() => postgres?.stop());

/** Today’s date, as the analytics name it. */
const today = () => new Date().toISOString().slice(0, 10);

describe.each(['SQLite', 'PostgreSQL'])('what is counted on %s', (kind) => {
  it('is what happened, also after a restart', async () => {
    const config = kind === 'PostgreSQL' ? { database: postgres?.url as string } : {};
    const kitchen = await startKitchen(config);
    const { as, raw, backend } = kitchen;
    const clients = [await raw('olga'), await raw('petr'), await raw('petr'), await raw()];
    const post = (await as('olga').post('/kitchen/posts', { content: 'Борщ' })).body.id as string;
    for (const client of clients) await client.take('NewCommunityPost');
    await as('petr').call('PUT', `/kitchen/posts/${post}/like`);
    await clients[0]?.take('PostLiked');
    for (const title of ['a', 'b'])
      await backend.post('/realtime/notify/system', { user_id: 'petr', title, message: 'm' });
    for (const client of clients.slice(1, 3))
      for (const title of ['a', 'b']) await client.take('SystemNotification', (data) => data.title === title);
    // Nobody hears this one.
    await backend.post('/realtime/notify/goal-achieved', { user_id: 'nobody', goal_id: 'g', title: 't' });
    const expected = {
      day: today(),
      active_users: 2,
      published: 6,
      delivered: 9,
      events: {
        GoalAchieved: { published: 1, delivered: 0 },
        NewCommunityPost: { published: 1, delivered: 4 },
        PostLiked: { published: 1, delivered: 1 },
        // Told to those who look at the post, and nobody does.
        PostUpdated: { published: 1, delivered: 0 },
        SystemNotification: { published: 2, delivered: 4 },
      },
    };
    const analytics = async (api: Api) => (await api.get('/realtime/analytics?days=1')).body;
    expect(await analytics(as('olga'))).toEqual({ days: [expected] });

    // What a notification tells comes a moment after the call that made it.
    const stats = async () => (await as('olga').get('/realtime/stats')).body;
    await expect.poll(stats).toMatchObject({
      connected_clients: 4,
      uptime: expect.stringMatching(/^\d+[smhd]/),
      // Notifications are events too: a like and two messages, and one for nobody.
      events_sent_today: 6 + 4,
      users: 2,
      by_transport: { websocket: 4 },
    });
    const { text } = await backend.get('//metrics');
    expect(text).toContain('\nkitchen_clients 4\n');
    expect(text).toContain('\nkitchen_active_users 2\n');
    expect(text).toContain('\nkitchen_events_published_total{type="SystemNotification"} 2\n');
    expect(text).toContain('\nkitchen_events_delivered_total{type="NewCommunityPost"} 4\n');

    // What is counted last is written as the server goes down.
    await backend.post('/realtime/notify/goal-achieved', { user_id: 'nobody', goal_id: 'h', title: 't' });
    await kitchen.stop();
    const again = await startKitchen({ ...config, data: kitchen.data });
    expect(await analytics(again.backend)).toEqual({
      days: [
        {
          ...expected,
          published: 7,
          events: { ...expected.events, GoalAchieved: { published: 2, delivered: 0 } },
        },
      ],
    });
    await again.backend.post('/realtime/notify/goal-achieved', { user_id: 'n', goal_id: 'g', title: 't' });
    await RawKitchen.open(again.url, { token: cook('olga') });
    expect(await analytics(again.backend)).toMatchObject({
      days: [{ active_users: 2, published: 8, events: { GoalAchieved: { published: 3 } } }],
    });
  });
});

it('two servers of one database write what they have counted at the same moment', async () => {
  // The tables are there.
  await (await startKitchen({ database: postgres?.url as string })).stop();
  const opened = await openDatabase({
    directory: '',
    url: postgres?.url as string,
    onError: (error) => {
      throw error;
    },
  });
  onTeardown(() => opened.destroy());
  const db = opened as unknown as Tidings<KitchenTables>['db'];
  const [one, other] = [1, 2].map(
    () =>
      new EventCounts({
        metrics: new Registry(),
        clock: { now: () => 0 },
        transaction: (work: (transaction: object) => Promise<void>) =>
          opened.transaction().execute((db) => work({ db })),
      } as unknown as Tidings<KitchenTables>),
  );
  const names = Array.from({ length: 300 }, (_, index) => String(index));
  const open = (user: string) => ({ identity: { user } }) as Session;
  for (const name of names) {
    one?.published(name);
    one?.opened(open(name));
  }
  for (const name of names.toReversed()) {
    other?.published(name);
    other?.opened(open(name));
  }
  await Promise.all([one?.write(), other?.write()]);
  const counts = await db
    .selectFrom('kitchen_event_counts')
    .select('published')
    .where('day', '=', 0)
    .execute();
  expect(counts.map(({ published }) => published)).toEqual(names.map(() => 2));
});

it('who was there yesterday is not counted today, also when nobody is', async () => {
  const { url, clock, metrics, core } = await startKits([createKitchenKit()]);
  const activeUsers = async () =>
    (await metrics.getSingleMetric('kitchen_active_users')?.get())?.values.map(({ value }) => value);
  const olga = await RawKitchen.open(url, { token: testToken('olga') });
  expect(await activeUsers()).toEqual([1]);
  olga.client.ws.close();
  await expect.poll(() => core.hub.sessions.size).toBe(0);
  clock.set(clock.now() + DAY);
  expect(await activeUsers()).toEqual([0]);
});

it('who says after a while who they are, and soon goes, was there', async () => {
  const { url, backend } = await startKitchen();
  const client = await NativeClient.welcomed(url);
  expect(await client.ask('authenticate', { token: cook('olga') })).toMatchObject({ ok: true });
  client.ws.close();
  const clients = async () => (await backend.get('/realtime/stats')).body.connected_clients;
  await expect.poll(clients).toBe(0);
  expect((await backend.get('/realtime/analytics?days=1')).body).toMatchObject({
    days: [{ active_users: 1 }],
  });
});

describe('analytics', () => {
  it('go by days in UTC, and are kept as long as the kit is told', async () => {
    const kit = createKitchenKit({ analyticsDays: 2 });
    let kitchen: Parameters<NonNullable<typeof kit.onStart>>[0] | undefined;
    const { url, clock } = await startKits([
      {
        ...kit,
        onStart(tidings) {
          kitchen = tidings;
          return kit.onStart?.(tidings);
        },
      },
    ]);
    const api = new Api({ url, bearer: KITS_API_KEY });
    const tell = () => api.post('/realtime/notify/system', { title: 't', message: 'm' });
    const olga = await RawKitchen.open(url, { token: testToken('olga') });
    await tell();
    await olga.take('SystemNotification');
    // The clock of the tests stands at midnight.
    clock.set(clock.now() + DAY - 1);
    await tell();
    await olga.take('SystemNotification');
    clock.set(clock.now() + 1);
    await tell();
    await olga.take('SystemNotification');
    const days = async (query = '') =>
      (await api.get(`/realtime/analytics${query}`)).body.days as readonly Record<string, unknown>[];
    const first = { active_users: 1, published: 2, delivered: 2 };
    const second = { active_users: 1, published: 1, delivered: 1 };
    expect(await days('?days=2')).toMatchObject([
      { day: '2026-01-01', ...first },
      { day: '2026-01-02', ...second },
    ]);
    expect(await days()).toHaveLength(7);
    expect((await days())[0]).toEqual({
      day: '2025-12-27',
      active_users: 0,
      published: 0,
      delivered: 0,
      events: {},
    });
    clock.set(clock.now() + 2 * DAY);
    const on = async (day: string) => (await days('?days=10')).find((entry) => entry.day === day);
    expect(await on('2026-01-01')).toMatchObject(first);
    await kit.jobs?.find(({ name }) => name === 'forget old counts')?.run(kitchen!);
    expect(await on('2026-01-01')).toMatchObject({ active_users: 0, published: 0, events: {} });
    expect(await on('2026-01-02')).toMatchObject(second);
  });

  it('are for those who are known', async () => {
    const { url } = await startKits([createKitchenKit()]);
    const api = new Api({ url, bearer: undefined });
    expect((await api.get('/realtime/analytics')).body).toMatchObject({ code: 'unauthenticated' });
    for (const query of ['days=0', 'days=401', 'days=x'])
      expect((await api.as(testToken('olga')).get(`/realtime/analytics?${query}`)).body, query).toMatchObject(
        { code: 'invalid_request' },
      );
  });
});
