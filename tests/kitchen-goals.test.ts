import { describe, expect, it } from 'vitest';
import type { Api, Body } from './support/api.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import { startKitchen } from './support/kitchen/start-kitchen.ts';
import { DAY, HOUR, heard, startTimedKitchen } from './support/kitchen/start-timed-kitchen.ts';

const configOf = bothDatabases();

let tests = 0;

async function setGoal(api: Api, fields: object = {}): Promise<Body> {
  const { status, body, text } = await api.post('/kitchen/goals', {
    title: 'Пробежать',
    target: 10,
    unit: 'км',
    ...fields,
  });
  expect(status, text).toBe(201);
  return body;
}

describe.each(DATABASES)('goals on %s', (kind) => {
  const start = async () => {
    tests += 1;
    const kitchen = await startTimedKitchen({ config: configOf(kind) });
    const olga = `olga-${tests}`;
    return { ...kitchen, olga, api: kitchen.as(olga), client: await kitchen.native(olga) };
  };

  it('are achieved once, however many steps come at once', async () => {
    const { api, client, olga, settled, inbox } = await start();
    const goal = await setGoal(api);
    expect(goal).toMatchObject({ progress: 0, target: 10, achieved: false, achieved_at: null });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => api.post(`/kitchen/goals/${goal.id}/progress`, { by: 0.5 })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await api.get(`/kitchen/goals/${goal.id}`)).body).toMatchObject({
      progress: 15,
      achieved: true,
      achieved_at: '2026-11-20T12:00:00.000Z',
    });
    await settled(client, olga);
    expect(heard(client, 'GoalAchieved').map(({ data }) => data)).toEqual([
      { goal_id: goal.id, title: 'Пробежать' },
    ]);
    const progress = heard(client, 'GoalChanged').map(({ data }) => data?.progress as number);
    expect(progress.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_, n) => n / 2));
    expect(await inbox(olga, 'kitchen.goals')).toMatchObject([
      { title: 'Goal achieved!', message: 'Пробежать' },
    ]);
  });

  it('add up without the errors of binary fractions', async () => {
    const { api } = await start();
    const { id } = await setGoal(api, { target: 1 });
    for (const by of [0.7, 0.1, 0.1, 0.1]) await api.post(`/kitchen/goals/${id}/progress`, { by });
    expect((await api.get(`/kitchen/goals/${id}`)).body).toMatchObject({ progress: 1, achieved: true });
    // Which is 1000.9999999999999 thousandths.
    expect((await setGoal(api, { target: 1.001 })).target).toBe(1.001);
  });

  it('may be taken back, and are then open, but told of no second time', async () => {
    const { api, client, olga, settled } = await start();
    const { id } = await setGoal(api);
    const add = async (by: number) => (await api.post(`/kitchen/goals/${id}/progress`, { by })).body;
    expect(await add(100)).toMatchObject({ achieved: true });
    expect(await add(-95)).toMatchObject({ progress: 5, achieved: false, achieved_at: null });
    expect(await add(-6)).toMatchObject({ code: 'invalid_request' });
    expect(await add(5)).toMatchObject({ progress: 10, achieved: true });
    // Its target stays, its title does not.
    const change = async (fields: object) => (await api.call('PATCH', `/kitchen/goals/${id}`, fields)).body;
    expect(await change({ target: 1000 })).toMatchObject({ code: 'invalid_request' });
    expect(await change({ title: 'Бегать', target: 10 })).toMatchObject({ title: 'Бегать', target: 10 });
    await settled(client, olga);
    expect(heard(client, 'GoalAchieved')).toHaveLength(1);
  });

  it('are achieved by a lower target, too', async () => {
    const { api, client, olga, settled } = await start();
    const { id } = await setGoal(api);
    await api.post(`/kitchen/goals/${id}/progress`, { by: 7 });
    expect((await api.call('PATCH', `/kitchen/goals/${id}`, { target: 20 })).body).toMatchObject({
      achieved: false,
    });
    expect((await api.call('PATCH', `/kitchen/goals/${id}`, { target: 7 })).body).toMatchObject({
      achieved: true,
    });
    await settled(client, olga);
    expect(heard(client, 'GoalAchieved')).toHaveLength(1);
  });

  it('take a step that comes twice under one key once', async () => {
    const { api, clock } = await start();
    const { id } = await setGoal(api, { key: 'g' });
    expect(
      (await api.post('/kitchen/goals', { title: 'Пробежать', target: 10, unit: 'км', key: 'g' })).body.id,
    ).toBe(id);
    expect((await api.post('/kitchen/goals', { title: 'Плыть', target: 10, key: 'g' })).body).toMatchObject({
      code: 'key_conflict',
    });
    const add = (by: number) => api.post(`/kitchen/goals/${id}/progress`, { by, key: 's' });
    const answers = await Promise.all([add(2), add(2), add(2)]);
    for (const { body } of answers) expect(body).toMatchObject({ progress: 2 });
    expect((await add(3)).body).toMatchObject({ code: 'key_conflict' });
    // A step that was refused has used up no key.
    const refused = () => api.post(`/kitchen/goals/${id}/progress`, { by: -3, key: 'r' });
    expect((await refused()).body).toMatchObject({ code: 'invalid_request' });
    await api.post(`/kitchen/goals/${id}/progress`, { by: 4 });
    expect((await refused()).body).toMatchObject({ progress: 3 });
    // And after a day a key is forgotten.
    clock.jump(DAY + HOUR);
    await expect.poll(async () => (await add(1)).body).toMatchObject({ progress: 4 });
  });

  it('are one’s own, and refuse what cannot be', async () => {
    const { api, as } = await start();
    const { id } = await setGoal(api);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { title: 'x' }],
      ['DELETE', '', undefined],
      ['POST', '/progress', { by: 1 }],
    ] as const)
      expect((await as('stranger').call(method, `/kitchen/goals/${id}${path}`, body)).body).toMatchObject({
        code: 'not_found',
      });
    for (const fields of [
      { target: 0 },
      { target: -1 },
      { target: 0.0001 },
      { target: 1e10 },
      { target: '5' },
      { target: null },
      { title: '' },
      { title: ' ' },
      { title: 'a\u0000' },
      { title: 'x'.repeat(201) },
      { user: 'petr' },
    ]) {
      const what = JSON.stringify(fields);
      const body = { title: 'x', target: 5, ...fields };
      expect((await api.post('/kitchen/goals', body)).body, what).toMatchObject({ code: 'invalid_request' });
      expect((await api.call('PATCH', `/kitchen/goals/${id}`, fields)).body, what).toMatchObject({
        code: 'invalid_request',
      });
    }
    for (const by of ['1', null, 1e300, -1e300, {}])
      expect((await api.post(`/kitchen/goals/${id}/progress`, { by })).body).toMatchObject({
        code: 'invalid_request',
      });
    const raw = (text: string) =>
      api.call('POST', `/kitchen/goals/${id}/progress`, text, { 'content-type': 'application/json' });
    for (const text of ['{"by":1e400}', '{"by":NaN}', '{"by":1,"__proto__":{}}'])
      expect((await raw(text)).status).toBe(400);
    await api.post(`/kitchen/goals/${id}/progress`, { by: 999_999_999 });
    expect((await api.post(`/kitchen/goals/${id}/progress`, { by: 2 })).body).toMatchObject({
      code: 'invalid_request',
    });
    expect((await api.get(`/kitchen/goals/${id}`)).body).toMatchObject({ progress: 999_999_999 });
    for (let goals = 1; goals < 100; goals += 1) await setGoal(api, { title: '<i>a</i>' });
    expect((await api.post('/kitchen/goals', { title: 'x', target: 1 })).body).toMatchObject({
      code: 'limit_reached',
    });
    expect((await api.get('/kitchen/goals')).body.goals).toHaveLength(100);
    expect((await api.call('DELETE', `/kitchen/goals/${id}`)).status).toBe(204);
    expect((await api.get(`/kitchen/goals/${id}`)).status).toBe(404);
  });
});

it('the raw WebSocket hears of a goal, and of a recipe, without asking', async () => {
  const { as, raw } = await startKitchen();
  const olga = await raw('olga');
  const { id } = await setGoal(as('olga'));
  await as('olga').post(`/kitchen/goals/${id}/progress`, { by: 10 });
  expect(await olga.take('GoalAchieved')).toEqual({ goal_id: id, title: 'Пробежать' });
  const recipe = (await as('olga').post('/kitchen/recipes', {})).body.id;
  expect(await olga.take('RecipeGenerated')).toMatchObject({ recipe_id: recipe });
  expect(olga.told.all.filter(({ type }) => type === 'RecipeProgress')).toHaveLength(4);
});
