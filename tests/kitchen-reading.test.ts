/**
 * What the kitchen's page holds, against a real server: answers that come late, and what is heard while they are on their way.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import type { Client, Store } from '@tidings/client';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Feed } from '../kits/kitchen/web/feed/feed.ts';
import { Following } from '../kits/kitchen/web/feed/following.ts';
import { Fridge } from '../kits/kitchen/web/fridge/fridge.ts';
import { Recipes } from '../kits/kitchen/web/fridge/recipes.ts';
import { Goals } from '../kits/kitchen/web/goals/goals.ts';
import { Households } from '../kits/kitchen/web/households/households.ts';
import { Menu } from '../kits/kitchen/web/menu/menu.ts';
import { localDay, weekOf } from '../kits/kitchen/web/menu/weeks.ts';
import { type Call, CallError } from '../kits/shared/web/call.ts';
import { hear, openClient, until } from './client/support/open-client.ts';
import { cook, type RunningKitchen, startKitchen } from './support/kitchen/start-kitchen.ts';
import { onTeardown } from './support/teardown.ts';

beforeAll(() => {
  // The fridge looks whether its page is shown.
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  return () => vi.unstubAllGlobals();
});

/** A call whose answer is kept back. */
interface Held {
  /** The server has answered. */
  readonly answered: Promise<unknown>;
  /** Lets the answer through. */
  release(): void;
  /** Whoever asked has made of the answer what they do. */
  readonly settled: Promise<unknown>;
}

interface Visitor {
  readonly client: Client;
  readonly call: Call;
  readonly user: string;
  /** Keeps the answer to the next call of this method and path back. */
  hold(call: string): Held;
  /** Keeps the next such call itself back. */
  delay(call: string): { readonly asked: Promise<void>; release(): void };
  /** Whether calls reach nobody, and the client is not connected. */
  offline(now: boolean): void;
}

/** A visitor of the page, with a client of their own. */
function visit(kitchen: RunningKitchen, user: string): Visitor {
  const client = openClient({ url: kitchen.url, token: cook(user) });
  const api = kitchen.as(user);
  const holds = new Map<string, (answer: Promise<unknown>) => Promise<unknown>>();
  const delays = new Map<string, () => Promise<void>>();
  let offline = false;
  const call: Call = async <Result>(path: string, options: Parameters<Call>[1] = {}) => {
    const { body, method = body === undefined ? 'GET' : 'POST' } = options;
    const name = `${method} ${path}`;
    if (offline) throw new CallError('network', 'The server cannot be reached.');
    const delay = delays.get(name);
    delays.delete(name);
    await delay?.();
    const answering = api.call(method, path, body).then((answer) => {
      if (answer.status >= 400) throw new Error(`${name} was answered ${answer.status}: ${answer.text}`);
      return answer.body;
    });
    const hold = holds.get(name);
    holds.delete(name);
    return (await (hold ? hold(answering) : answering)) as Result;
  };
  return {
    client,
    user,
    call,
    hold(name) {
      const answered = Promise.withResolvers<unknown>();
      const released = Promise.withResolvers<void>();
      holds.set(name, async (answer) => {
        answered.resolve(answer);
        await released.promise;
        return answer;
      });
      return {
        answered: answered.promise,
        release: released.resolve,
        // Whatever follows from an answer by promises alone has been done before the next turn.
        settled: released.promise.then(() => setImmediate()),
      };
    },
    delay(name) {
      const asked = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      delays.set(name, () => {
        asked.resolve();
        return released.promise;
      });
      return { asked: asked.promise, release: released.resolve };
    },
    offline(now) {
      offline = now;
      if (now) client.disconnect();
      else void client.connect();
    },
  };
}

/** What closes with the test. */
function closing<T extends { close(): void }>(made: T): T {
  onTeardown(() => made.close());
  return made;
}

const loaded = <T extends { readonly loaded: boolean }>(state: Store<T>) => until(state, (now) => now.loaded);

