import { describe, expect, it } from 'vitest';
import { createKitchenKit } from '../kits/kitchen/server/kit.ts';
import { Api } from './support/api.ts';
import { runITCook } from './support/kitchen/it-cook.ts';
import { RawKitchen } from './support/kitchen/raw-kitchen.ts';
import { cook, startKitchen } from './support/kitchen/start-kitchen.ts';
import { HandshakeRefused } from './support/native-client.ts';
import { testToken } from './support/start-core.ts';
import { KITS_API_KEY, startKits } from './support/start-kits.ts';

describe('the document’s ITCookWebSocket, unchanged', () => {
  it('hears what the document promises, though its Subscribe is lost before the connection is open', async () => {
    const { url, backend } = await startKitchen();
    const { logged, received, sent, client } = runITCook(url, cook('olga'));
    await logged.take((line) => line === '🔌 WebSocket connected');
    await received.take(({ type }) => type === 'Heartbeat');
    const notify = (call: string, body: object) => backend.post(`/realtime/notify/${call}`, body);
    await notify('new-post', { post_id: 'p-1', author_name: 'Пётр', content: 'Борщ!' });
    await logged.take((line) => line === '🔔 📢 Новый пост: Пётр: Борщ!');
    await notify('expiring-items', { user_id: 'olga', items: [{ name: 'Молоко' }, { name: 'Сыр' }] });
    await logged.take((line) => line === '🔔 🧊 Холодильник: У вас 2 продуктов истекает в ближайшие дни');
    await notify('goal-achieved', { user_id: 'olga', goal_id: 'g', title: 'Достигнута цель по весу!' });
    await logged.take(
      (line) => line === '🔔 🏆 Цель достигнута!: Поздравляем с достижением: Достигнута цель по весу!',
    );
    await notify('system', { title: 'Обновление', message: 'В полночь' });
    await logged.take((line) => line === '🔔 Обновление: В полночь');
    // It answers each heartbeat, and that is not answered again.
    expect(sent.all.filter((text) => text.includes('Subscribe'))).toEqual([]);
    client.subscribe(['community', 'personal']);
    expect(await received.take(({ type }) => type === 'Subscribed')).toEqual({
      type: 'Subscribed',
      data: { channels: ['community', 'personal'] },
    });
    expect(sent.all.filter((text) => text === '{"type":"Heartbeat"}')).toHaveLength(2);
    expect(received.all.filter(({ type }) => type === 'Heartbeat')).toHaveLength(1);
    expect(received.all.filter(({ type }) => type === 'Error')).toEqual([]);
  });

  it('comes back when its connection is cut, and hears again', async () => {
    const { url, backend } = await startKitchen();
    const { logged, received, socket } = runITCook(url, cook('olga'));
    await received.take(({ type }) => type === 'Heartbeat');
    socket().terminate();
    await logged.take((line) => line === '🔌 WebSocket disconnected');
    await received.take(({ type }) => type === 'Heartbeat');
    await backend.post('/realtime/notify/system', { user_id: 'olga', title: 'Снова', message: 'здесь' });
    await logged.take((line) => line === '🔔 Снова: здесь');
  });

  it('types, and others hear it', async () => {
    const { url, as, raw } = await startKitchen();
    const post = (await as('olga').post('/kitchen/posts', { content: 'Борщ' })).body.id as string;
    const olga = runITCook(url, cook('olga'));
    const petr = await raw('petr');
    await olga.received.take(({ type }) => type === 'Heartbeat');
    await petr.subscribe(`post:${post}`);
    olga.client.startTyping(post);
    expect(await petr.take('TypingStart')).toEqual({ post_id: post, user_id: 'olga' });
    olga.client.stopTyping(post);
    expect(await petr.take('TypingStop')).toEqual({ post_id: post, user_id: 'olga' });
  });
});

