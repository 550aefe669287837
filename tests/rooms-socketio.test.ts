import io from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { Inbox } from './support/inbox.ts';
import { member, openSocket, readRoom, startRooms } from './support/start-rooms.ts';
import { once } from './support/start-socketio.ts';
import { onTeardown } from './support/teardown.ts';

/** What the client of the document tells its app, in order. */
type Told = readonly [string, unknown];

/** The client as mobile apps have it; only the address, the token and what it does with what it hears are the test's. */
function documentClient(address: string, getAuthToken: () => string) {
  const told = new Inbox<Told>('the document’s client');
  class SocketIOManager {
    // biome-ignore lint/suspicious/noExplicitAny: as the apps have it
    private socket: any;

    connect() {
      this.socket = io(address, {
        transports: ['websocket'],
        auth: {
          token: getAuthToken(),
        },
      });

      this.setupEventListeners();
    }

    private setupEventListeners() {
      this.socket.on('connect', () => {
        told.push(['connect', undefined]);
      });

      this.socket.on('message', (data: unknown) => {
        told.push(['message', data]);
      });

      this.socket.on('user_joined', (user: unknown) => {
        told.push(['user_joined', user]);
      });

      this.socket.on('disconnect', () => {
        told.push(['disconnect', undefined]);
      });

      this.socket.on('error', (error: unknown) => {
        told.push(['error', error]);
      });
    }

    joinRoom(roomId: string) {
      this.socket.emit('join_room', { roomId });
    }

    sendMessage(roomId: string, message: string) {
      this.socket.emit('send_message', {
        roomId,
        message,
        timestamp: new Date().toISOString(),
      });
    }

    end() {
      this.socket.disconnect();
    }
  }
  const manager = new SocketIOManager();
  onTeardown(() => manager.end());
  manager.connect();
  const take = async (event: string) => (await told.take(([name]) => name === event))[1];
  return { manager, told, take };
}