describe('a fridge', () => {
  const names = (fridge: Fridge) =>
    fridge.state.getSnapshot().items.map(({ name, quantity }) => [name, quantity]);

  it('keeps what is heard while it is read', async () => {
    const kitchen = await startKitchen();
    const anna = visit(kitchen, 'anna');
    const { id } = (await anna.call('/kitchen/fridge', { body: { name: 'Milk' } })) as { id: string };
    const list = anna.hold('GET /kitchen/fridge');
    const fridge = closing(new Fridge(anna.client, anna.call, anna.user, undefined));
    await list.answered;
    await kitchen.as('anna').call('PATCH', `/kitchen/fridge/${id}`, { quantity: 5 });
    await kitchen.as('anna').post('/kitchen/fridge', { name: 'Eggs' });
    await until(fridge.state, ({ items }) => items.length === 2);
    list.release();
    await loaded(fridge.state);
    expect(names(fridge)).toEqual([
      ['Milk', 5],
      ['Eggs', 1],
    ]);
  });

  it('shows what others have made of a thing since, and not the late answer to what was done here', async () => {
    const kitchen = await startKitchen();
    const anna = visit(kitchen, 'anna');
    const { id } = (await anna.call('/kitchen/fridge', { body: { name: 'Milk' } })) as { id: string };
    const fridge = closing(new Fridge(anna.client, anna.call, anna.user, undefined));
    await loaded(fridge.state);
    const late = anna.hold(`PATCH /kitchen/fridge/${id}`);
    const changing = fridge.change(id, { quantity: 2 });
    await late.answered;
    await kitchen.as('anna').call('PATCH', `/kitchen/fridge/${id}`, { quantity: 7 });
    await until(fridge.state, ({ items }) => items[0]?.quantity === 7);
    late.release();
    await changing;
    expect(names(fridge)).toEqual([['Milk', 7]]);
  });
});

it('goals keep what is heard while they are read, and while one is set', async () => {
  const kitchen = await startKitchen();
  const anna = visit(kitchen, 'anna');
  const { id } = (await anna.call('/kitchen/goals', { body: { title: 'Old', target: 3 } })) as { id: string };
  const list = anna.hold('GET /kitchen/goals');
  const goals = closing(new Goals(anna.client, anna.call, anna.user));
  const shown = () => goals.state.getSnapshot().goals.map(({ title, progress }) => [title, progress]);
  await list.answered;
  await kitchen.as('anna').post(`/kitchen/goals/${id}/progress`, { by: 1 });
  await until(goals.state, ({ goals }) => goals[0]?.progress === 1);
  list.release();
  await loaded(goals.state);
  expect(shown()).toEqual([['Old', 1]]);

  const late = anna.hold('POST /kitchen/goals');
  const setting = goals.create({ title: 'New', target: 2, unit: '' }, 'a key');
  const made = (await late.answered) as { id: string };
  await kitchen.as('anna').post(`/kitchen/goals/${made.id}/progress`, { by: 2 });
  await until(goals.state, ({ goals }) => goals[0]?.progress === 2);
  late.release();
  await setting;
  expect(shown()).toEqual([
    ['New', 2],
    ['Old', 1],
  ]);
});

it('recipes keep what is heard while they are read, and show none that was removed', async () => {
  const kitchen = await startKitchen();
  const anna = visit(kitchen, 'anna');
  const list = anna.hold('GET /kitchen/recipes?limit=10');
  const recipes = closing(new Recipes(anna.client, anna.call, anna.user));
  await list.answered;
  const { id } = (await kitchen.as('anna').post('/kitchen/recipes', { wish: 'soup' })).body;
  await until(recipes.state, ({ requests }) => requests[0]?.state === 'done');
  list.release();
  await loaded(recipes.state);
  expect(recipes.state.getSnapshot().requests).toMatchObject([{ id, state: 'done' }]);

  const next = String(Number(id) + 1);
  const late = anna.hold(`GET /kitchen/recipes/${next}`);
  await kitchen.as('anna').post('/kitchen/recipes', { wish: 'salad' });
  await until(recipes.state, ({ requests }) => requests[0]?.id === next && requests[0].state === 'done');
  await recipes.remove(next);
  late.release();
  await late.settled;
  expect(recipes.state.getSnapshot().requests).toMatchObject([{ id }]);
});

describe('households', () => {
  const shown = ({ state }: Households) =>
    state.getSnapshot().households.map(({ name, members }) => [name, members.length]);

  it('are as the newest answer says, however late an older one is', async () => {
    const kitchen = await startKitchen();
    const anna = visit(kitchen, 'anna');
    const list = anna.hold('GET /kitchen/groups');
    const households = closing(new Households(anna.client, anna.call, anna.user));
    await list.answered;
    await kitchen.as('anna').post('/kitchen/groups', { name: 'Home' });
    await until(households.state, ({ households }) => households.length === 1);
    list.release();
    await list.settled;
    expect(shown(households)).toEqual([['Home', 1]]);
  });

  it('know who came before they could be heard', async () => {
    const kitchen = await startKitchen();
    const anna = visit(kitchen, 'anna');
    const { id } = (await kitchen.as('anna').post('/kitchen/groups', { name: 'Home' })).body;
    const { code } = (await kitchen.as('anna').post(`/kitchen/groups/${id}/invitations`)).body;
    const list = anna.hold('GET /kitchen/groups');
    const households = closing(new Households(anna.client, anna.call, anna.user));
    await list.answered;
    await kitchen.as('bora').post('/kitchen/groups/join', { code });
    list.release();
    await until(households.state, () => shown(households).at(0)?.at(1) === 2);
  });

  it('are read once there is a connection, when there was none', async () => {
    const kitchen = await startKitchen();
    await kitchen.as('anna').post('/kitchen/groups', { name: 'Home' });
    const anna = visit(kitchen, 'anna');
    anna.offline(true);
    const households = closing(new Households(anna.client, anna.call, anna.user));
    anna.offline(false);
    await until(households.state, ({ households }) => households.length === 1);
  });
});

