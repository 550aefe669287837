import { describe, expect, it } from 'vitest';
import { nextUpdate, openSocket, type RunningRooms, startRooms } from './support/start-rooms.ts';

async function privateRoom({ as }: RunningRooms, owner = 'ayse'): Promise<string> {
  const { status, body } = await as(owner).call('POST', '/rooms', { name: 'Secret', private: true });
  expect(status).toBe(201);
  return body.id as string;
}

describe('a private room', () => {
  it('is entered by an invitation, which is told and can be declined and taken back', async () => {
    const rooms = await startRooms();
    const { as, connect } = rooms;
    const id = await privateRoom(rooms);
    expect(id).toMatch(/^r-[\w-]{22}$/);
    const berk = await connect('berk');
    await berk.subscribe('user:berk');
    const invite = (user: string) => as('ayse').call('POST', `/rooms/${id}/invitations`, { user });
    expect((await invite('berk')).body).toEqual({ invited: true });
    expect((await invite('berk')).body).toEqual({ invited: true });
    expect((await berk.event(({ event }) => event === 'notification')).data).toMatchObject({
      type: 'info',
      title: 'You are invited to a room',
      message: 'ayse invites you to “Secret”.',
      category: 'rooms.invitation',
      data: { roomId: id, by: 'ayse' },
    });
    expect(await nextUpdate(berk, 'invitation')).toEqual({ kind: 'invitation', roomId: id, state: 'open' });
    expect((await as('berk').call('GET', '/rooms/invitations')).body.invitations).toMatchObject([
      { roomId: id, roomName: 'Secret', user: 'berk', by: 'ayse' },
    ]);
    expect((await as('berk').call('GET', `/rooms/${id}`)).body).toMatchObject({ name: 'Secret', members: 1 });
    expect((await as('berk').call('POST', `/rooms/${id}/decline`)).status).toBe(204);
    expect(await nextUpdate(berk, 'invitation')).toMatchObject({ state: 'declined' });
    expect((await as('berk').call('POST', `/rooms/${id}/accept`)).status).toBe(404);

    await invite('berk');
    await nextUpdate(berk, 'invitation');
    expect((await as('ayse').call('GET', `/rooms/${id}/invitations`)).body.invitations).toMatchObject([
      { user: 'berk' },
    ]);
    expect((await as('ayse').call('DELETE', `/rooms/${id}/invitations/berk`)).status).toBe(204);
    expect(await nextUpdate(berk, 'invitation')).toMatchObject({ state: 'revoked' });
    expect((await berk.ask('join_room', { data: { roomId: id } })).error?.code).toBe('not_found');

    await invite('berk');
    expect((await as('berk').call('POST', `/rooms/${id}/accept`)).body).toMatchObject({ id, members: 2 });
    expect((await invite('berk')).body).toEqual({ invited: false });
    await invite('cem');
    // Joining accepts, too.
    const cem = await openSocket(rooms.url, 'cem');
    expect(await cem.socket.emitWithAck('join_room', { roomId: id })).toMatchObject({ ok: true });
    const { body } = await as('cem').call('GET', `/rooms/${id}/members`);
    expect(body.members).toMatchObject([
      { user: 'ayse', owner: true },
      { user: 'berk', owner: false },
      { user: 'cem', owner: false },
    ]);
    expect((await as('ayse').call('GET', `/rooms/${id}/invitations`)).body).toEqual({ invitations: [] });
    // Two notifications of each invitation of its own, none of the one that was repeated.
    const heard = berk.messages.all.filter(({ event }) => event === 'notification');
    expect(heard).toHaveLength(3);
  });

  it('is like one that is not there to everyone else', async () => {
    const rooms = await startRooms();
    const { as, url } = rooms;
    const id = await privateRoom(rooms);
    await as('ayse').call('POST', '/commands/send_message', { roomId: id, message: 'secret' });
    await as('ayse').call('POST', `/rooms/${id}/invitations`, { user: 'berk' });
    const absent = `r-${'A'.repeat(22)}`;
    const mallory = await openSocket(url, 'mallory');
    const without = (value: unknown, room: string) =>
      JSON.parse(JSON.stringify(value).replaceAll(room, 'ROOM'));
    const commands = [
      ['join_room', {}],
      ['leave_room', {}],
      ['send_message', { message: 'x' }],
      ['mark_read', {}],
      ['edit_message', { seq: 1, message: 'x' }],
      ['delete_message', { seq: 1 }],
    ] as const;
    for (const [command, data] of commands) {
      const answer = async (roomId: string) =>
        without(await mallory.socket.emitWithAck(command, { roomId, ...data }), roomId);
      const hidden = await answer(id);
      expect(hidden).toMatchObject({ ok: false, error: { code: 'not_found' } });
      expect([command, hidden]).toEqual([command, await answer(absent)]);
    }
    for (const channel of ['room', 'presence:room', 'typing:room'])
      for (const command of ['subscribe', 'history', 'presence', 'typing']) {
        const answer = async (room: string) =>
          without(await mallory.socket.emitWithAck(command, { channel: `${channel}:${room}` }), room);
        const hidden = await answer(id);
        expect(hidden).toMatchObject({ ok: false });
        expect([command, hidden]).toEqual([command, await answer(absent)]);
      }
    const requests = [
      ['GET', ''],
      ['GET', '/messages'],
      ['GET', '/members'],
      ['GET', '/invitations'],
      ['PUT', '/read', {}],
      ['POST', '/invitations', { user: 'x' }],
      ['POST', '/accept'],
      ['POST', '/decline'],
      ['DELETE', '/members/ayse'],
      ['DELETE', '/members/mallory'],
      ['DELETE', '/invitations/berk'],
    ] as const;
    for (const [method, path, body] of requests) {
      const answer = async (room: string) => {
        const { status, text } = await as('mallory').call(method, `/rooms/${room}${path}`, body);
        return [method, path, status, text];
      };
      const hidden = await answer(id);
      expect(hidden[2]).toBe(404);
      expect(hidden).toEqual(await answer(absent));
    }
    expect((await as('mallory').call('GET', '/rooms/public')).body).toMatchObject({ rooms: [] });
    // Nobody can have the id of one by choosing it first.
    expect((await as('mallory').call('POST', '/rooms', { id: absent, name: 'x' })).status).toBe(400);
    expect((await as('mallory').call('POST', '/rooms', { id: 'x', name: 'x', private: true })).status).toBe(
      400,
    );
  });

  it('removes members by its owner, at once, and ends with the last of them', async () => {
    const rooms = await startRooms();
    const { as, connect, url } = rooms;
    const id = await privateRoom(rooms);
    for (const user of ['berk', 'cem']) {
      await as('ayse').call('POST', `/rooms/${id}/invitations`, { user });
      await as(user).call('POST', `/rooms/${id}/accept`);
    }
    const cem = await openSocket(url, 'cem');
    await cem.socket.emitWithAck('join_room', { roomId: id });
    const berk = await connect('berk');
    await berk.ask('join_room', { data: { roomId: id } });
    await berk.subscribe(`presence:room:${id}`, `typing:room:${id}`, 'user:berk');
    expect((await as('cem').call('DELETE', `/rooms/${id}/members/berk`)).body).toMatchObject({
      code: 'forbidden',
    });
    expect((await as('ayse').call('DELETE', `/rooms/${id}/members/berk`)).status).toBe(204);
    expect(await cem.take('user_left')).toMatchObject({ user: 'berk', reason: 'removed', members: 2 });
    expect(await nextUpdate(berk, 'left')).toMatchObject({ roomId: id, reason: 'removed' });
    await cem.socket.emitWithAck('send_message', { roomId: id, message: 'without you' });
    await cem.take('message');
    expect((await berk.ask('ping')).type).toBe('pong');
    expect(berk.messages.all.filter(({ event }) => event === 'message')).toEqual([]);
    expect((await berk.ask('join_room', { data: { roomId: id } })).error?.code).toBe('not_found');
    // The owner leaves: the longest member is the next one.
    await as('ayse').call('DELETE', `/rooms/${id}/members/ayse`);
    expect(await cem.take('room_changed')).toMatchObject({ roomId: id, owner: 'cem' });
    expect((await as('cem').call('GET', `/rooms/${id}`)).body).toMatchObject({ owner: 'cem', members: 1 });
    await as('cem').call('DELETE', `/rooms/${id}/members/cem`);
    expect((await rooms.backend.call('GET', `/rooms/${id}`)).status).toBe(404);
  });
});

