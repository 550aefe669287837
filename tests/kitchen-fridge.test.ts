import { describe, expect, it } from 'vitest';
import type { Api, Body } from './support/api.ts';
import { JumpingClock } from './support/jumping-clock.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import {
  DAY,
  HOUR,
  heard,
  MINUTE,
  startTimedKitchen,
  type TimedKitchen,
} from './support/kitchen/start-timed-kitchen.ts';
import type { NativeClient } from './support/native-client.ts';

const configOf = bothDatabases();

/** Users of each test are its own, since the tests of PostgreSQL share a database. */
let tests = 0;
const named = () => {
  tests += 1;
  const number = tests;
  return (user: string) => `${user}-${number}`;
};

async function add(api: Api, fields: object): Promise<Body> {
  const { status, body, text } = await api.post('/kitchen/fridge', fields);
  expect(status, text).toBe(201);
  return body;
}

const names = (items: unknown) => (items as { name: string }[]).map(({ name }) => name);

/** Moves time by quarters of an hour until a client has heard what expires: a job that still runs skips its next turn. */
async function untilTold({ clock, settled }: TimedKitchen, client: NativeClient, user: string) {
  const before = heard(client, 'ExpiringItems').length;
  for (let quarters = 0; quarters < 8 && heard(client, 'ExpiringItems').length === before; quarters += 1) {
    clock.jump(15 * MINUTE);
    await settled(client, user);
  }
  return (await client.event(({ event }) => event === 'ExpiringItems')).data;
}

