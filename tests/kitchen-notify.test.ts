import { describe, expect, it } from 'vitest';
import { NOTIFY_CALLS } from '../kits/kitchen/server/system/notify-calls.ts';
import { startKitchen } from './support/kitchen/start-kitchen.ts';

/** What a backend says, the event's data, and what the inbox then has. */
const CALLS = [
  {
    call: 'new-post',
    event: 'NewCommunityPost',
    body: { post_id: 'p-1', author_name: 'Пётр', content: 'Борщ' },
  },
  {
    call: 'post-liked',
    event: 'PostLiked',
    body: { user_id: 'olga', post_id: 'p-1', liker_id: 'petr', liker_name: 'Пётр', likes: 5 },
    inbox: { title: 'Пётр likes your post', message: '5 likes so far', category: 'kitchen.likes' },
  },
  {
    call: 'new-comment',
    event: 'NewComment',
    body: { user_id: 'olga', post_id: 'p-1', comment_id: 'c-1', author_name: 'Пётр', content: 'Вкусно' },
    inbox: { title: 'Пётр commented on your post', message: 'Вкусно', category: 'kitchen.comments' },
  },
  {
    call: 'new-follower',
    event: 'NewFollower',
    body: { user_id: 'olga', follower_id: 'petr', follower_name: 'Пётр' },
    inbox: { title: 'Пётр follows you', category: 'kitchen.followers' },
  },
  {
    call: 'expiring-items',
    event: 'ExpiringItems',
    body: {
      user_id: 'olga',
      items: [{ name: 'Молоко', expires_on: '2026-11-21', days_left: 1, shelf: 2 }, { name: 'Сыр' }],
    },
    inbox: {
      type: 'warning',
      title: '2 items in your fridge expire soon',
      message: 'Молоко, Сыр',
      category: 'kitchen.fridge',
    },
  },
  {
    call: 'goal-achieved',
    event: 'GoalAchieved',
    body: { user_id: 'olga', goal_id: 'g-1', title: 'Достигнута цель по весу!' },
    inbox: { type: 'success', title: 'Goal achieved!', message: 'Достигнута цель по весу!' },
  },
  {
    call: 'recipe-generated',
    event: 'RecipeGenerated',
    body: { user_id: 'olga', recipe_id: 'r-1', title: 'Борщ', servings: 4 },
    inbox: { title: 'Your recipe is ready', message: 'Борщ', category: 'kitchen.recipes' },
  },
  {
    call: 'system',
    event: 'SystemNotification',
    body: { user_id: 'olga', title: 'Обновление', message: 'В полночь', level: 'warning', url: '/news' },
    inbox: { type: 'warning', title: 'Обновление', message: 'В полночь', url: '/news' },
  },
] as const;

describe('a call of a backend', () => {
  it.each(CALLS)('notify/$call tells $event once, and keeps it in the inbox', async (known) => {
    const { raw, as, backend } = await startKitchen();
    const [olga, other] = [await raw('olga'), await raw('other')];
    const tell = () => backend.post(`/realtime/notify/${known.call}`, { ...known.body, key: 'once' });
    const { status, body } = await tell();
    expect(status).toBe(200);
    expect(body).toEqual({
      channel: known.call === 'new-post' ? 'kitchen:community' : 'user:olga',
      offset: expect.any(Number),
      epoch: expect.any(String),
      id: expect.any(String),
    });
    // Repeated because no answer came, it has no second effect.
    expect((await tell()).body).toEqual(body);
    const { user_id: _, ...data } = known.body as { user_id?: string };
    expect(await olga.take(known.event)).toEqual(data);
    await backend.post('/realtime/notify/system', { title: 'end', message: 'of it' });
    for (const client of [olga, other])
      await client.take('SystemNotification', ({ title }) => title === 'end');
    expect(olga.told.all).toHaveLength(2);
    expect(other.told.all).toHaveLength(known.call === 'new-post' ? 2 : 1);
    const { notifications } = (await as('olga').get('/notifications')).body;
    expect(notifications).toMatchObject('inbox' in known ? [known.inbox] : []);
    const conflict = {
      ...known.body,
      key: 'once',
      [known.call === 'system' ? 'message' : (Object.keys(data)[0] as string)]: 'other',
    };
    const refused = await backend.post(`/realtime/notify/${known.call}`, conflict);
    expect(['key_conflict', 'invalid_request']).toContain(refused.body.code);
  });

  it('is there for every event of the document', () => {
    expect(CALLS.map(({ call }) => call)).toEqual(NOTIFY_CALLS.map(({ path }) => path));
  });

  it('that is wrong is refused, and tells nobody', async () => {
    const { raw, backend } = await startKitchen();
    const olga = await raw('olga');
    for (const [call, body, code] of [
      ['new-post', {}, 'invalid_request'],
      ['new-post', { post_id: 'a b', author_name: 'a', content: 'c' }, 'invalid_request'],
      ['new-post', { post_id: 'p', author_name: 'a', content: 'c', user_id: 'olga' }, 'invalid_request'],
      ['post-liked', { post_id: 'p', liker_id: 'l', liker_name: 'n' }, 'invalid_request'],
      ['post-liked', { user_id: 'a b', post_id: 'p', liker_id: 'l', liker_name: 'n' }, 'bad_channel'],
      ['expiring-items', { user_id: 'olga', items: [] }, 'invalid_request'],
      ['expiring-items', { user_id: 'olga', items: Array(501).fill({ name: 'a' }) }, 'invalid_request'],
      ['goal-achieved', { user_id: 'olga', goal_id: 'g' }, 'invalid_request'],
      ['system', { title: '', message: 'm' }, 'invalid_request'],
      ['system', { title: 't', message: 'm', level: 'loud' }, 'invalid_request'],
      ['system', { title: 't', message: 'm', user_id: 'olga', group_id: '1' }, 'invalid_request'],
      ['system', { title: 't', message: 'm', group_id: '999' }, 'not_found'],
      ['system', { title: 't', message: 'm', url: 'javascript:alert(1)' }, 'invalid_request'],
      ['system', { title: 't', message: 'm', user_id: 'olga', url: 'http://x' }, 'invalid_request'],
      ['system', { title: 't', message: 'm', user_id: 'olga', url: 'https://[' }, 'invalid_request'],
      ['system', [1], 'invalid_request'],
      ['system', '{', 'malformed_message'],
      ['dance', {}, 'not_found'],
    ] as const)
      expect(
        (await backend.post(`/realtime/notify/${call}`, body)).body,
        JSON.stringify([call, body]),
      ).toMatchObject({
        code,
      });
    await backend.post('/realtime/notify/system', { title: 'end', message: 'm' });
    await olga.take('SystemNotification', ({ title }) => title === 'end');
    expect(olga.told.all).toHaveLength(1);
  });
});
