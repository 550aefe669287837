import { describe, expect, it } from 'vitest';
import { createKitchenKit } from '../kits/kitchen/server/kit.ts';
import type { KitchenOptions } from '../kits/kitchen/server/options.ts';
import { Api, type Body } from './support/api.ts';
import { JumpingClock } from './support/jumping-clock.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import {
  type Asked,
  begin,
  reply,
  startChatEndpoint,
  stream,
  token,
} from './support/kitchen/chat-endpoint.ts';
import {
  DAY,
  HOUR,
  heard,
  startTimedKitchen,
  type TimedKitchen,
} from './support/kitchen/start-timed-kitchen.ts';
import type { NativeClient } from './support/native-client.ts';
import { testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

const configOf = bothDatabases();

let tests = 0;

const RECIPE = {
  title: 'Сырники <b>с изюмом</b>',
  servings: 2,
  minutes: 20,
  ingredients: [{ name: 'творог', amount: '400 г' }, { name: 'изюм' }],
  steps: [
    'Смешать.',
    'Обжарить с двух сторон до золотистой корочки, подавать со сметаной. '.repeat(13).trim(),
  ],
};

const ended = (client: NativeClient, state: string) =>
  client.event(({ event, data }) => event === 'RecipeProgress' && data?.state === state);

async function ask({ as }: TimedKitchen, user: string, body: object = {}): Promise<string> {
  const answer = await as(user).post('/kitchen/recipes', body);
  expect(answer.status, answer.text).toBe(202);
  return answer.body.id as string;
}

describe.each(DATABASES)('recipes on %s', (kind) => {
  const start = async (options: Partial<KitchenOptions> = {}, more: object = {}) => {
    tests += 1;
    const kitchen = await startTimedKitchen({ config: configOf(kind), options, ...more });
    const olga = `olga-${tests}`;
    await kitchen.as(olga).call('PUT', `/users/${olga}/contact`, { language: 'ru' });
    return { ...kitchen, olga, api: kitchen.as(olga), client: await kitchen.native(olga) };
  };

  it('come from the book when there is no model, of what expires soon', async () => {
    const kitchen = await start();
    const { api, client, olga, inbox } = kitchen;
    const group = await kitchen.household(olga);
    await api.post('/kitchen/fridge', { name: 'Творог 5%', best_before: '2026-11-21', group_id: group });
    await api.post('/kitchen/fridge', { name: 'яйца' });
    await api.post('/kitchen/fridge', { name: 'мука' });
    await api.post('/kitchen/fridge', { name: 'бананы', best_before: '2026-12-21' });
    const id = await ask(kitchen, olga, { key: 'k' });
    expect((await client.event(({ event }) => event === 'RecipeGenerated')).data).toEqual({
      recipe_id: id,
      request_id: id,
      title: 'Сырники',
    });
    const { body } = await api.get(`/kitchen/recipes/${id}`);
    expect(body).toMatchObject({
      state: 'done',
      step: 'done',
      progress: 1,
      recipe: {
        title: 'Сырники',
        source: 'rules',
        ingredients: [{ name: 'творог', amount: '400 г' }, {}, {}, {}, {}],
      },
    });
    const progress = heard(client, 'RecipeProgress').map(({ data }) => data as Body);
    expect(progress.map(({ step }) => step)).toEqual(['waiting', 'reading', 'choosing', 'done']);
    expect(progress.map(({ progress: done }) => done)).toEqual([0, 0.05, 0.9, 1]);
    expect(await inbox(olga, 'kitchen.recipes')).toMatchObject([
      { title: 'Ваш рецепт готов', message: 'Сырники' },
    ]);
    // A repeat of the request is no second one; the next is another dish.
    expect(await ask(kitchen, olga, { key: 'k' })).toBe(id);
    const next = await ask(kitchen, olga);
    await client.event(({ event, data }) => event === 'RecipeGenerated' && data?.recipe_id === next);
    expect((await api.get(`/kitchen/recipes/${next}`)).body.recipe).not.toMatchObject({ title: 'Сырники' });
    expect((await api.get('/kitchen/recipes')).body).toMatchObject({
      recipes: [{ id: next }, { id }],
      next: null,
    });
    expect((await api.get(`/kitchen/recipes?limit=1&before=${next}`)).body).toMatchObject({
      recipes: [{ id }],
    });
  });

  it('come from a model, which is told what is there, and tell how far they are', async () => {
    const { url, asked } = await startChatEndpoint();
    const kitchen = await start({ ai: { url, model: 'cook-1', key: 'secret' } });
    const { api, client, olga } = kitchen;
    await api.post('/kitchen/fridge', {
      name: 'Творог "x"',
      quantity: 0.4,
      unit: 'кг',
      best_before: '2026-11-22',
    });
    await api.post('/kitchen/fridge', { name: 'Кончилось', quantity: 0 });
    const id = await ask(kitchen, olga, { wish: 'сладкое', servings: 2 });
    const question = await asked.take();
    expect(question.path).toBe('/v1/chat/completions');
    expect(question.headers.authorization).toBe('Bearer secret');
    expect(question.body).toMatchObject({ model: 'cook-1', stream: true });
    expect(JSON.parse(question.body.messages[1]?.content ?? '')).toEqual({
      language: 'Russian',
      wish: 'сладкое',
      servings: 2,
      fridge: [{ name: 'Творог "x"', quantity: 0.4, unit: 'кг', days_left: 2 }],
    });
    stream(question, `\`\`\`json\n${JSON.stringify(RECIPE)}\n\`\`\``);
    await client.event(({ event }) => event === 'RecipeGenerated');
    expect((await api.get(`/kitchen/recipes/${id}`)).body).toMatchObject({
      state: 'done',
      recipe: { ...RECIPE, source: 'ai' },
    });
    const progress = heard(client, 'RecipeProgress').map(({ data }) => data as Body);
    expect(progress.filter(({ step }) => step === 'writing').length).toBeGreaterThan(2);
    const numbers = progress.map(({ progress: done }) => done as number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ request_id: id, state: 'done', step: 'done', progress: 1 });
  });

  it('are read from an answer that is no stream, too', async () => {
    const { url } = await startChatEndpoint((asked) =>
      reply(
        asked,
        200,
        JSON.stringify({ choices: [{ message: { role: 'assistant', content: JSON.stringify(RECIPE) } }] }),
      ),
    );
    const kitchen = await start({ ai: { url, model: 'm' } });
    const id = await ask(kitchen, kitchen.olga);
    await ended(kitchen.client, 'done');
    expect((await kitchen.api.get(`/kitchen/recipes/${id}`)).body).toMatchObject({
      recipe: { source: 'ai' },
    });
  });

  const broken: readonly [string, string, (asked: Asked) => void][] = [
    ['answers 500', 'unavailable', (asked) => reply(asked, 500, 'oops', 'text/plain')],
    ['answers 429', 'unavailable', (asked) => reply(asked, 429, '{}')],
    ['hangs up', 'unavailable', ({ response }) => void response.destroy()],
    [
      'breaks off',
      'unavailable',
      (asked) => {
        begin(asked);
        asked.response.write('data: {"choices":[{"del', () => asked.response.destroy());
      },
    ],
    [
      'redirects',
      'unavailable',
      (asked) => {
        if (asked.path === '/other') stream(asked, JSON.stringify(RECIPE));
        else asked.response.writeHead(307, { location: '/other' }).end();
      },
    ],
    ['answers no JSON', 'bad_answer', (asked) => reply(asked, 200, '<html>')],
    ['answers JSON of another kind', 'bad_answer', (asked) => reply(asked, 200, '[1,null]')],
    ['streams prose', 'bad_answer', (asked) => stream(asked, 'Borscht is a soup.')],
    ['streams no recipe', 'bad_answer', (asked) => stream(asked, '{"title":"","ingredients":[],"steps":[]}')],
    [
      'streams wrong types',
      'bad_answer',
      (asked) => stream(asked, JSON.stringify({ ...RECIPE, steps: [{}] })),
    ],
    [
      'streams a poisoned recipe',
      'bad_answer',
      (asked) => stream(asked, '{"__proto__":{"title":"x","ingredients":[{"name":"a"}],"steps":["b"]}}'),
    ],
    [
      'streams for ever',
      'bad_answer',
      (asked) => {
        begin(asked);
        const pour = () => {
          if (asked.response.writable && !asked.response.destroyed) {
            token(asked, 'x'.repeat(4000));
            setImmediate(pour);
          }
        };
        pour();
      },
    ],
    [
      'streams an event without an end',
      'bad_answer',
      (asked) => {
        begin(asked);
        const pour = () => {
          if (asked.response.writable && !asked.response.destroyed)
            asked.response.write(`data: ${'x'.repeat(65_536)}`, () => setImmediate(pour));
        };
        pour();
      },
    ],
  ];

  it.each(broken)('fall back to the book when the endpoint %s', async (_name, fallback, answer) => {
    const { url } = await startChatEndpoint(answer);
    const kitchen = await start({ ai: { url, model: 'm' } });
    const id = await ask(kitchen, kitchen.olga);
    await ended(kitchen.client, 'done');
    expect((await kitchen.api.get(`/kitchen/recipes/${id}`)).body).toMatchObject({
      state: 'done',
      recipe: { source: 'rules', fallback },
    });
  });

  it('fall back to the book when the endpoint hangs', async () => {
    const { url, asked } = await startChatEndpoint();
    const kitchen = await start({ ai: { url, model: 'm', timeout: 30_000 } });
    const { olga, client, clock, api } = kitchen;
    const id = await ask(kitchen, olga);
    const question = await asked.take();
    begin(question);
    token(question, '{"title":');
    clock.jump(29_000);
    expect((await api.get(`/kitchen/recipes/${id}`)).body).toMatchObject({ state: 'running' });
    clock.jump(2000);
    await question.gone;
    await ended(client, 'done');
    expect((await api.get(`/kitchen/recipes/${id}`)).body).toMatchObject({ recipe: { fallback: 'timeout' } });
  });

  it('are made one at a time, and can be cancelled', async () => {
    const { url, asked } = await startChatEndpoint();
    const kitchen = await start({ ai: { url, model: 'm' } });
    const { olga, client, api, as, settled } = kitchen;
    const id = await ask(kitchen, olga);
    const question = await asked.take();
    const others = await Promise.all([1, 2, 3].map(() => api.post('/kitchen/recipes', {})));
    for (const { status, body } of others) expect([status, body.code]).toEqual([409, 'limit_reached']);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PUT', '/chosen'],
    ] as const)
      expect((await as('stranger').call(method, `/kitchen/recipes/${id}${path}`)).status).toBe(404);
    expect((await api.call('PUT', `/kitchen/recipes/${id}/chosen`)).status).toBe(404);
    expect((await api.call('DELETE', `/kitchen/recipes/${id}`)).status).toBe(204);
    // Whoever is asked is told by the connection's end.
    await question.gone;
    expect((await ended(client, 'cancelled')).data).toMatchObject({ request_id: id });
    const second = await ask(kitchen, olga);
    stream(await asked.take(), JSON.stringify(RECIPE));
    await ended(client, 'done');
    await settled(client, olga);
    expect(heard(client, 'RecipeGenerated').map(({ data }) => data?.recipe_id)).toEqual([second]);
    expect((await api.get(`/kitchen/recipes/${id}`)).body).toMatchObject({
      state: 'cancelled',
      recipe: null,
    });
    // One that has ended is removed.
    for (const recipe of [id, second]) await api.call('DELETE', `/kitchen/recipes/${recipe}`);
    expect((await api.get('/kitchen/recipes')).body).toEqual({ recipes: [], next: null });
  });

  it('are shopped for one at a time, however many are chosen at once', async () => {
    const kitchen = await start();
    const { olga, client, api } = kitchen;
    const ids: string[] = [];
    for (const _ of [1, 2, 3]) {
      ids.push(await ask(kitchen, olga));
      await ended(client, 'done');
    }
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(ids.map((id) => api.call('PUT', `/kitchen/recipes/${id}/chosen`)));
      const { recipes } = (await api.get('/kitchen/recipes')).body as { recipes: { chosen: boolean }[] };
      expect(recipes.filter(({ chosen }) => chosen)).toHaveLength(1);
    }
  });

  it('go on after a restart', async () => {
    const { url, asked } = await startChatEndpoint();
    const clock = new JumpingClock(Date.UTC(2026, 10, 20, 12));
    const options = { ai: { url, model: 'm', timeout: 30_000 } };
    const first = await start(options, { clock });
    const { olga, data } = first;
    const id = await ask(first, olga);
    await asked.take();
    await first.stop();
    const config = { ...configOf(kind), data };
    const second = await startTimedKitchen({ clock, config, options });
    const client = await second.native(olga);
    stream(await asked.take(), JSON.stringify(RECIPE));
    await ended(client, 'done');
    expect((await second.as(olga).get(`/kitchen/recipes/${id}`)).body).toMatchObject({
      recipe: { source: 'ai' },
    });
    await second.stop();
  });

  it('have a limit a day, which removing them does not lift', async () => {
    const kitchen = await start({ recipesPerDay: 2 });
    const { olga, client, api, clock } = kitchen;
    for (const _ of [1, 2]) {
      const id = await ask(kitchen, olga);
      await ended(client, 'done');
      await api.call('DELETE', `/kitchen/recipes/${id}`);
      clock.jump(HOUR);
    }
    const { status, body } = await api.post('/kitchen/recipes', {});
    expect([status, body.code, body.retryAfter]).toEqual([429, 'rate_limited', DAY - 2 * HOUR]);
    expect((await api.get('/kitchen/recipes')).body).toEqual({ recipes: [], next: null });
    clock.jump(DAY - 2 * HOUR + 1);
    await ask(kitchen, olga);
    await ended(client, 'done');
  });

  it('refuse what cannot be asked', async () => {
    const { api } = await start();
    for (const [body, code] of [
      [{ wish: 'x'.repeat(501) }, 'invalid_request'],
      [{ wish: 'a\u0000' }, 'invalid_request'],
      [{ wish: 7 }, 'invalid_request'],
      [{ servings: 0 }, 'invalid_request'],
      [{ servings: 1.5 }, 'invalid_request'],
      [{ model: 'expensive' }, 'invalid_request'],
      [{ group_id: '999999' }, 'not_found'],
      [{ group_id: '__proto__' }, 'not_found'],
      [[], 'invalid_request'],
    ] as const)
      expect((await api.post('/kitchen/recipes', body)).body, JSON.stringify(body)).toMatchObject({ code });
    for (const id of ['0', '__proto__', 'x', '9'.repeat(30)]) {
      expect((await api.get(`/kitchen/recipes/${id}`)).status).toBe(404);
      expect((await api.call('DELETE', `/kitchen/recipes/${id}`)).status).toBe(404);
    }
    expect((await api.get('/kitchen/recipes?before=x')).body).toMatchObject({ code: 'bad_cursor' });
    expect((await api.as(undefined).post('/kitchen/recipes', {})).status).toBe(401);
    expect((await api.get('/kitchen/recipes')).body).toEqual({ recipes: [], next: null });
  });
});