describe('the owner of a room', () => {
  it('gives it another name and topic, of which its members hear', async () => {
    const { as, connect } = await startRooms();
    await as('ayse').call('POST', '/rooms', { id: 'general', name: 'General' });
    const berk = await connect('berk');
    await berk.ask('join_room', { data: { roomId: 'general' } });
    await berk.subscribe('user:berk');
    const change = (user: string, body: unknown) => as(user).call('PATCH', '/rooms/general', body);
    expect((await change('berk', { name: 'Mine' })).body.code).toBe('forbidden');
    expect((await change('cem', { name: 'Mine' })).body.code).toBe('not_found');
    for (const bad of [{ name: '__proto__' }, { name: '' }, { topic: 'x'.repeat(1000) }, { private: true }])
      expect([bad, (await change('ayse', bad)).status]).toEqual([bad, 400]);
    expect((await change('ayse', { name: 'Genel', topic: 'Her şey' })).body).toMatchObject({ name: 'Genel' });
    const now = { roomId: 'general', name: 'Genel', topic: 'Her şey', owner: 'ayse' };
    expect((await berk.event(({ event }) => event === 'room_changed')).data).toEqual(now);
    expect(await nextUpdate(berk, 'changed')).toEqual({ kind: 'changed', ...now });
    // Nothing has changed: nobody hears of it.
    await change('ayse', { name: 'Genel' });
    expect((await change('ayse', { topic: '' })).body).toMatchObject({ name: 'Genel', topic: '' });
    expect(await nextUpdate(berk, 'changed')).toMatchObject({ topic: '' });
    expect(berk.messages.all.filter(({ event }) => event === 'room_changed')).toHaveLength(2);
  });
});

