import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { openStream } from './support/event-stream.ts';
import { Inbox } from './support/inbox.ts';
import { NativeClient } from './support/native-client.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';

const token = tokenFor('alice');

/** What a device hears of the inbox: the event's name and its data. */
interface Heard {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function nativeDevice(url: string) {
  const client = await NativeClient.welcomed(url, { token });
  await client.subscribe('user:alice');
  return {
    hear: async (): Promise<Heard> => (await client.event()) as unknown as Heard,
    ask: async (name: string, data: object) => (await client.ask(name, { data })).data,
  };
}

async function socketioDevice(url: string) {
  const socket = io(url, { auth: { token }, transports: ['websocket'] });
  onTeardown(() => socket.disconnect());
  const heard = new Inbox<Heard>('Socket.IO');
  socket.onAny((event: string, data) => {
    if (event.startsWith('notification')) heard.push({ event, data });
  });
  await socket.emitWithAck('subscribe', 'user:alice');
  return {
    hear: () => heard.take(),
    ask: async (name: string, data: object) => (await socket.emitWithAck(name, data)).data,
  };
}

async function streamDevice(url: string) {
  const stream = await openStream(url, 'channels=user:alice', { authorization: `Bearer ${token}` });
  await stream.next('welcome');
  const api = new Api({ url, bearer: token });
  return {
    async hear(): Promise<Heard> {
      const [message] = await stream.messages(1);
      return { event: String(message?.type), data: message?.payload as Heard['data'] };
    },
    ask: async (name: string, data: object) => (await api.post(`/commands/${name}`, data)).body,
  };
}

describe('the devices of a user', () => {
  it('hear the same over WebSocket, Socket.IO and event streams, whoever of them does something', async () => {
    const { url, apiKey } = await startServer();
    const devices = [await nativeDevice(url), await socketioDevice(url), await streamDevice(url)];
    const backend = new Api({ url, bearer: apiKey });
    const hearAll = async () => {
      const [first, ...others] = await Promise.all(devices.map((device) => device.hear()));
      for (const other of others) expect(other).toMatchObject({ event: first?.event, data: first?.data });
      return first as Heard;
    };
    const tell = async () => {
      const texts = { en: { title: 'Hello', body: 'How are you?' } };
      const { status } = await backend.post('/notifications', { user: 'alice', texts });
      expect(status).toBe(200);
      const { event, data } = await hearAll();
      expect(event).toBe('notification');
      return String(data.id);
    };
    const ids = [await tell(), await tell(), await tell()];
    const [native, socketio, stream] = devices;

    expect(await native?.ask('inbox.seen', { ids: ids.slice(0, 1) })).toEqual({
      changed: 1,
      unread: 3,
      unseen: 2,
    });
    expect(await hearAll()).toMatchObject({
      event: 'notification_seen',
      data: { ids: ids.slice(0, 1), unread: 3, unseen: 2 },
    });
    expect(await socketio?.ask('inbox.read', { ids: ids.slice(1, 2) })).toEqual({
      changed: 1,
      unread: 2,
      unseen: 1,
    });
    expect((await hearAll()).data).toEqual({ ids: ids.slice(1, 2), unread: 2, unseen: 1 });
    expect(await stream?.ask('inbox.archive', { all: true })).toEqual({ changed: 3, unread: 0, unseen: 0 });
    expect(await hearAll()).toMatchObject({
      event: 'notification_archived',
      data: { all: true, before: expect.any(Number), unread: 0, unseen: 0 },
    });
    const preferences = { digest: 'daily', categories: { 'prices.drop': { push: false } } };
    expect(await socketio?.ask('inbox.setPreferences', preferences)).toEqual(preferences);
    expect(await hearAll()).toMatchObject({ event: 'notification_preferences', data: preferences });
    const pages = await Promise.all(devices.map((device) => device.ask('inbox.list', { archived: true })));
    expect(pages[0]).toMatchObject({ notifications: ids.toReversed().map((id) => ({ id, archived: true })) });
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
  });

  it('are told in the language of the user, by templates and by texts', async () => {
    const { url, apiKey } = await startServer();
    const backend = new Api({ url, bearer: apiKey });
    const texts = { en: { title: 'Hello', body: '' }, tr: { title: 'Merhaba', body: '' } };
    const titleFor = async (user: string) => {
      await backend.post('/notifications', { user, texts });
      const { body } = await backend.as(tokenFor(user)).get('/notifications');
      return (body.notifications as { title: string }[])[0]?.title;
    };
    // A token says what nobody has set.
    await NativeClient.welcomed(url, { token: tokenFor('ayse', { locale: 'tr-TR' }) });
    await expect.poll(async () => (await backend.get('/users/ayse/contact')).body.language).toBe('tr');
    expect(await titleFor('ayse')).toBe('Merhaba');
    expect(await titleFor('john')).toBe('Hello');
    await backend.call('PUT', '/users/john/contact', { language: 'tr' });
    expect(await titleFor('john')).toBe('Merhaba');
    await backend.call('PUT', '/users/ivan/contact', { language: 'ru' });
    expect(await titleFor('ivan')).toBe('Hello');
  });
});
