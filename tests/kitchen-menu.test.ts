import { describe, expect, it } from 'vitest';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import { DAY, heard, startTimedKitchen } from './support/kitchen/start-timed-kitchen.ts';

const configOf = bothDatabases();
const WEEK = '2026-W47';

let tests = 0;

describe.each(DATABASES)('a menu on %s', (kind) => {
  const start = async () => {
    tests += 1;
    const kitchen = await startTimedKitchen({ config: configOf(kind) });
    const [olga, petr, ira] = [`olga-${tests}`, `petr-${tests}`, `ira-${tests}`];
    const group = await kitchen.household(olga, petr);
    const names = { [olga]: 'Ольга', [petr]: 'Пётр' };
    const as = (user: string) => kitchen.as(user, { name: names[user] });
    const connect = async (user: string) => {
      const client = await kitchen.native(user, { name: names[user] });
      await client.subscribe(`group:${group}`, `menu:${group}`);
      return client;
    };
    const put = (user: string, cell: string, text: string, version: number) =>
      as(user).call('PUT', `/kitchen/menus/${group}/${WEEK}/${cell}`, { text, version });
    return { ...kitchen, olga, petr, ira, group, as, connect, put };
  };

  it('is written together: the last writer wins, and both see what was overwritten', async () => {
    const { olga, petr, group, connect, put, as } = await start();
    const [first, second] = [await connect(olga), await connect(petr)];
    const written = await put(olga, 'mon-dinner', ' Борщ ', 0);
    expect(written.body).toEqual({
      group_id: group,
      week: WEEK,
      cell: 'mon-dinner',
      text: 'Борщ',
      version: 1,
      user_id: olga,
      user_name: 'Ольга',
      at: '2026-11-20T12:00:00.000Z',
    });
    const changed = async (client: typeof first, version: number) =>
      (await client.event(({ event, data }) => event === 'MenuCellChanged' && data?.version === version))
        .data;
    expect(await changed(second, 1)).toEqual(written.body);
    // Who has seen it overwrites nothing unseen.
    expect((await put(petr, 'mon-dinner', 'Борщ со сметаной', 1)).body).not.toHaveProperty('overwritten');
    // Who has not, by a command on a live connection, is told what was there.
    const { data } = await first.ask('menu.set', {
      data: { group, week: WEEK, cell: 'mon-dinner', text: '<b>Щи</b>', version: 1 },
    });
    const overwritten = {
      text: 'Борщ со сметаной',
      version: 2,
      user_id: petr,
      user_name: 'Пётр',
      at: '2026-11-20T12:00:00.000Z',
    };
    expect(data).toMatchObject({ text: '<b>Щи</b>', version: 3, overwritten });
    for (const client of [first, second]) expect(await changed(client, 3)).toEqual(data);
    // The same again, because no answer came, is no conflict with oneself.
    expect((await put(olga, 'mon-dinner', '<b>Щи</b>', 1)).body).not.toHaveProperty('overwritten');
    await put(petr, 'sun-breakfast', 'Блины', 0);
    await put(petr, 'sun-breakfast', '', 1);
    expect((await as(olga).get(`/kitchen/menus/${group}/${WEEK}`)).body).toMatchObject({
      cells: [
        { cell: 'mon-dinner', text: '<b>Щи</b>', version: 4, user_id: olga },
        { cell: 'sun-breakfast', text: '', version: 2 },
      ],
      editing: [],
    });
  });

  it('loses nobody’s words unseen, however many write at once', async () => {
    const { olga, petr, put, connect, settled } = await start();
    const client = await connect(olga);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => put(n % 2 ? olga : petr, 'tue-lunch', `dish ${n}`, 0)),
    );
    const bodies = answers.map(
      ({ body }) =>
        body as { version: number; text: string; overwritten?: { text: string; version: number } },
    );
    const byVersion = bodies.toSorted((one, other) => one.version - other.version);
    expect(byVersion.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    for (const [index, { overwritten }] of byVersion.entries())
      expect(overwritten?.text).toBe(byVersion[index - 1]?.text);
    await settled(client, olga);
    const told = () => heard(client, 'MenuCellChanged').map(({ data }) => data?.version as number);
    await expect.poll(told).toHaveLength(20);
    expect(told().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it('shows who edits which cell, until they stop, are silent or have gone', async () => {
    const { olga, petr, group, connect, as, clock } = await start();
    const [first, second] = [await connect(olga), await connect(petr)];
    const edit = (client: typeof first, cell: string, editing?: boolean) =>
      client.ask('menu.editing', {
        data: { group, week: WEEK, cell, ...(editing === undefined ? {} : { editing }) },
      });
    const told = async () => {
      const { data } = await first.event(({ event }) => event === 'MenuEditing');
      return [data?.user_id, data?.cell, data?.editing];
    };
    const editing = async () =>
      ((await as(olga).get(`/kitchen/menus/${group}/${WEEK}`)).body.editing as { cell: string }[]).map(
        ({ cell }) => cell,
      );
    expect((await edit(second, 'mon-dinner')).ok).toBe(true);
    expect(await told()).toEqual([petr, 'mon-dinner', true]);
    expect(await editing()).toEqual(['mon-dinner']);
    // Renewed it is told no second time, and lasts.
    clock.jump(9000);
    await edit(second, 'mon-dinner');
    clock.jump(9000);
    expect(await editing()).toEqual(['mon-dinner']);
    await edit(second, 'tue-lunch');
    expect(await told()).toEqual([petr, 'mon-dinner', false]);
    expect(await told()).toEqual([petr, 'tue-lunch', true]);
    await edit(second, 'tue-lunch', false);
    expect(await told()).toEqual([petr, 'tue-lunch', false]);
    // By itself.
    await edit(second, 'wed-snack');
    expect(await told()).toEqual([petr, 'wed-snack', true]);
    clock.jump(10_001);
    expect(await told()).toEqual([petr, 'wed-snack', false]);
    // With the connection; a second one at the same cell keeps the mark.
    const phone = await connect(petr);
    await edit(second, 'fri-dinner');
    expect(await told()).toEqual([petr, 'fri-dinner', true]);
    await edit(phone, 'fri-dinner');
    expect(await editing()).toEqual(['fri-dinner']);
    second.ws.terminate();
    await expect.poll(async () => (await as(petr).get('/kitchen/groups')).status).toBe(200);
    expect(await editing()).toEqual(['fri-dinner']);
    phone.ws.terminate();
    expect(await told()).toEqual([petr, 'fri-dinner', false]);
    expect(await editing()).toEqual([]);
    expect(first.messages.untaken.filter(({ event }) => event === 'MenuEditing')).toEqual([]);
  });

  it('is the household’s alone, on every way', async () => {
    const { olga, petr, ira, group, as, native, put } = await start();
    await put(olga, 'mon-dinner', 'Секрет', 0);
    const stranger = await native(ira);
    for (const channel of [`menu:${group}`, `group:${group}`])
      expect((await stranger.ask('subscribe', { channels: [channel] })).error?.code).toBe('forbidden');
    const place = { group, week: WEEK, cell: 'mon-dinner' };
    for (const [name, data] of [
      ['menu.set', { ...place, text: 'x', version: 1 }],
      ['menu.editing', place],
    ] as const)
      expect((await stranger.ask(name, { data })).error?.code, name).toBe('not_found');
    expect((await put(ira, 'mon-dinner', 'x', 1)).body).toMatchObject({ code: 'not_found' });
    expect((await as(ira).get(`/kitchen/menus/${group}/${WEEK}`)).body).toMatchObject({ code: 'not_found' });
    // Who is taken out while they look hears no more.
    const client = await native(petr);
    await client.subscribe(`menu:${group}`);
    await as(olga).call('DELETE', `/kitchen/groups/${group}/members/${petr}`);
    expect((await client.ask('menu.editing', { data: place })).error?.code).toBe('not_found');
    const mine = await native(olga);
    await mine.subscribe(`menu:${group}`);
    await mine.ask('menu.editing', { data: place });
    await mine.event(({ event }) => event === 'MenuEditing');
    await client.ask('ping');
    expect(heard(client, 'MenuEditing')).toEqual([]);
  });

  it('refuses what cannot be, with nothing half written', async () => {
    const { olga, group, as, native, put } = await start();
    const client = await native(olga);
    for (const cell of [
      '__proto__',
      'constructor',
      'mon',
      'mon-dinner-2',
      'MON-DINNER',
      'xyz-dinner',
      'mon-supper',
      '%00',
    ]) {
      expect((await put(olga, cell, 'x', 0)).body, cell).toMatchObject({ code: 'invalid_request' });
      const data = { group, week: WEEK, cell, text: 'x', version: 0 };
      expect((await client.ask('menu.set', { data })).error?.code, cell).toBe('invalid_request');
      expect((await client.ask('menu.editing', { data: { group, week: WEEK, cell } })).error?.code).toBe(
        'invalid_request',
      );
    }
    for (const week of [
      '2026-W00',
      '2027-W53',
      '2026-W54',
      '2026-47',
      '9999-W01',
      '2020-W01',
      '0000-W01',
      '__proto__',
    ])
      expect(
        (await as(olga).call('PUT', `/kitchen/menus/${group}/${week}/mon-dinner`, { text: 'x', version: 0 }))
          .body,
        week,
      ).toMatchObject({ code: 'invalid_request' });
    for (const body of [
      { text: 'x'.repeat(501), version: 0 },
      { text: 'a\u0000', version: 0 },
      { text: 7, version: 0 },
      { text: 'x', version: -1 },
      { text: 'x', version: 1.5 },
      { text: 'x' },
      { text: 'x', version: 0, user: 'petr' },
    ])
      expect(
        (await as(olga).call('PUT', `/kitchen/menus/${group}/${WEEK}/mon-dinner`, body)).body,
        JSON.stringify(body),
      ).toMatchObject({ code: 'invalid_request' });
    for (const id of ['__proto__', '0', '999999'])
      expect((await as(olga).get(`/kitchen/menus/${id}/${WEEK}`)).body).toMatchObject({ code: 'not_found' });
    expect((await as(olga).get(`/kitchen/menus/${group}/${WEEK}`)).body.cells).toEqual([]);
    // 2026 has a week 53.
    expect((await as(olga).get(`/kitchen/menus/${group}/2026-W53`)).status).toBe(200);
  });

  it('is forgotten after two years, and goes with its household', async () => {
    const { olga, group, as, put, clock } = await start();
    await put(olga, 'mon-dinner', 'Борщ', 0);
    clock.jump(360 * DAY);
    expect((await as(olga).get(`/kitchen/menus/${group}/${WEEK}`)).body.cells).toHaveLength(1);
    clock.jump(400 * DAY);
    expect((await as(olga).get(`/kitchen/menus/${group}/${WEEK}`)).body).toMatchObject({
      code: 'invalid_request',
    });
  });
});
