import { describe, expect, it } from 'vitest';
import { createKitchenKit } from '../kits/kitchen/server/kit.ts';
import { Api } from './support/api.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import { RawKitchen } from './support/kitchen/raw-kitchen.ts';
import { startKitchen } from './support/kitchen/start-kitchen.ts';
import { testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;

const configOf = bothDatabases();

it('a household joins by invitation, and its members hear what it is told from then on', async () => {
  const { as, raw, backend, heardBy } = await startKitchen();
  const [olga, petr, stranger] = [await raw('olga'), await raw('petr'), await raw('stranger')];
  const made = await as('olga', { name: 'Ольга' }).post('/kitchen/groups', { name: 'Дом' });
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'Дом', members: [{ user_id: 'olga', name: 'Ольга', owner: true }] },
  });
  const group = made.body.id as string;
  const invitation = await as('olga').post(`/kitchen/groups/${group}/invitations`, {});
  expect(invitation).toMatchObject({ status: 201, body: { group_id: group, uses: 1 } });
  const { code } = invitation.body;
  const joined = await as('petr').post('/kitchen/groups/join', { code });
  expect(joined.body).toMatchObject({ id: group, members: [{ user_id: 'olga' }, { user_id: 'petr' }] });
  expect(await olga.take('GroupMemberJoined', ({ user_id }) => user_id === 'petr')).toMatchObject({
    group_id: group,
  });
  expect((await as('petr').post('/kitchen/groups/join', { code })).status).toBe(200);
  expect((await as('stranger').post('/kitchen/groups/join', { code })).body).toMatchObject({
    code: 'not_found',
  });
  const tell = (title: string) =>
    backend.post('/realtime/notify/system', { group_id: group, title, message: 'в семь' });
  await tell('Ужин');
  for (const member of [olga, petr])
    expect(await member.take('SystemNotification')).toEqual({
      title: 'Ужин',
      message: 'в семь',
      group_id: group,
    });
  for (const user of ['olga', 'petr'])
    expect((await as(user).get('/notifications')).body).toMatchObject({
      notifications: expect.arrayContaining([
        expect.objectContaining({ title: 'Ужин', message: 'в семь', category: 'kitchen.system' }),
      ]),
    });
  // Whoever comes later hears their groups without asking.
  const phone = await raw('petr');
  await tell('Завтрак');
  await phone.take('SystemNotification');
  const { status } = await as('petr').call('DELETE', `/kitchen/groups/${group}/members/petr`);
  expect(status).toBe(204);
  await olga.take('GroupMemberLeft', ({ user_id }) => user_id === 'petr');
  await tell('Без Петра');
  await olga.take('SystemNotification', ({ title }) => title === 'Без Петра');
  for (const [client, user, titles] of [
    [petr, 'petr', ['Ужин', 'Завтрак']],
    [stranger, 'stranger', []],
  ] as const)
    expect(
      (await heardBy(client, user)).flatMap(({ type, data }) =>
        type === 'SystemNotification' ? [data.title] : [],
      ),
    ).toEqual(titles);
});

it('a group is its members’ alone, on every transport', async () => {
  const { as, native, backend } = await startKitchen();
  const group = (await as('olga').post('/kitchen/groups', { name: 'Дом' })).body.id as string;
  const petr = await native('petr');
  const subscribe = async () => (await petr.ask('subscribe', { channels: [`group:${group}`] })).error?.code;
  expect(await subscribe()).toBe('forbidden');
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['POST', '/invitations', {}],
    ['DELETE', '/members/olga', undefined],
    ['DELETE', '/members/petr', undefined],
  ] as const)
    expect((await as('petr').call(method, `/kitchen/groups/${group}${path}`, body)).body).toMatchObject({
      code: 'not_found',
    });
  expect((await as('petr').get('/kitchen/groups')).body).toEqual({ groups: [] });
  expect((await backend.get(`/kitchen/groups/${group}`)).body).toMatchObject({ name: 'Дом' });
  expect((await backend.get('/kitchen/groups/999')).body).toMatchObject({ code: 'not_found' });
  const { code } = (await as('olga').post(`/kitchen/groups/${group}/invitations`, {})).body;
  await as('petr').post('/kitchen/groups/join', { code });
  expect(await subscribe()).toBeUndefined();
  expect((await as('petr').call('DELETE', `/kitchen/groups/${group}/members/olga`)).body).toMatchObject({
    code: 'forbidden',
  });
  // Taken out, a native client that follows hears no more either.
  await as('olga').call('DELETE', `/kitchen/groups/${group}/members/petr`);
  await backend.post('/realtime/notify/system', { group_id: group, title: 'secret', message: 'm' });
  expect((await petr.ask('ping')).type).toBe('pong');
  expect(petr.messages.all.filter(({ data }) => data?.title === 'secret')).toEqual([]);
  expect(await subscribe()).toBe('forbidden');
});

it('an invitation may be for one user, who is told, and ends', async () => {
  const { url, clock, inbox } = await startKits([createKitchenKit()]);
  const as = (user: string) => new Api({ url, bearer: testToken(user) });
  const group = (await as('olga').post('/kitchen/groups', { name: 'Дом' })).body.id as string;
  const invite = async (body: object) =>
    (await as('olga').post(`/kitchen/groups/${group}/invitations`, body)).body.code;
  const join = async (user: string, code: unknown) => {
    const { status, body } = await as(user).post('/kitchen/groups/join', { code });
    return status === 200 ? 'in' : body.code;
  };
  const own = await invite({ user_id: 'petr' });
  const [told] = (await inbox.list('petr', {})).notifications;
  expect(told).toMatchObject({
    title: 'olga invites you',
    message: 'To the group “Дом”',
    data: { group_id: group, code: own },
  });
  expect(await join('ira', own)).toBe('forbidden');
  expect(await join('petr', own)).toBe('in');
  const two = await invite({ uses: 2 });
  expect([await join('a', two), await join('b', two), await join('c', two)]).toEqual([
    'in',
    'in',
    'not_found',
  ]);
  const late = await invite({});
  clock.set(clock.now() + WEEK);
  expect(await join('d', late)).toBe('not_found');
  expect(await join('d', '__proto__')).toBe('not_found');
});