describe('a feed', () => {
  const likes = ({ state }: Feed) => state.getSnapshot().posts.map(({ likes, liked }) => [likes, liked]);

  /** A feed with one post. */
  async function open() {
    const kitchen = await startKitchen();
    const anna = visit(kitchen, 'anna');
    const id = String((await kitchen.as('bora').post('/kitchen/posts', { content: 'Soup' })).body.id);
    const gaps: (() => unknown)[] = [];
    const client = {
      ...anna.client,
      channel: (name: string) => ({
        ...anna.client.channel(name),
        onGap: (handler: () => unknown) => {
          gaps.push(handler);
          return () => {};
        },
      }),
    } as unknown as Client;
    const following = closing(new Following(anna.client, anna.call, anna.user));
    const feed = closing(new Feed(client, anna.call, { of: 'all' }, following));
    await loaded(feed.state);
    return { kitchen, anna, id, feed, gap: () => Promise.all(gaps.map((tell) => tell())) };
  }

  it('keeps the counts that are heard while it is read again', async () => {
    const { anna, id, feed, gap } = await open();
    const list = anna.hold('GET /kitchen/posts?feed=all');
    const reading = gap();
    await list.answered;
    feed.apply({ post_id: id, likes: 3, comments: 0 });
    list.release();
    await reading;
    expect(likes(feed)).toEqual([[3, false]]);
  });

  it('keeps what comes while it is read, whatever the time was where it was written', async () => {
    const { kitchen, anna, feed, gap } = await open();
    const list = anna.hold('GET /kitchen/posts?feed=all');
    const reading = gap();
    await list.answered;
    const told = {
      post_id: 'b-1',
      author_name: 'Backend',
      content: 'Late',
      created_at: '2020-01-01T00:00:00Z',
    };
    await kitchen.backend.post('/realtime/notify/new-post', told);
    await until(feed.state, ({ posts }) => posts.length === 2);
    list.release();
    await reading;
    expect(feed.state.getSnapshot().posts.map(({ content }) => content)).toEqual(['Late', 'Soup']);
  });

  it('ends a like that is taken back at once', async () => {
    const { kitchen, anna, id, feed } = await open();
    const late = anna.delay(`PUT /kitchen/posts/${id}/like`);
    const asked = [feed.like(id, true), feed.like(id, false)];
    await late.asked;
    late.release();
    await Promise.all(asked);
    expect(likes(feed)).toEqual([[0, false]]);
    expect((await kitchen.as('anna').get(`/kitchen/posts/${id}`)).body).toMatchObject({ liked: false });
  });
});

it('whom one follows is read once there is a connection, when there was none', async () => {
  const kitchen = await startKitchen();
  await kitchen.as('anna').call('PUT', '/kitchen/users/bora/follow');
  const anna = visit(kitchen, 'anna');
  anna.offline(true);
  const following = closing(new Following(anna.client, anna.call, anna.user));
  anna.offline(false);
  await until(following.state, (users) => users.has('bora'));
});

it('a menu shows nobody who edits no more, however late the answer is that knew them', async () => {
  const kitchen = await startKitchen();
  const anna = visit(kitchen, 'anna');
  const bora = await kitchen.native('bora');
  const group = String((await kitchen.as('anna').post('/kitchen/groups', { name: 'Home' })).body.id);
  const { code } = (await kitchen.as('anna').post(`/kitchen/groups/${group}/invitations`)).body;
  await kitchen.as('bora').post('/kitchen/groups/join', { code });
  const week = weekOf(localDay(new Date()));
  const edit = (editing: boolean) =>
    bora.ask('menu.editing', { data: { group, week, cell: 'mon-dinner', editing } });
  await edit(true);
  const list = anna.hold(`GET /kitchen/menus/${group}/${week}`);
  const menu = closing(new Menu(anna.client, anna.call, anna.user, { group, week }));
  expect(await list.answered).toMatchObject({ editing: [{ cell: 'mon-dinner', user_id: 'bora' }] });
  const marks = hear(anna.client.channel(`menu:${group}`));
  await edit(false);
  await marks.next();
  list.release();
  await loaded(menu.state);
  await list.settled;
  expect([...(menu.state.getSnapshot().editors.get('mon-dinner') ?? [])]).toEqual([]);
});