describe('who may come in', () => {
  it('brings a token in the header, a subprotocol or the address', async () => {
    const { url, backend } = await startKitchen();
    const token = cook('olga');
    const clients = await Promise.all([
      RawKitchen.open(url, { token }),
      RawKitchen.open(url, { protocols: [`tidings.token.${token}`] }),
      RawKitchen.open(url, { query: `?token=${token}` }),
    ]);
    await backend.post('/realtime/notify/system', { user_id: 'olga', title: 'Hi', message: 'you' });
    for (const client of clients)
      expect(await client.take('SystemNotification')).toEqual({ title: 'Hi', message: 'you' });
  });

  it('without one hears the community where the server takes anonymous clients', async () => {
    const { raw, backend, as, heardBy } = await startKitchen();
    const nobody = await raw();
    await backend.post('/realtime/notify/system', { user_id: 'olga', title: 'For', message: 'olga' });
    await as('olga').post('/kitchen/posts', { content: 'For all' });
    expect(await nobody.take('NewCommunityPost')).toMatchObject({ content: 'For all', author_name: 'olga' });
    nobody.say('Subscribe', { channels: ['personal'] });
    expect(await nobody.take('Error')).toMatchObject({ code: 'unauthenticated' });
    expect(await heardBy(nobody)).toHaveLength(2);
  });

  it('without one is closed with 4504 where it does not', async () => {
    const { url } = await startKitchen({ auth: { anonymous: false } });
    const nobody = await RawKitchen.connect(url);
    expect(await nobody.take('Error')).toMatchObject({ code: 'unauthenticated', reconnect: false });
    expect(await nobody.client.closed).toMatchObject({ code: 4504 });
    const forged = await RawKitchen.connect(url, { token: 'forged' });
    expect(await forged.client.closed).toMatchObject({ code: 4500 });
    await expect(RawKitchen.connect(url, { headers: { origin: 'https://evil.example' } })).rejects.toThrow(
      HandshakeRefused,
    );
  });

  it('may have an id that no channel can be named after', async () => {
    const { raw, as } = await startKitchen();
    const ann = await raw('Ann, of Ely');
    const post = (await as('Ann, of Ely').post('/kitchen/posts', { content: 'Soup' })).body.id;
    expect(await ann.take('NewCommunityPost')).toMatchObject({ author_id: 'Ann, of Ely' });
    expect((await as('bob').call('PUT', `/kitchen/posts/${post}/like`)).body).toMatchObject({ likes: 1 });
    ann.say('Subscribe', { channels: ['personal'] });
    expect(await ann.take('Error')).toMatchObject({ code: 'bad_channel' });
  });
});

describe('a heartbeat', () => {
  it('goes to all, and who answers none stays while the connection lives', async () => {
    const { url, clock } = await startKits([createKitchenKit({ heartbeat: 30_000 })]);
    const hook = await RawKitchen.open(url);
    for (let beat = 0; beat < 10; beat += 1) {
      clock.advance(30_000);
      expect(await hook.heartbeats.take()).toEqual({ type: 'Heartbeat', data: {} });
    }
    expect(await hook.subscribe('community')).toEqual({ channels: ['community'] });
  });

  it('of the connection finds the dead, and them alone', async () => {
    const { url, raw } = await startKitchen({ heartbeat: 1000 });
    const hook = await raw();
    const dead = await RawKitchen.open(url, { answering: false });
    expect(await dead.client.closed).toMatchObject({ code: 4002 });
    expect(await hook.subscribe('community')).toEqual({ channels: ['community'] });
  });
});