describe.each(DATABASES)('a fridge on %s', (kind) => {
  it('holds what a user or a household puts in, and tells whoever looks at it', async () => {
    const n = named();
    const kitchen = await startTimedKitchen({ config: configOf(kind) });
    const [olga, petr, ira] = [n('olga'), n('petr'), n('ira')];
    const group = await kitchen.household(olga, petr);
    const { as } = kitchen;
    const client = await kitchen.native(petr);
    await client.subscribe(`group:${group}`);
    const milk = await add(as(olga), {
      name: '  Молоко <b>3%</b> ',
      quantity: 0.1 + 0.2,
      unit: 'л',
      best_before: '2026-11-22',
      group_id: group,
    });
    expect(milk).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'Молоко <b>3%</b>',
      quantity: 0.3,
      unit: 'л',
      best_before: '2026-11-22',
      running_out: false,
      group_id: group,
      added_by: olga,
      added_at: '2026-11-20T12:00:00.000Z',
    });
    expect((await client.event(({ event }) => event === 'FridgeItemChanged')).data).toEqual({ item: milk });
    await add(as(olga), { name: 'Соль' });
    await add(as(petr), { name: 'Сыр', best_before: '2026-11-21', group_id: group });
    expect((await as(petr).get(`/kitchen/fridge?group_id=${group}`)).body).toMatchObject({
      today: '2026-11-20',
      items: [{ name: 'Сыр' }, { name: 'Молоко <b>3%</b>' }],
    });
    expect(names((await as(olga).get('/kitchen/fridge')).body.items)).toEqual(['Соль']);
    const path = `/kitchen/fridge/${milk.id}`;
    expect((await as(petr).call('PATCH', path, { quantity: 0, running_out: true })).body).toMatchObject({
      quantity: 0,
      running_out: true,
      unit: 'л',
    });
    expect((await as(petr).call('PATCH', path, {})).body).toMatchObject({ quantity: 0 });
    expect((await as(petr).call('PATCH', path, { best_before: null })).body).toMatchObject({
      best_before: null,
    });
    // Of somebody else there is nothing to see or to do.
    for (const [method, body] of [['GET'], ['PATCH', { quantity: 1 }], ['DELETE']] as const)
      expect((await as(ira).call(method, path, body)).body, method).toMatchObject({ code: 'not_found' });
    for (const call of [
      as(ira).get(`/kitchen/fridge?group_id=${group}`),
      as(ira).post('/kitchen/fridge', { name: 'Яд', group_id: group }),
      as(ira).post('/kitchen/fridge', { name: 'Яд', group_id: '__proto__' }),
    ])
      expect((await call).body).toMatchObject({ code: 'not_found' });
    expect((await as(petr).call('DELETE', path)).status).toBe(204);
    expect((await as(petr).call('DELETE', path)).status).toBe(404);
    expect((await client.event(({ event }) => event === 'FridgeItemRemoved')).data).toEqual({
      item_id: milk.id,
      group_id: group,
    });
    // Who has left the household has left its fridge.
    await as(olga).call('DELETE', `/kitchen/groups/${group}/members/${petr}`);
    expect((await as(petr).get(`/kitchen/fridge?group_id=${group}`)).status).toBe(404);
  });

  it('has one effect of what comes twice under one key', async () => {
    const n = named();
    const { as } = await startTimedKitchen({ config: configOf(kind) });
    const olga = as(n('olga'));
    const put = (name: string) => olga.post('/kitchen/fridge', { name, key: 'k' });
    const answers = await Promise.all([put('Milk'), put('Milk'), put('Milk')]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await put('Eggs')).body).toMatchObject({ code: 'key_conflict' });
    expect((await olga.get('/kitchen/fridge')).body.items).toHaveLength(1);
  });

  it('tells what expires at everybody’s own morning, once', async () => {
    const n = named();
    // 23:59 in UTC; in Istanbul it is 02:59 of the next day, in New York 18:59.
    const clock = new JumpingClock(Date.UTC(2026, 10, 20, 23, 59));
    const kitchen = await startTimedKitchen({ clock, config: configOf(kind) });
    const [ayse, bob] = [n('ayse'), n('bob')];
    const { as } = kitchen;
    for (const [user, timezone, language] of [
      [ayse, 'Europe/Istanbul', 'tr'],
      [bob, 'America/New_York', 'en'],
    ] as const)
      expect((await as(user).call('PUT', `/users/${user}/contact`, { timezone, language })).status).toBe(200);
    const group = await kitchen.household(ayse, bob);
    const [turk, yankee] = [await kitchen.native(ayse), await kitchen.native(bob)];
    await add(as(ayse), { name: 'Süt', best_before: '2026-11-21', group_id: group });
    await add(as(ayse), { name: 'Yoğurt', best_before: '2026-11-24' });
    await add(as(ayse), { name: 'Peynir', best_before: '2026-11-25' });
    await add(as(bob), { name: 'Ham', best_before: '2026-11-20' });
    await add(as(bob), { name: 'Salt' });
    clock.jump(5 * HOUR);
    // 07:59 in Istanbul.
    expect(await kitchen.inbox(ayse, 'kitchen.fridge')).toEqual([]);
    expect(await untilTold(kitchen, turk, ayse)).toMatchObject({
      items: [
        { name: 'Süt', expires_on: '2026-11-21', days_left: 0, group_id: group },
        { name: 'Yoğurt', expires_on: '2026-11-24', days_left: 3, group_id: null },
      ],
    });
    await expect
      .poll(() => kitchen.inbox(ayse, 'kitchen.fridge'))
      .toMatchObject([{ title: 'Buzdolabınızda 2 ürünün süresi yakında doluyor', message: 'Süt, Yoğurt' }]);
    // 07:00, and then 08:00 in New York.
    clock.jumpTo('2026-11-21T12:59:00Z');
    expect(await kitchen.inbox(bob, 'kitchen.fridge')).toEqual([]);
    expect(await untilTold(kitchen, yankee, bob)).toMatchObject({
      items: [
        { name: 'Ham', days_left: -1 },
        { name: 'Süt', days_left: 0 },
      ],
    });
    // What is put in after the morning waits for the next; the rest is told no more.
    await add(as(ayse), { name: 'Kıyma', best_before: '2026-11-22' });
    clock.jump(10 * HOUR);
    await kitchen.settled(turk, ayse);
    expect(heard(turk, 'ExpiringItems')).toHaveLength(1);
    clock.jumpTo('2026-11-22T04:59:00Z');
    expect(names((await untilTold(kitchen, turk, ayse))?.items)).toEqual(['Kıyma', 'Peynir']);
    clock.jump(3 * DAY);
    await kitchen.settled(turk, ayse);
    await kitchen.settled(yankee, bob);
    expect(heard(turk, 'ExpiringItems')).toHaveLength(2);
    expect(heard(yankee, 'ExpiringItems')).toHaveLength(1);
  });

  it('tells once, when the server is back, what has expired while it was down', async () => {
    const n = named();
    const olga = n('olga');
    const clock = new JumpingClock(Date.UTC(2026, 10, 20, 12));
    const config = configOf(kind);
    const before = await startTimedKitchen({ clock, config });
    await add(before.as(olga), { name: 'Рыба', best_before: '2026-11-25' });
    await before.stop();
    clock.jumpTo('2026-11-27T15:00:00Z');
    const restart = () => startTimedKitchen({ clock, config: { ...config, data: before.data } });
    const after = await restart();
    await expect.poll(() => after.inbox(olga, 'kitchen.fridge')).toMatchObject([{ message: 'Рыба' }]);
    const client = await after.native(olga);
    clock.jump(2 * DAY);
    await after.settled(client, olga);
    await after.stop();
    const again = await restart();
    expect(await again.inbox(olga, 'kitchen.fridge')).toHaveLength(1);
  });

  it('tells of another date again', async () => {
    const n = named();
    const olga = n('olga');
    const kitchen = await startTimedKitchen({ config: configOf(kind) });
    const client = await kitchen.native(olga);
    const { id } = await add(kitchen.as(olga), { name: 'Milk', best_before: '2026-11-21' });
    kitchen.clock.jump(DAY);
    await untilTold(kitchen, client, olga);
    // Frozen, it keeps.
    await kitchen.as(olga).call('PATCH', `/kitchen/fridge/${id}`, { best_before: '2026-12-10' });
    await kitchen.as(olga).call('PATCH', `/kitchen/fridge/${id}`, { quantity: 2 });
    for (let days = 0; days < 17; days += 1) {
      for (const hours of [1, 22, 1]) {
        kitchen.clock.jump(hours * HOUR);
        await kitchen.settled(client, olga);
      }
    }
    expect((await client.event(({ event }) => event === 'ExpiringItems')).data).toMatchObject({
      items: [{ id, expires_on: '2026-12-10', days_left: 3 }],
    });
    expect(heard(client, 'ExpiringItems')).toHaveLength(2);
  });

  it('refuses what cannot be, with nothing half written', async () => {
    const n = named();
    const { as } = await startTimedKitchen({ config: configOf(kind), options: { fridgeItems: 5 } });
    const olga = as(n('olga'));
    const { id } = await add(olga, { name: 'Milk', quantity: 1, best_before: '2028-02-29' });
    const bad: object[] = [
      { best_before: '2026-02-31' },
      { best_before: '2027-02-29' },
      { best_before: '9999-01-01' },
      { best_before: '0001-01-01' },
      { best_before: 'tomorrow' },
      { best_before: 20261120 },
      { quantity: -1 },
      { quantity: '1' },
      { quantity: 1e300 },
      { quantity: null },
      { name: '' },
      { name: '   ' },
      { name: 'a\nb' },
      { name: 'a\u0000' },
      { name: 'x'.repeat(101) },
      { unit: 'x'.repeat(21) },
      { unit: '\u0007' },
      { running_out: 'yes' },
      { owner: 'petr' },
      { user: 'petr' },
    ];
    for (const fields of bad) {
      const what = JSON.stringify(fields);
      expect((await olga.post('/kitchen/fridge', { name: 'A', ...fields })).body, what).toMatchObject({
        code: 'invalid_request',
      });
      expect((await olga.call('PATCH', `/kitchen/fridge/${id}`, fields)).body, what).toMatchObject({
        code: 'invalid_request',
      });
    }
    // JSON that JSON.stringify would not write.
    for (const text of ['{"name":"A","quantity":1e400}', '{"name":"A","quantity":-1e400}'])
      expect(
        (await olga.call('POST', '/kitchen/fridge', text, { 'content-type': 'application/json' })).body,
      ).toMatchObject({ code: 'invalid_request' });
    for (const text of ['{"name":"A","quantity":NaN}', '{"name":"A","__proto__":{"quantity":2}}', '[]'])
      expect(
        (await olga.call('POST', '/kitchen/fridge', text, { 'content-type': 'application/json' })).status,
        text,
      ).toBe(400);
    for (const path of ['0', '-1', '1e3', '__proto__', '9'.repeat(30)])
      expect((await olga.get(`/kitchen/fridge/${path}`)).status, path).toBe(404);
    expect((await olga.as(undefined).get('/kitchen/fridge')).body).toMatchObject({ code: 'unauthenticated' });
    // 10,000 items at once are no item, and one after the other the fridge is full at its limit.
    const many = Array.from({ length: 10_000 }, () => ({ name: 'A' }));
    expect((await olga.post('/kitchen/fridge', many)).status).toBeGreaterThanOrEqual(400);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, item) => olga.post('/kitchen/fridge', { name: `A${item}` })),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { body } of refused) expect(body).toMatchObject({ code: 'limit_reached' });
    expect((await olga.post('/kitchen/fridge', { name: 'Z' })).body).toMatchObject({ code: 'limit_reached' });
    const { items } = (await olga.get('/kitchen/fridge')).body;
    expect(items).toHaveLength(13 - refused.length - 4);
    expect((items as Body[]).find((item) => item.id === id)).toMatchObject({
      name: 'Milk',
      quantity: 1,
      best_before: '2028-02-29',
    });
  });
});

it('two servers of one database tell of an item once', async () => {
  const n = named();
  const olga = n('olga');
  const clock = new JumpingClock(Date.UTC(2026, 10, 20, 12));
  const config = configOf('PostgreSQL');
  const servers = await Promise.all([
    startTimedKitchen({ clock, config }),
    startTimedKitchen({ clock, config }),
  ]);
  const [one] = servers;
  for (let item = 0; item < 20; item += 1)
    await add(one.as(olga), { name: `item ${item}`, best_before: '2026-11-22' });
  for (const hours of [20, 1, 1]) {
    clock.jump(hours * HOUR);
    await expect.poll(() => one.inbox(olga, 'kitchen.fridge')).not.toEqual([]);
  }
  for (const server of servers) await server.stop();
  const again = await startTimedKitchen({ clock, config });
  const told = await again.inbox(olga, 'kitchen.fridge');
  const counts = told.map(({ data }) => (data as { count: number }).count);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
});
