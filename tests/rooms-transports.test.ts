import { describe, expect, it } from 'vitest';
import { openStream } from './support/event-stream.ts';
import { member, nextUpdate, openSocket, startRooms } from './support/start-rooms.ts';

/** As the React Native client sends it. */
const bearer = (user: string) => ({ Authorization: `Bearer ${member(user)}` });

describe('a room', () => {
  it('is one over Socket.IO, native WebSocket, event streams and HTTP', async () => {
    const { url, as, connect } = await startRooms();
    const socket = await openSocket(url, 'ayse');
    await socket.socket.emitWithAck('join_room', { roomId: 'general' });
    const native = await connect('berk');
    const { data: joined } = await native.ask('join_room', { data: { roomId: 'general' } });
    expect(joined).toMatchObject({ id: 'general', channel: 'room:general', members: 2, owner: 'ayse' });
    expect((await native.event()).data).toMatchObject({ user: 'berk', members: 2 });
    await as('cem').call('POST', '/commands/join_room', { roomId: 'general' });
    const stream = await openStream(url, 'channels=room:general', bearer('cem'));
    await stream.next('welcome');
    const { body } = await as('cem').call('POST', '/commands/send_message', {
      roomId: 'general',
      message: 'hi',
      id: 'c-1',
    });
    expect(body).toMatchObject({ id: 'general:1', clientId: 'c-1' });
    const message = { id: 'general:1', user: 'cem', message: 'hi', clientId: 'c-1' };
    expect(await socket.take('message')).toMatchObject(message);
    expect((await native.event(({ event }) => event === 'message')).data).toMatchObject(message);
    expect((await stream.messages(1))[0]).toMatchObject({ type: 'message', payload: message });
  });

  it('keeps who is there and who types', async () => {
    const { connect } = await startRooms();
    const ayse = await connect('ayse');
    const berk = await connect('berk');
    for (const client of [ayse, berk]) await client.ask('join_room', { data: { roomId: 'general' } });
    await ayse.subscribe('typing:room:general');
    await berk.ask('typing', { channel: 'room:general' });
    expect(await ayse.event(({ channel }) => channel === 'typing:room:general')).toMatchObject({
      event: 'start',
      data: { user: 'berk' },
    });
    const { data } = await ayse.ask('presence', { channel: 'room:general' });
    expect((data as { members: { user: string }[] }).members.map(({ user }) => user)).toEqual([
      'ayse',
      'berk',
    ]);
  });

  it('is resumed where a client left off', async () => {
    const { connect } = await startRooms();
    const ayse = await connect('ayse');
    await ayse.ask('join_room', { data: { roomId: 'general' } });
    const [{ position } = {}] = await ayse.subscribe('room:general');
    ayse.ws.terminate();
    const berk = await connect('berk');
    await berk.ask('join_room', { data: { roomId: 'general' } });
    await berk.ask('send_message', { data: { roomId: 'general', message: 'missed' } });
    await berk.event(({ event }) => event === 'message');
    const again = await connect('ayse');
    const [answer] = await again.subscribe({ channel: 'room:general', since: position });
    expect(answer?.recovered).toBe(true);
    expect(answer?.events?.filter(({ event }) => event === 'message')).toMatchObject([
      { data: { message: 'missed' } },
    ]);
  });
});

