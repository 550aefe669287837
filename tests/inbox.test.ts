import { describe, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { NativeClient } from './support/native-client.ts';
import { startServer } from './support/start-server.ts';

const texts = { en: { title: 'Hello', body: 'How are you?' } };

describe('an inbox', () => {
  it('keeps what a user is told, and tells it at once', async () => {
    const { url, apiKey } = await startServer();
    const backend = new Api({ url, bearer: apiKey });
    const alice = backend.as(tokenFor('alice'));
    const client = await NativeClient.welcomed(url, { token: tokenFor('alice') });
    await client.subscribe('user:alice');

    const told = await backend.post('/notifications', { user: 'alice', texts, data: { order: 7 }, url: '/a' });
    expect(told.body).toEqual({
      notifications: [{ user: 'alice', id: expect.any(String), created: true }],
    });
    const { data } = await client.event();
    expect(data).toEqual({
      type: 'info',
      title: 'Hello',
      message: 'How are you?',
      data: { order: 7 },
      url: '/a',
      category: 'general',
      id: (told.body.notifications as { id: string }[])[0]?.id,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      seen: false,
      read: false,
      archived: false,
    });
    const page = await alice.get('/notifications');
    expect(page.body).toEqual({ notifications: [data], unread: 1, unseen: 1 });

    const read = await alice.post('/notifications/read', { ids: [data?.id] });
    expect(read.body).toEqual({ changed: 1, unread: 0, unseen: 0 });
    expect(await client.event()).toMatchObject({
      event: 'notification_read',
      data: { ids: [data?.id], unread: 0, unseen: 0 },
    });
  });
});
