import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JumpingClock } from './support/jumping-clock.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import { heard, MINUTE, startTimedKitchen } from './support/kitchen/start-timed-kitchen.ts';

const configOf = bothDatabases();

let tests = 0;

/** So far apart that no test is near another's shops, degrees. */
const APART = 0.5;

describe.each(DATABASES)('places on %s', (kind) => {
  const start = async (more: Parameters<typeof startTimedKitchen>[0] = {}) => {
    tests += 1;
    const kitchen = await startTimedKitchen({ config: configOf(kind), ...more });
    const [olga, petr, shop] = [`olga-${tests}`, `petr-${tests}`, `shop-${tests}`];
    const centre = { latitude: 10 + tests * APART, longitude: 28.978 };
    /** So many metres to the north. */
    const at = (metres: number) => ({ ...centre, latitude: centre.latitude + metres / 111_195 });
    const opt = (user: string, settings: object = { enabled: true }) =>
      kitchen.as(user).call('PUT', '/kitchen/place/settings', settings);
    const go = (user: string, metres: number) => kitchen.as(user).call('PUT', '/kitchen/place', at(metres));
    const put = (fields: object = {}) =>
      kitchen.backend.call('PUT', `/kitchen/shops/${shop}`, {
        name: 'Мигрос <1>',
        ...centre,
        radius: 300,
        sells: ['süt', 'Yumurta', 'ekmek'],
        ...fields,
      });
    return { ...kitchen, olga, petr, shop, centre, at, opt, go, put, client: await kitchen.native(olga) };
  };

  it('takes positions of those alone who have opted in, and forgets them', async () => {
    const { olga, opt, go, as, clock, client, at } = await start();
    const place = async () => (await as(olga).get('/kitchen/place')).body;
    expect(await place()).toEqual({ enabled: false, share: false, position: null });
    expect((await go(olga, 0)).body).toMatchObject({ code: 'forbidden' });
    expect((await client.ask('place.update', { data: at(0) })).error?.code).toBe('forbidden');
    await opt(olga);
    const { data } = await client.ask('place.update', {
      data: { latitude: 41.008_238_4, longitude: 28.978_358_9 },
    });
    const position = { latitude: 41.008, longitude: 28.978, expires: clock.now() + 15 * MINUTE };
    expect(data).toEqual({ ...position, shops: [] });
    expect(await place()).toEqual({ enabled: true, share: false, position });
    clock.jump(15 * MINUTE - 1);
    expect(await place()).toMatchObject({ position });
    clock.jump(1);
    expect(await place()).toMatchObject({ enabled: true, position: null });
    await go(olga, 0);
    await as(olga).call('DELETE', '/kitchen/place');
    expect(await place()).toMatchObject({ position: null });
    await go(olga, 0);
    await opt(olga, { enabled: false });
    expect(await place()).toMatchObject({ enabled: false, position: null });
    expect((await go(olga, 0)).body).toMatchObject({ code: 'forbidden' });
  });

  it('knows nobody who opts out while they are on their way', async () => {
    const { olga, opt, go, as, household, native, settled, centre } = await start();
    const home = await household(olga);
    await as(olga).post(`/kitchen/groups/${home}/geofences`, { name: 'Home', ...centre, radius: 200 });
    const listener = await native(olga);
    await listener.subscribe(`group:${home}`);
    for (let round = 0; round < 5; round += 1) {
      await opt(olga, { enabled: true, share: true });
      await Promise.all([go(olga, 0), opt(olga, { enabled: false })]);
      expect((await as(olga).get('/kitchen/place')).body).toMatchObject({ enabled: false, position: null });
    }
    await settled(listener, olga);
    expect(heard(listener, 'GeofenceLeft').length).toBe(heard(listener, 'GeofenceEntered').length);
  });

  it('keeps both of two choices that come at once', async () => {
    const { olga, opt, as } = await start();
    for (let round = 0; round < 5; round += 1) {
      await opt(olga, { enabled: true, share: false });
      await Promise.all([opt(olga, { enabled: false }), opt(olga, { share: true })]);
      expect((await as(olga).get('/kitchen/place')).body).toMatchObject({ enabled: false, share: true });
    }
  });

  it('tells once a visit that a shop sells what the fridge lacks', async () => {
    const { olga, opt, go, as, clock, client, put, shop, settled, inbox } = await start();
    await as(olga).call('PUT', `/users/${olga}/contact`, { language: 'ru' });
    await opt(olga);
    expect((await put()).status).toBe(200);
    await as(olga).post('/kitchen/fridge', { name: 'Соль', running_out: true });
    const milk = (await as(olga).post('/kitchen/fridge', { name: 'Молоко 3,2%' })).body.id;
    const count = async () => {
      await settled(client, olga);
      return heard(client, 'ShopNearby').length;
    };
    // There, but it sells nothing that is lacking.
    expect((await go(olga, 0)).body).toMatchObject({ shops: ['Мигрос <1>'] });
    expect(await count()).toBe(0);
    await as(olga).call('PATCH', `/kitchen/fridge/${milk}`, { running_out: true });
    await as(olga).post('/kitchen/fridge', { name: 'Яйца', quantity: 0 });
    for (const metres of [0, 100, 250, 0]) await go(olga, metres);
    expect(await count()).toBe(1);
    expect(heard(client, 'ShopNearby')[0]?.data).toEqual({
      shop_id: shop,
      name: 'Мигрос <1>',
      items: ['Молоко 3,2%', 'Яйца'],
    });
    expect(await inbox(olga, 'kitchen.shops')).toMatchObject([
      {
        title: 'Магазин рядом: Мигрос <1>',
        message: 'Здесь есть 2 продукта, которых не хватает в холодильнике: Молоко 3,2%, Яйца',
      },
    ]);
    // At the edge one is still there, and renewed the visit lasts.
    for (const metres of [400, 250, 400, 250]) {
      clock.jump(10 * MINUTE);
      await go(olga, metres);
    }
    expect(await count()).toBe(1);
    // Gone and come again it is another visit.
    expect((await go(olga, 1000)).body).toMatchObject({ shops: [] });
    // At the edge one does not come in.
    await go(olga, 400);
    expect(await count()).toBe(1);
    await go(olga, 250);
    expect(await count()).toBe(2);
    // Silent for longer than a position is known, too.
    clock.jump(16 * MINUTE);
    await go(olga, 0);
    expect(await count()).toBe(3);
  });

  it('counts what the chosen recipe lacks, and what others of the household have', async () => {
    const { olga, petr, opt, go, as, client, put, settled, household } = await start();
    const group = await household(olga, petr);
    await as(petr).post('/kitchen/fridge', { name: 'eggs', group_id: group });
    await as(olga).post('/kitchen/fridge', { name: 'butter' });
    const id = (await as(olga).post('/kitchen/recipes', { wish: 'omelette eggs butter herbs' })).body.id;
    await client.event(({ event }) => event === 'RecipeGenerated');
    const needs = async () => (await as(olga).get('/kitchen/shopping')).body.needs as { name: string }[];
    expect(await needs()).toEqual([]);
    expect((await as(olga).call('PUT', `/kitchen/recipes/${id}/chosen`)).body).toMatchObject({
      chosen: true,
    });
    expect(await needs()).toEqual([
      { name: 'milk', reason: 'recipe', id },
      { name: 'herbs', reason: 'recipe', id },
    ]);
    await put();
    await opt(olga);
    await go(olga, 0);
    await settled(client, olga);
    expect(heard(client, 'ShopNearby').map(({ data }) => data?.items)).toEqual([['milk']]);
    await as(olga).call('DELETE', `/kitchen/recipes/${id}/chosen`);
    expect(await needs()).toEqual([]);
  });

  it('tells a household who comes to its places, of those who share', async () => {
    const { olga, petr, opt, go, as, centre, household, native, clock } = await start();
    const group = await household(olga, petr);
    const fences = `/kitchen/groups/${group}/geofences`;
    const fence = (await as(petr).post(fences, { name: 'Дача', ...centre, radius: 200 })).body;
    expect(fence).toMatchObject({ name: 'Дача', radius: 200 });
    const listener = await native(petr);
    await listener.subscribe(`group:${group}`);
    await opt(olga);
    await go(olga, 0);
    await opt(olga, { share: true });
    await go(olga, 10);
    await go(olga, 20);
    const data = { group_id: group, geofence_id: fence.id, name: 'Дача', user_id: olga, user_name: olga };
    const next = async () => {
      const told = await listener.event(({ event }) => /^Geofence/.test(event ?? ''));
      return [told.event, told.data];
    };
    expect(await next()).toEqual(['GeofenceEntered', data]);
    await go(olga, 2000);
    expect(await next()).toEqual(['GeofenceLeft', { ...data, reason: 'left' }]);
    await go(olga, 0);
    expect(await next()).toEqual(['GeofenceEntered', data]);
    // Nobody knows any more; the household is told that.
    clock.jump(16 * MINUTE);
    expect(await next()).toEqual(['GeofenceLeft', { ...data, reason: 'silent' }]);
    await go(olga, 0);
    expect(await next()).toEqual(['GeofenceEntered', data]);
    await opt(olga, { share: false });
    expect(await next()).toEqual(['GeofenceLeft', { ...data, reason: 'silent' }]);
    await go(olga, 0);
    // Of strangers nobody is told, and they may do nothing.
    for (const [method, path, body] of [
      ['GET', fences, undefined],
      ['POST', fences, { name: 'x', ...centre, radius: 200 }],
      ['DELETE', `${fences}/${fence.id}`, undefined],
    ] as const)
      expect((await as('stranger').call(method, path, body)).body).toMatchObject({ code: 'not_found' });
    expect((await as(olga).get(fences)).body).toEqual({ geofences: [fence] });
    expect((await as(olga).call('DELETE', `${fences}/${fence.id}`)).status).toBe(204);
    expect((await as(olga).call('DELETE', `${fences}/${fence.id}`)).status).toBe(404);
    expect(listener.messages.untaken.filter(({ event }) => /^Geofence/.test(event ?? ''))).toEqual([]);
  });

  it('has no position on disk or after a restart, and no visit longer than a position may be known', async () => {
    const clock = new JumpingClock(Date.UTC(2026, 10, 20, 12));
    const { olga, opt, go, put, as, stop, data, at, centre } = await start({ clock });
    await opt(olga);
    await put({ latitude: centre.latitude + 0.0007 });
    await as(olga).post('/kitchen/fridge', { name: 'milk', running_out: true });
    const { latitude } = (await go(olga, 60)).body;
    expect(latitude).toBe(centre.latitude + 0.001);
    await stop();
    const double = Buffer.alloc(8);
    double.writeDoubleBE(latitude as number);
    for (const file of readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      for (const trace of [double, String(latitude), String(at(60).latitude)])
        expect(bytes.includes(trace), `${file.name} ${String(trace)}`).toBe(false);
    }
    const restart = () => startTimedKitchen({ clock, config: { ...configOf(kind), data } });
    // Soon after, the visit goes on: nothing is told twice.
    clock.jump(5 * MINUTE);
    const soon = await restart();
    expect((await soon.as(olga).get('/kitchen/place')).body).toMatchObject({ enabled: true, position: null });
    const client = await soon.native(olga);
    await soon.as(olga).call('PUT', '/kitchen/place', at(60));
    await soon.settled(client, olga);
    expect(heard(client, 'ShopNearby')).toEqual([]);
    await soon.stop();
    clock.jump(15 * MINUTE);
    const late = await restart();
    const again = await late.native(olga);
    await late.as(olga).call('PUT', '/kitchen/place', at(60));
    await late.settled(again, olga);
    expect(heard(again, 'ShopNearby')).toHaveLength(1);
  });

  it('refuses what cannot be, with nothing half written', async () => {
    const { olga, opt, as, client, put, backend, shop, centre, household } = await start();
    await opt(olga);
    const bad: object[] = [
      { latitude: 999, longitude: 0 },
      { latitude: 90.1, longitude: 0 },
      { latitude: 0, longitude: -180.5 },
      { latitude: '41', longitude: 28 },
      { latitude: null, longitude: 28 },
      { latitude: 41 },
      {},
      { latitude: 41, longitude: 28, user: 'petr' },
    ];
    for (const data of bad) {
      expect((await as(olga).call('PUT', '/kitchen/place', data)).body).toMatchObject({
        code: 'invalid_request',
      });
      expect((await client.ask('place.update', { data })).error?.code).toBe('invalid_request');
    }
    for (const text of [
      '{"latitude":NaN,"longitude":0}',
      '{"latitude":1e400,"longitude":0}',
      '{"latitude":1,"longitude":1,"__proto__":{}}',
    ])
      expect(
        (await as(olga).call('PUT', '/kitchen/place', text, { 'content-type': 'application/json' })).status,
      ).toBe(400);
    client.ws.send('{"type":"place.update","id":"nan","data":{"latitude":NaN,"longitude":0}}');
    expect(await client.messages.take(({ error }) => error !== undefined)).toMatchObject({
      error: { code: 'malformed_message' },
    });
    expect((await as(olga).get('/kitchen/place')).body.position).toBeNull();
    for (const fields of [
      { latitude: 999 },
      { radius: 99 },
      { radius: 5001 },
      { radius: -1 },
      { name: '' },
      { name: 'a\u0000' },
      { sells: 'milk' },
      { sells: [''] },
      { sells: Array.from({ length: 10_000 }, () => 'milk') },
      { id: 'other' },
    ])
      expect((await put(fields)).body, JSON.stringify(fields).slice(0, 50)).toMatchObject({
        code: expect.stringMatching(/invalid_request|message_too_large/),
      });
    const { shops } = (await backend.get('/kitchen/shops')).body as { shops: { id: string }[] };
    expect(shops.map(({ id }) => id)).not.toContain(shop);
    for (const api of [as(olga), as(olga).as(undefined)])
      for (const [method, path, body] of [
        ['GET', '/kitchen/shops', undefined],
        ['PUT', `/kitchen/shops/${shop}`, { nonsense: true }],
        ['DELETE', `/kitchen/shops/${shop}`, undefined],
      ] as const)
        expect((await api.call(method, path, body)).body).toMatchObject({ code: 'invalid_api_key' });
    expect((await backend.call('DELETE', `/kitchen/shops/${shop}`)).status).toBe(404);
    await put();
    expect((await put({ name: 'Новый' })).body).toMatchObject({ id: shop, name: 'Новый' });
    expect((await backend.call('DELETE', `/kitchen/shops/${shop}`)).status).toBe(204);
    const fences = `/kitchen/groups/${await household(olga)}/geofences`;
    const fence = { name: 'x', ...centre, radius: 200 };
    for (const fields of [{ latitude: -91 }, { radius: 1 }, { name: ' ' }])
      expect((await as(olga).post(fences, { ...fence, ...fields })).body).toMatchObject({
        code: 'invalid_request',
      });
    for (let made = 0; made < 20; made += 1) expect((await as(olga).post(fences, fence)).status).toBe(201);
    expect((await as(olga).post(fences, fence)).body).toMatchObject({ code: 'limit_reached' });
    expect((await as(olga).get(fences)).body.geofences).toHaveLength(20);
  });
});
