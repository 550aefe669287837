import { describe, expect, it } from 'vitest';
import type { ServerStatusUpdate } from '../kits/forum/events.ts';
import type { Body } from './support/api.ts';
import { QuakeServer } from './support/forum/quake-server.ts';
import { type RunningForum, startForum } from './support/forum/start-forum.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';

const INTERVAL = 15_000;
const SECOND = 1000;

const options = { serverAllow: ['127.0.0.1'], serverInterval: INTERVAL, serverTimeout: 300 };

/** Ids of servers; all tests share one PostgreSQL. */
let servers = 0;
const fresh = () => {
  servers += 1;
  return `et-${servers}`;
};

const register = async ({ moderator }: RunningForum, id: string, port: number) =>
  expect(
    (
      await moderator.call('PUT', `/forum/servers/${id}`, {
        name: 'ET',
        type: 'wet',
        host: '127.0.0.1',
        port,
      })
    ).status,
  ).toBe(200);

/**
 * Lets time pass until what is awaited has come: a job is due again only once its last run is over, so that one jump may
 * find it not ready.
 */
async function passUntil<T>({ clock }: RunningForum, come: Promise<T>): Promise<T> {
  let here = false;
  come.then(() => {
    here = true;
  });
  clock.jump(INTERVAL);
  await expect
    .poll(() => {
      if (!here) clock.jump(SECOND);
      return here;
    })
    .toBe(true);
  return come;
}

const databaseOf = bothDatabases();

describe.each(DATABASES)('game servers on %s', (database) => {
  it('are asked in the language of their game, and what is new of them is told', async () => {
    const game = await QuakeServer.start();
    const forum = await startForum({ options, config: databaseOf(database) });
    const id = fresh();
    await register(forum, id, game.port);
    const ayse = await forum.socket('ayse');
    const berk = await forum.native('berk');
    await berk.subscribe('panel:servers', 'user:berk');
    await forum.as('berk').call('PUT', `/forum/servers/${id}/watch`, { maps: true });
    const { servers, unknown } = await ayse.ask('server_status_request', { server_ids: [id, 'nowhere', 7] });
    expect(servers).toMatchObject([{ server_id: id, status: { online: false, name: 'ET' } }]);
    expect(unknown).toEqual(['nowhere', '7']);
    for (const server_id of [id, 'nowhere', '7'])
      expect(await ayse.take('server_status_update')).toMatchObject({ server_id, status: { online: false } });

    // The first that is known.
    const update = (match: (status: Body) => boolean) =>
      passUntil(
        forum,
        ayse.take('server_status_update', ({ status }) => match(status as Body)),
      );
    expect(await update(({ online }) => online === true)).toEqual({
      server_id: id,
      status: {
        online: true,
        name: 'ET Main',
        players: 0,
        max_players: 32,
        map: 'etl_sp_delivery',
        ping: expect.any(Number),
        type: 'wet',
        address: `127.0.0.1:${game.port}`,
        timestamp: expect.any(String),
      },
    });

    // Somebody comes: a number.
    game.state.players.push({ name: '^2Dog', frags: 7, ping: 45 });
    const came = await update(({ players }) => players === 1);
    expect(came).not.toHaveProperty('change');
    expect((await forum.as(undefined).get(`/forum/servers/${id}`)).body).toMatchObject({
      players: [{ name: 'Dog', score: 7 }],
      watch: null,
    });

    // Another map: told to all who look at the panel, and to whom it concerns.
    game.state.map = 'oasis';
    expect(await update(({ map }) => map === 'oasis')).toMatchObject({ change: 'map' });
    const panel = async () => (await berk.event(({ channel }) => channel === 'panel:servers')).data;
    expect(await panel()).toMatchObject({ server_id: id, status: { map: 'etl_sp_delivery' } });
    expect(await panel()).toMatchObject({ server_id: id, change: 'map' });
    const notified = await berk.event(({ event }) => event === 'notification');
    expect(notified.data).toMatchObject({ title: 'ET Main: new map oasis', data: { server_id: id } });

    const { body } = await forum.as('ayse').get(`/forum/servers/${id}/history`);
    const points = body.points as Body[];
    expect(Math.max(...points.map(({ players }) => Number(players)))).toBe(1);
    expect(points.every(({ online }) => online)).toBe(true);
  });
});