describe('rooms over Socket.IO', () => {
  it('serve the client of the mobile apps as it is written', async () => {
    const { url } = await startRooms();
    const ayse = documentClient(url.replace('http', 'ws'), () => member('ayse', { name: 'Ayşe' }));
    await ayse.take('connect');
    ayse.manager.joinRoom('general');
    // Who joins and writes in one breath is a member by then.
    ayse.manager.sendMessage('general', 'Merhaba <b>dünya</b>');
    const message = (await ayse.take('message')) as Record<string, string>;
    expect(message).toEqual({
      id: 'general:1',
      roomId: 'general',
      seq: 1,
      user: 'ayse',
      name: 'Ayşe',
      message: 'Merhaba <b>dünya</b>',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
      clientId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    const berk = documentClient(url, () => member('berk'));
    await berk.take('connect');
    berk.manager.joinRoom('general');
    expect(
      await ayse.told.take(
        ([event, data]) => event === 'user_joined' && (data as { user: string }).user === 'berk',
      ),
    ).toEqual([
      'user_joined',
      { roomId: 'general', user: 'berk', name: 'berk', timestamp: expect.any(String), members: 2 },
    ]);
    // Again, as after every reconnect: nobody joins twice.
    berk.manager.joinRoom('general');
    berk.manager.sendMessage('general', 'Selam');
    expect(await ayse.take('message')).toMatchObject({ user: 'berk', message: 'Selam', seq: 2 });
    expect(await berk.take('message')).toMatchObject({ user: 'berk', message: 'Selam', seq: 2 });
    expect(
      ayse.told.untaken.filter(
        ([event, data]) => event === 'user_joined' && (data as { user: string }).user === 'berk',
      ),
    ).toEqual([]);
  });

  it('tell a client that waits for no answer what was refused, as the event "error"', async () => {
    const { url, as } = await startRooms();
    const client = documentClient(url, () => member('ayse'));
    await client.take('connect');
    client.manager.sendMessage('general', 'hello?');
    expect(await client.take('error')).toEqual({
      code: 'not_found',
      message: 'There is no such room.',
      command: 'send_message',
    });
    client.manager.joinRoom('__proto__');
    expect(await client.take('error')).toMatchObject({ code: 'invalid_request', command: 'join_room' });
    client.manager.joinRoom('general');
    client.manager.sendMessage('general', ' ');
    expect(await client.take('error')).toMatchObject({ code: 'invalid_request', command: 'send_message' });
    expect(await readRoom(as('ayse'), 'general')).toEqual([]);
  });

  it('tell who leaves, and let nothing of the room reach them any more', async () => {
    const { url, as } = await startRooms();
    const ayse = await openSocket(url, 'ayse');
    const berk = await openSocket(url, 'berk');
    await ayse.socket.emitWithAck('join_room', { roomId: 'general' });
    await berk.socket.emitWithAck('join_room', { roomId: 'general' });
    expect(await berk.socket.emitWithAck('leave_room', { roomId: 'general' })).toEqual({
      ok: true,
      data: { roomId: 'general' },
    });
    expect(await ayse.take('user_left')).toMatchObject({ user: 'berk', reason: 'left', members: 1 });
    await ayse.socket.emitWithAck('send_message', { roomId: 'general', message: 'alone' });
    await ayse.take('message');
    expect(await berk.socket.emitWithAck('leave_room', { roomId: 'general' })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
    expect(berk.heard.all.filter(({ event }) => event === 'message')).toEqual([]);
    expect((await as('berk').call('GET', '/rooms/general/messages')).status).toBe(404);
  });

  it('answer a message sent again under its id as they did before', async () => {
    const { url, as } = await startRooms();
    const { socket, heard } = await openSocket(url, 'ayse');
    await socket.emitWithAck('join_room', { roomId: 'general' });
    const send = (message: string, id: string) =>
      socket.emitWithAck('send_message', { roomId: 'general', message, id });
    const answers = await Promise.all([send('one', 'a'), send('one', 'a'), send('two', 'b')]);
    expect(answers[1]).toEqual(answers[0]);
    expect(await send('one', 'a')).toEqual(answers[0]);
    expect(await send('other', 'a')).toMatchObject({ ok: false, error: { code: 'key_conflict' } });
    await heard.take(({ event, data }) => event === 'message' && data.message === 'two');
    expect(
      (await readRoom(as('ayse'), 'general')).map(({ message, clientId }) => [message, clientId]),
    ).toEqual([
      ['one', 'a'],
      ['two', 'b'],
    ]);
    expect(heard.all.filter(({ event }) => event === 'message')).toHaveLength(2);
  });

  it('change and empty one’s own messages, and nobody else’s', async () => {
    const { url, as } = await startRooms();
    const ayse = await openSocket(url, 'ayse');
    const berk = await openSocket(url, 'berk');
    for (const { socket } of [ayse, berk]) await socket.emitWithAck('join_room', { roomId: 'general' });
    await ayse.socket.emitWithAck('send_message', { roomId: 'general', message: 'helo' });
    const edit = { roomId: 'general', seq: 1, message: 'hello' };
    expect(await berk.socket.emitWithAck('edit_message', edit)).toMatchObject({
      error: { code: 'forbidden' },
    });
    await ayse.socket.emitWithAck('edit_message', edit);
    expect(await berk.take('message_edited')).toMatchObject({ id: 'general:1', message: 'hello' });
    expect(await readRoom(as('berk'), 'general')).toMatchObject([
      { message: 'hello', editedAt: expect.any(String) },
    ]);
    await ayse.socket.emitWithAck('delete_message', { roomId: 'general', seq: 1 });
    expect(await berk.take('message_deleted')).toMatchObject({ id: 'general:1' });
    expect(await readRoom(as('berk'), 'general')).toMatchObject([{ message: '', deleted: true }]);
    expect(await ayse.socket.emitWithAck('edit_message', edit)).toMatchObject({
      error: { code: 'not_found' },
    });
  });

  it('give a client that was cut off what it missed, unless it is no member any more', async () => {
    const { url, as } = await startRooms();
    const [ayse, berk, cem] = await Promise.all(['ayse', 'berk', 'cem'].map((user) => openSocket(url, user)));
    const clients = [ayse!, berk!, cem!];
    for (const { socket } of clients) await socket.emitWithAck('join_room', { roomId: 'general' });
    const say = (message: string) =>
      as('ayse').call('POST', '/commands/send_message', { roomId: 'general', message });
    await say('before');
    for (const { take } of clients) await take('message');
    const away = [berk!, cem!].map(async ({ socket }) => {
      // It stays away until everything has happened.
      socket.io.opts.reconnection = false;
      socket.io.reconnection(false);
      const gone = once(socket, 'disconnect');
      socket.io.engine.close();
      await gone;
    });
    await Promise.all(away);
    const here = async () => {
      const { data } = await ayse!.socket.emitWithAck('presence', { channel: 'room:general' });
      return data.members.length;
    };
    await expect.poll(here).toBe(1);
    await as('ayse').call('DELETE', '/rooms/general/members/cem');
    await say('missed');
    await ayse!.take('message');
    for (const { socket } of [berk!, cem!]) {
      const back = once(socket, 'connect');
      socket.connect();
      await back;
    }
    // Who may not have all that it missed is told that it comes anew.
    expect([berk!.socket.recovered, cem!.socket.recovered]).toEqual([true, false]);
    expect(await berk!.take('message')).toMatchObject({ message: 'missed' });
    await say('after');
    expect(await berk!.take('message')).toMatchObject({ message: 'after' });
    await cem!.socket.emitWithAck('ping', {});
    expect(cem!.heard.all.filter(({ event }) => event === 'message')).toHaveLength(1);
  });
});