describe('Subscribe and Unsubscribe', () => {
  it('take the document’s names, groups and posts', async () => {
    const { raw, as, backend } = await startKitchen();
    const group = (await as('olga').post('/kitchen/groups', { name: 'Дом' })).body.id as string;
    const post = (await as('olga').post('/kitchen/posts', { content: 'Борщ' })).body.id as string;
    const olga = await raw('olga');
    const names = ['community', 'personal', 'user:olga', `group:${group}`, `post:${post}`];
    expect(await olga.subscribe(...names)).toEqual({ channels: names });
    olga.say('Unsubscribe', { channels: ['community', `group:${group}`] });
    expect(await olga.take('Unsubscribed')).toEqual({ channels: ['community', `group:${group}`] });
    const notify = (body: object) => backend.post('/realtime/notify/system', { message: 'm', ...body });
    await notify({ title: 'all' });
    await notify({ title: 'group', group_id: group });
    await notify({ title: 'olga', user_id: 'olga' });
    expect(await olga.take('SystemNotification')).toMatchObject({ title: 'olga' });
  });

  it('refuse what is somebody else’s or not there, each by name, and keep the rest', async () => {
    const { raw, as, backend, heardBy } = await startKitchen();
    const group = (await as('olga').post('/kitchen/groups', { name: 'Дом' })).body.id as string;
    const petr = await raw('petr');
    const refused = async (...channels: unknown[]) => {
      petr.say('Subscribe', { channels });
      return (await petr.take('Error')).code;
    };
    expect(await refused('user:olga')).toBe('forbidden');
    expect(await refused('personal:olga')).toBe('forbidden');
    expect(await refused(`group:${group}`)).toBe('forbidden');
    expect(await refused('group:999')).toBe('forbidden');
    expect(await refused('group:__proto__')).toBe('forbidden');
    expect(await refused('post:999')).toBe('not_found');
    expect(await refused('post:constructor')).toBe('not_found');
    expect(await refused('__proto__')).toBe('bad_channel');
    expect(await refused('kitchen:community')).toBe('bad_channel');
    expect(await refused('post:a b')).toBe('not_found');
    expect(await refused(`post:${'x'.repeat(300)}`)).toBe('invalid_request');
    expect(await refused(7)).toBe('invalid_request');
    expect(await refused()).toBe('invalid_request');
    expect(await refused(...Array.from({ length: 10_000 }, (_, at) => at.toString(36)))).toBe(
      'invalid_request',
    );
    petr.say('Subscribe', { channels: 'community' });
    expect(await petr.take('Error')).toMatchObject({ code: 'invalid_request' });
    petr.say('Subscribe');
    expect(await petr.take('Error')).toMatchObject({ code: 'invalid_request' });
    expect(await petr.subscribe('community', 'user:olga', 'personal')).toEqual({
      channels: ['community', 'personal'],
      refused: [
        {
          channel: 'user:olga',
          code: 'forbidden',
          message: 'This is the personal channel of somebody else.',
        },
      ],
    });
    await backend.post('/realtime/notify/system', { user_id: 'olga', title: 'secret', message: 'm' });
    expect((await heardBy(petr, 'petr')).filter(({ type }) => type === 'SystemNotification')).toEqual([]);
  });

  it('stop at as many channels as a session may follow', async () => {
    const { raw, backend } = await startKitchen({ limits: { channels: 10 } });
    for (let post = 0; post < 20; post += 1)
      await backend.post('/realtime/notify/new-post', {
        post_id: `p${post}`,
        author_name: 'a',
        content: 'c',
      });
    const client = await raw('olga');
    client.say('Subscribe', { channels: Array.from({ length: 20 }, (_, post) => `post:p${post}`) });
    expect(await client.take('Error')).toMatchObject({ code: 'too_many_channels' });
    expect(await client.subscribe('post:p1')).toEqual({ channels: ['post:p1'] });
  });
});