describe('a backend', () => {
  it('opens rooms, adds members and removes them, and reads everything', async () => {
    const { backend, as } = await startRooms({ open: false });
    expect((await as('ayse').call('POST', '/commands/join_room', { roomId: 'general' })).status).toBe(404);
    const { body } = await backend.call('POST', '/rooms', { id: 'general', name: 'General', owner: 'ayse' });
    expect(body).toMatchObject({ id: 'general', owner: 'ayse', members: 1 });
    expect((await backend.call('PUT', '/rooms/general/members/berk', { name: 'Berk' })).status).toBe(204);
    await as('berk').call('POST', '/commands/send_message', { roomId: 'general', message: 'hi' });
    expect((await backend.call('GET', '/rooms/general/messages')).body.messages).toHaveLength(1);
    expect((await backend.call('GET', '/rooms/general/members')).body.members).toMatchObject([
      { user: 'ayse' },
      { user: 'berk', name: 'Berk' },
    ]);
    expect((await backend.call('DELETE', '/rooms/general/members/berk')).status).toBe(204);
    expect((await backend.call('DELETE', '/rooms/general/members/berk')).status).toBe(404);
    expect((await as('ayse').call('PUT', '/rooms/general/members/berk', {})).body.code).toBe(
      'invalid_api_key',
    );
    expect((await backend.call('POST', '/rooms', { name: 'No owner' })).status).toBe(400);
    expect((await as('ayse').call('POST', '/rooms', { name: 'x', owner: 'berk' })).status).toBe(400);
  });
});