it('a server that is silent twice is down, is asked more rarely, and is up again', async () => {
  const game = await QuakeServer.start();
  const forum = await startForum({ options });
  await register(forum, 'main', game.port);
  const ayse = await forum.socket('ayse');
  await forum.as('ayse').call('PUT', '/forum/servers/main/watch', {});
  await ayse.ask('server_status_request', { server_ids: ['main'] });
  const update = (match: (data: Record<string, unknown>) => boolean) =>
    passUntil(forum, ayse.take('server_status_update', match));
  await update(({ status }) => (status as Body).online === true);
  game.up = false;
  const { asked } = game;
  const begun = forum.clock.now();
  await update(({ change }) => change === 'down');
  // Each question is put twice.
  expect(game.asked).toBeGreaterThanOrEqual(asked + 4);
  expect(game.asked).toBeLessThanOrEqual(asked + 2 * ((forum.clock.now() - begun) / INTERVAL + 1));
  expect((await forum.as('ayse').get('/forum/servers')).body).toMatchObject({
    servers: [
      { status: { online: false, players: 0, ping: null, map: 'etl_sp_delivery' }, watch: { maps: false } },
    ],
  });

  game.up = true;
  await update(({ change }) => change === 'up');
  const { notifications } = (await forum.as('ayse').get('/notifications')).body as { notifications: Body[] };
  expect(notifications.map(({ title }) => title)).toEqual(['ET Main is up again', 'ET Main is down']);
});

it('is asked by one of two nodes', async () => {
  const game = await QuakeServer.start();
  const one = await startForum({ options, config: databaseOf('PostgreSQL') });
  const other = await startForum({ options, config: databaseOf('PostgreSQL'), clock: one.clock });
  const id = fresh();
  await register(one, id, game.port);
  const read = async () =>
    (await other.as('ayse').get(`/forum/servers/${id}`)).body as unknown as ServerStatusUpdate;
  const begun = one.clock.now();
  for (let turn = 1; turn <= 5; turn += 1) {
    game.state.map = `map-${turn}`;
    one.clock.jump(INTERVAL);
    await expect
      .poll(async () => {
        one.clock.jump(SECOND);
        return (await read()).status.map;
      })
      .toBe(`map-${turn}`);
  }
  expect(game.asked).toBeLessThanOrEqual((one.clock.now() - begun) / INTERVAL + 1);
});

it('may be told by a backend, and is then asked nothing', async () => {
  const forum = await startForum({ options });
  const put = (id: string, body: object) => forum.moderator.call('PUT', `/forum/servers/${id}`, body);
  expect((await put('pushed', { name: 'Pushed', type: 'push' })).body).toMatchObject({
    status: { online: false, name: 'Pushed', address: '' },
  });
  const status = { online: true, players: 3, max_players: 8, map: 'goldrush' };
  const tell = (body: object, api = forum.backend) => api.post('/forum/servers/pushed/status', body);
  expect((await tell(status, forum.moderator)).body.code).toBe('invalid_api_key');
  const ayse = await forum.socket('ayse');
  await ayse.ask('server_status_request', { server_ids: ['pushed'] });
  await ayse.take('server_status_update');
  expect((await tell(status)).body).toMatchObject({
    server_id: 'pushed',
    status: { ...status, name: 'Pushed' },
  });
  expect(await ayse.take('server_status_update')).toMatchObject({ status });
  // The same again is no news, and a ping that has hardly moved neither.
  await tell({ online: true, ping: 40 });
  await tell({ online: true, ping: 45 });
  await tell({ online: true, ping: 80 });
  await tell({ online: false });
  const pings = [];
  for (let count = 0; count < 3; count += 1)
    pings.push(((await ayse.take('server_status_update')).status as Body).ping);
  expect(pings).toEqual([40, 80, null]);
  expect((await forum.moderator.call('DELETE', '/forum/servers/pushed')).status).toBe(204);
  expect(await ayse.take('server_status_update')).toMatchObject({
    status: { type: 'unknown', online: false },
  });
  expect((await tell(status)).status).toBe(404);
});

it('refuses what it would not ask, and who may not say so', async () => {
  const forum = await startForum();
  const put = (body: object, api = forum.moderator) => api.call('PUT', '/forum/servers/x', body);
  const good = { name: 'X', type: 'wet', host: '127.0.0.1', port: 27_960 };
  for (const bad of [
    { ...good, type: 'discord' },
    { ...good, type: 'no-such-game' },
    { name: 'X', type: 'wet' },
    { ...good, host: 'a b' },
    { ...good, port: 0 },
    { ...good, name: 'two\nlines' },
  ])
    expect((await put(bad)).body.code).toBe('invalid_request');
  expect((await put(good, forum.as('ayse'))).body.code).toBe('forbidden');
  expect((await put(good, forum.as(undefined))).status).toBe(401);
  // An address of this machine is never asked unless it is allowed: the server is down, and nobody was asked.
  const game = await QuakeServer.start();
  await put({ ...good, port: game.port });
  const ayse = await forum.native('ayse');
  await ayse.subscribe('server:x');
  await passUntil(forum, ayse.event());
  expect(game.asked).toBe(0);
  for (const path of ['/forum/servers/none', '/forum/servers/none/history'])
    expect((await forum.as('ayse').get(path)).body.code).toBe('not_found');
  expect((await forum.as('ayse').call('PUT', '/forum/servers/none/watch', {})).body.code).toBe('not_found');
});