describe('typing', () => {
  it('is heard by those who look at the post, and ends by itself', async () => {
    const { raw, as, heardBy } = await startKitchen({ typing: { ttl: 1000 } });
    const post = (await as('olga').post('/kitchen/posts', { content: 'Борщ' })).body.id as string;
    const [olga, petr, other] = [await raw('olga'), await raw('petr'), await raw('other')];
    await olga.subscribe(`post:${post}`);
    petr.say('TypingStart', { post_id: post });
    petr.say('TypingStart', { post_id: Number(post) });
    expect(await olga.take('TypingStart')).toEqual({ post_id: post, user_id: 'petr' });
    expect(await olga.take('TypingStop')).toEqual({ post_id: post, user_id: 'petr' });
    petr.say('TypingStart', { post_id: post });
    await olga.take('TypingStart');
    petr.client.ws.terminate();
    expect(await olga.take('TypingStop')).toEqual({ post_id: post, user_id: 'petr' });
    expect(await heardBy(other, 'other')).toEqual([]);
  });

  it('in a post that is not there, or by nobody, is refused', async () => {
    const { raw, as } = await startKitchen();
    const olga = await raw('olga');
    for (const post_id of ['999', '__proto__', 'x; DROP TABLE kitchen_posts', '1e3', 5, 'a,b']) {
      olga.say('TypingStart', { post_id });
      expect(['not_found', 'bad_channel']).toContain((await olga.take('Error')).code);
    }
    for (const post_id of [undefined, null, {}, ['1'], 'x'.repeat(10_000)]) {
      olga.say('TypingStart', { post_id });
      expect(await olga.take('Error')).toMatchObject({ code: 'invalid_request' });
    }
    const post = (await as('olga').post('/kitchen/posts', { content: 'Борщ' })).body.id as string;
    const nobody = await raw();
    await nobody.subscribe(`post:${post}`);
    nobody.say('TypingStart', { post_id: post });
    expect(await nobody.take('Error')).toMatchObject({ code: 'unauthenticated' });
  });

  it('works in a post that a backend keeps itself and has told of', async () => {
    const { raw, backend } = await startKitchen();
    await backend.post('/realtime/notify/new-post', {
      post_id: '0198-uuid',
      author_name: 'Пётр',
      content: 'Борщ',
    });
    const [olga, petr] = [await raw('olga'), await raw('petr')];
    await olga.subscribe('post:0198-uuid');
    petr.say('TypingStart', { post_id: '0198-uuid' });
    expect(await olga.take('TypingStart')).toEqual({ post_id: '0198-uuid', user_id: 'petr' });
  });
});

describe('what nobody should send', () => {
  it('is answered by a coded error, and disturbs nobody', async () => {
    const { raw, as, heardBy } = await startKitchen();
    const [bad, good] = [await raw('bad'), await raw('good')];
    const code = async (text: string) => {
      bad.client.ws.send(text);
      return (await bad.take('Error')).code;
    };
    expect(await code('hello')).toBe('malformed_message');
    expect(await code('[]')).toBe('malformed_message');
    expect(await code('{"type":"Dance"}')).toBe('unknown_command');
    expect(await code('{"type":"__proto__"}')).toBe('unknown_command');
    expect(await code('{"type":"toString"}')).toBe('unknown_command');
    expect(await code('{}')).toBe('unknown_command');
    expect(await code('{"type":7}')).toBe('unknown_command');
    expect(await code('{"type":"Heartbeat","__proto__":{"a":1}}')).toBe('forbidden_key');
    expect(await code('['.repeat(1000))).toBe('message_too_deep');
    expect(await code(JSON.stringify({ type: 'batch', messages: [] }))).toBe('batch_refused');
    const heartbeat = { type: 'Heartbeat' };
    expect(await code(JSON.stringify({ type: 'batch', messages: Array(101).fill(heartbeat) }))).toBe(
      'batch_refused',
    );
    expect(
      await code(JSON.stringify({ type: 'batch', messages: [{ type: 'batch', messages: [heartbeat] }] })),
    ).toBe('batch_refused');
    bad.client.ws.send('x'.repeat(100_000));
    expect((await bad.client.closed).code).toBe(1009);
    await as('olga').post('/kitchen/posts', { content: 'Борщ' });
    expect(await good.take('NewCommunityPost')).toMatchObject({ content: 'Борщ' });
    expect(await heardBy(good, 'good')).toHaveLength(1);
  });
});

describe('a backend', () => {
  it('alone may notify', async () => {
    const { url } = await startKits([createKitchenKit()]);
    const body = { title: 't', message: 'm' };
    for (const bearer of [undefined, testToken('alice')])
      expect(await new Api({ url, bearer }).post('/realtime/notify/system', body)).toMatchObject({
        status: 401,
        body: { code: 'invalid_api_key' },
      });
    expect((await new Api({ url, bearer: KITS_API_KEY }).post('/realtime/notify/system', body)).status).toBe(
      200,
    );
  });
});