it('a recipe that is under way here is not begun again when the machine has slept', async () => {
  const { url, asked } = await startChatEndpoint();
  const kit = createKitchenKit({ ai: { url, model: 'm' } });
  let tidings: Parameters<NonNullable<typeof kit.onStart>>[0] | undefined;
  const server = await startKits([
    {
      ...kit,
      onStart(given) {
        tidings = given;
        return kit.onStart?.(given);
      },
    },
  ]);
  const api = new Api({ url: server.url, bearer: testToken('olga') });
  const { id } = (await api.post('/kitchen/recipes', {})).body;
  const question = await asked.take();
  // The time of day has gone on, and the timers have not.
  server.clock.set(server.clock.now() + HOUR);
  await kit.jobs?.find(({ name }) => name === 'take up recipes')?.run(tidings!);
  stream(question, JSON.stringify(RECIPE));
  const recipe = async () => (await api.get(`/kitchen/recipes/${id}`)).body;
  await expect.poll(recipe).toMatchObject({ state: 'done', recipe: { source: 'ai' } });
  expect(asked.all).toHaveLength(1);
});

it('a recipe whose server is gone is taken up by another, and given up after three', async () => {
  const { url, asked } = await startChatEndpoint();
  const config = configOf('PostgreSQL');
  const options = { ai: { url, model: 'm', timeout: 30_000 } };
  // Each server's clock is ahead of the one before, by more than a work may take; those before just hang.
  const startAt = (minute: number) =>
    startTimedKitchen({ clock: new JumpingClock(Date.UTC(2026, 10, 20, 12, minute)), config, options });
  const first = await startAt(0);
  const [olga, petr] = ['olga-taken-up', 'petr-taken-up'];
  const id = await ask(first, olga);
  const stale = await asked.take();
  const second = await startAt(2);
  const client = await second.native(olga);
  const taken = await asked.take();
  stream(stale, JSON.stringify({ ...RECIPE, title: 'stale' }));
  await stale.gone;
  stream(taken, JSON.stringify({ ...RECIPE, title: 'new' }));
  await ended(client, 'done');
  const lost = await ask(second, petr);
  await asked.take();
  for (const minute of [4, 6]) {
    await startAt(minute);
    await asked.take();
  }
  const last = await startAt(8);
  expect((await last.as(petr).get(`/kitchen/recipes/${lost}`)).body).toMatchObject({
    state: 'failed',
    error: { code: 'internal' },
    recipe: null,
  });
  // Which leaves room for another.
  expect((await last.as(petr).post('/kitchen/recipes', {})).status).toBe(202);
  await asked.take();
  expect((await last.as(olga).get(`/kitchen/recipes/${id}`)).body).toMatchObject({
    recipe: { title: 'new' },
  });
});