it('the last owner’s place goes to the oldest member, and the last member ends the group', async () => {
  const { as } = await startKitchen();
  const group = (await as('olga').post('/kitchen/groups', { name: 'Дом' })).body.id as string;
  const { code } = (await as('olga').post(`/kitchen/groups/${group}/invitations`, { uses: 2 })).body;
  for (const user of ['petr', 'ira']) await as(user).post('/kitchen/groups/join', { code });
  await as('olga').call('DELETE', `/kitchen/groups/${group}/members/olga`);
  expect((await as('ira').get(`/kitchen/groups/${group}`)).body.members).toMatchObject([
    { user_id: 'petr', owner: true },
    { user_id: 'ira', owner: false },
  ]);
  for (const user of ['petr', 'ira'])
    await as(user).call('DELETE', `/kitchen/groups/${group}/members/${user}`);
  expect((await as('ira').get(`/kitchen/groups/${group}`)).body).toMatchObject({ code: 'not_found' });
});

describe.each(DATABASES)('on %s', (kind) => {
  /** Rounds, since two servers' transactions meet by chance. */
  const ROUNDS = 5;

  it('who leaves while others do leaves no group without an owner, and none without members', async () => {
    const { as, backend } = await startKitchen(configOf(kind));
    const members = ['olga', 'petr', 'ira', 'anna'];
    for (let round = 0; round < ROUNDS; round += 1) {
      const group = (await as('olga').post('/kitchen/groups', { name: 'Дом' })).body.id as string;
      const { code } = (await as('olga').post(`/kitchen/groups/${group}/invitations`, { uses: 3 })).body;
      for (const user of members.slice(1)) await as(user).post('/kitchen/groups/join', { code });
      const leave = (...users: readonly string[]) =>
        Promise.all(users.map((user) => as(user).call('DELETE', `/kitchen/groups/${group}/members/${user}`)));
      await leave('olga', 'petr');
      const read = () => backend.get(`/kitchen/groups/${group}`);
      expect((await read()).body.members).toMatchObject([{ user_id: 'ira', owner: true }, { owner: false }]);
      await leave('ira', 'anna');
      expect((await read()).status).toBe(404);
    }
  });

  it('who joins twice at once has used the invitation once', async () => {
    const { as } = await startKitchen(configOf(kind));
    for (let round = 0; round < ROUNDS; round += 1) {
      const group = (await as('olga').post('/kitchen/groups', { name: 'Дом' })).body.id as string;
      const { code } = (await as('olga').post(`/kitchen/groups/${group}/invitations`)).body;
      const join = () => as('petr').post('/kitchen/groups/join', { code });
      const joined = await Promise.all([join(), join()]);
      expect(joined.map(({ status }) => status)).toEqual([200, 200]);
    }
  });

  it('the list of one’s groups is there also while one leaves one of them', async () => {
    const { as } = await startKitchen(configOf(kind));
    await as('vera').post('/kitchen/groups', { name: 'stays' });
    for (let round = 0; round < ROUNDS; round += 1) {
      const group = (await as('vera').post('/kitchen/groups', { name: 'goes' })).body.id as string;
      const [, ...lists] = await Promise.all([
        as('vera').call('DELETE', `/kitchen/groups/${group}/members/vera`),
        ...Array.from({ length: ROUNDS }, () => as('vera').get('/kitchen/groups')),
      ]);
      expect(lists.map(({ status }) => status)).toEqual(lists.map(() => 200));
    }
  });
});

it('one is in 50 groups at most, and none has a name of nothing or of HTML', async () => {
  const { as } = await startKitchen();
  for (const name of ['', '   ', '<b>Дом</b>', 'x'.repeat(101)])
    expect((await as('olga').post('/kitchen/groups', { name })).body).toMatchObject({
      code: 'invalid_request',
    });
  for (let made = 0; made < 50; made += 1) await as('olga').post('/kitchen/groups', { name: `g${made}` });
  expect((await as('olga').post('/kitchen/groups', { name: 'one more' })).body).toMatchObject({
    code: 'limit_reached',
  });
  const { groups } = (await as('olga').get('/kitchen/groups')).body;
  expect(groups).toHaveLength(50);
});

it('who joined or left by another server hears the group here too, or no more', async () => {
  const { url, core } = await startKits([createKitchenKit()]);
  const petr = await RawKitchen.open(url, { token: testToken('petr') });
  const tell = (event: string, data: object) =>
    core.publisher.publish({ channel: 'group:7', event, data: { group_id: '7', ...data } });
  const say = (title: string) => tell('SystemNotification', { title, message: 'm' });
  await say('before');
  await tell('GroupMemberJoined', { user_id: 'petr', user_name: 'Пётр' });
  await expect.poll(() => core.hub.channels.has('group:7')).toBe(true);
  await say('in');
  expect(await petr.take('SystemNotification')).toMatchObject({ title: 'in' });
  await tell('GroupMemberLeft', { user_id: 'petr' });
  await expect.poll(() => core.hub.channels.has('group:7')).toBe(false);
  await say('after');
  await petr.subscribe('community');
  expect(petr.told.all.filter(({ type }) => type === 'SystemNotification')).toHaveLength(1);
});