describe('an event stream of a mobile client', () => {
  it('hears "notification" and "update" with their payload, by the Authorization header', async () => {
    const { url, as, connect } = await startRooms();
    const ayse = await connect('ayse');
    await ayse.ask('join_room', { data: { roomId: 'general' } });
    await as('berk').call('POST', '/commands/join_room', { roomId: 'general' });
    const stream = await openStream(url, 'channels=user:berk', bearer('berk'));
    await stream.next('welcome');
    await ayse.ask('send_message', { data: { roomId: 'general', message: 'look, @berk & @nobody' } });
    const heard = await stream.messages(2);
    expect(heard.find(({ type }) => type === 'notification')?.payload).toMatchObject({
      type: 'info',
      title: 'ayse mentioned you',
      message: 'general: look, @berk & @nobody',
      category: 'rooms.mention',
      url: '/rooms?room=general',
      data: { roomId: 'general', seq: 1, by: 'ayse' },
    });
    expect(heard.find(({ type }) => type === 'update')?.payload).toMatchObject({
      kind: 'unread',
      roomId: 'general',
      unread: 1,
      lastRead: 0,
      last: { message: 'look, @berk & @nobody' },
    });
  });

  it('of another user’s channel, or of a room of others, is refused', async () => {
    const { url, connect } = await startRooms();
    const ayse = await connect('ayse');
    await ayse.ask('join_room', { data: { roomId: 'general' } });
    for (const channel of ['user:ayse', 'room:general', 'room:nowhere', 'presence:room:general']) {
      const { response } = await openStream(url, `channels=${channel}`, bearer('mallory'));
      expect([channel, response.statusCode]).toEqual([channel, 403]);
    }
  });
});

describe('the list of rooms', () => {
  it('says what is unread, and what was said last, and hears of every change', async () => {
    const { as, connect } = await startRooms();
    const ayse = await connect('ayse');
    await ayse.subscribe('user:ayse');
    await ayse.ask('join_room', { data: { roomId: 'one' } });
    expect(await nextUpdate(ayse, 'joined')).toEqual({ kind: 'joined', roomId: 'one', name: 'one' });
    await as('ayse').call('POST', '/rooms', { id: 'two', name: 'Room two', topic: 'This and that' });
    await nextUpdate(ayse, 'joined');
    await as('berk').call('POST', '/commands/join_room', { roomId: 'two' });
    await as('berk').call('POST', '/commands/send_message', { roomId: 'two', message: 'hey' });
    expect(await nextUpdate(ayse, 'unread')).toMatchObject({ roomId: 'two', unread: 1 });
    const { body } = await as('ayse').call('GET', '/rooms');
    expect(body.rooms).toMatchObject([
      {
        id: 'two',
        name: 'Room two',
        topic: 'This and that',
        unread: 1,
        members: 2,
        last: { message: 'hey' },
      },
      { id: 'one', unread: 0, last: null },
    ]);
    await as('ayse').call('DELETE', '/rooms/one/members/ayse');
    expect(await nextUpdate(ayse, 'left')).toEqual({ kind: 'left', roomId: 'one', reason: 'left' });
    expect((await as('cem').call('GET', '/rooms/public')).body).toMatchObject({
      rooms: [
        { id: 'one', owner: null, members: 0 },
        { id: 'two', owner: 'ayse', members: 2 },
      ],
      next: null,
    });
    const page = (await as('cem').call('GET', '/rooms/public?limit=1')).body;
    expect(page).toMatchObject({ rooms: [{ id: 'one' }], next: 'one' });
    expect((await as('cem').call('GET', '/rooms/public?limit=1&after=one')).body).toMatchObject({
      rooms: [{ id: 'two' }],
      next: null,
    });
  });

  it('gives history page by page, back and forth', async () => {
    const { as } = await startRooms();
    const ayse = as('ayse');
    await ayse.call('POST', '/commands/join_room', { roomId: 'general' });
    for (let n = 1; n <= 5; n += 1)
      await ayse.call('POST', '/commands/send_message', { roomId: 'general', message: `${n}` });
    const page = async (query: string) => {
      const { body } = await ayse.call('GET', `/rooms/general/messages?limit=2${query}`);
      return [(body.messages as { message: string }[]).map(({ message }) => message).join(), body.next];
    };
    expect(await page('')).toEqual(['4,5', 4]);
    expect(await page('&before=4')).toEqual(['2,3', 2]);
    expect(await page('&before=2')).toEqual(['1', null]);
    expect(await page('&after=0')).toEqual(['1,2', 2]);
    expect(await page('&after=4')).toEqual(['5', null]);
    expect(await page('&after=5')).toEqual(['', null]);
  });
});
