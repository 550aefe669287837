import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MyRoom } from '../kits/rooms/events.ts';
import type { Api } from './support/api.ts';
import { nextUpdate, openSocket, type RunningRooms, startRooms } from './support/start-rooms.ts';

const send = (api: Api, message: string, roomId = 'general') =>
  api.call('POST', '/commands/send_message', { roomId, message });

async function room(api: Api, id = 'general'): Promise<MyRoom> {
  return (await api.call('GET', `/rooms/${id}`)).body as unknown as MyRoom;
}

async function joined(users: readonly string[], { as }: RunningRooms) {
  for (const user of users) await as(user).call('POST', '/commands/join_room', { roomId: 'general' });
}

describe('how far a room is read', () => {
  it('is the same on two devices of a user', async () => {
    const rooms = await startRooms();
    const { as, connect, url } = rooms;
    await joined(['ayse', 'berk'], rooms);
    const phone = await connect('ayse');
    await phone.subscribe('user:ayse');
    const tablet = await openSocket(url, 'ayse');
    await tablet.socket.emitWithAck('subscribe', 'user:ayse');
    for (const text of ['1', '2', '3']) await send(as('berk'), text);
    await expect.poll(async () => (await nextUpdate(phone, 'unread')).unread).toBe(3);
    const { data } = await phone.ask('mark_read', { data: { roomId: 'general', seq: 2 } });
    expect(data).toEqual({ roomId: 'general', lastRead: 2, unread: 1 });
    const { data: told } = await tablet.heard.take(
      ({ event, data }) => event === 'update' && data.kind === 'read',
    );
    expect(told).toEqual({ kind: 'read', roomId: 'general', lastRead: 2, unread: 1 });
    // What is behind changes nothing, and nobody is told.
    expect(await tablet.socket.emitWithAck('mark_read', { roomId: 'general', seq: 1 })).toEqual({
      ok: true,
      data: { roomId: 'general', lastRead: 2, unread: 1 },
    });
    // What is not there yet cannot be read.
    expect((await as('ayse').call('PUT', '/rooms/general/read', { seq: 99 })).body).toMatchObject({
      lastRead: 3,
      unread: 0,
    });
    expect(await nextUpdate(phone, 'read')).toMatchObject({ lastRead: 2 });
    expect(await nextUpdate(phone, 'read')).toMatchObject({ lastRead: 3 });
    expect(await room(as('ayse'))).toMatchObject({ unread: 0, lastRead: 3 });
  });

  it('does not move when one writes without having read', async () => {
    const rooms = await startRooms();
    const { as } = rooms;
    await joined(['ayse', 'berk'], rooms);
    await send(as('berk'), 'unread');
    await send(as('ayse'), 'written offline');
    expect(await room(as('ayse'))).toMatchObject({ lastRead: 0, unread: 1 });
    expect(await room(as('berk'))).toMatchObject({ lastRead: 1, unread: 1 });
    await as('ayse').call('PUT', '/rooms/general/read', {});
    expect(await room(as('ayse'))).toMatchObject({ lastRead: 2, unread: 0 });
    await send(as('ayse'), 'and now');
    expect(await room(as('ayse'))).toMatchObject({ lastRead: 3, unread: 0 });
  });

  it('counts what others wrote after it, whatever happens in between', async () => {
    const rooms = await startRooms();
    const users = ['ayse', 'berk'] as const;
    const step = fc.record({
      user: fc.constantFrom(...users),
      read: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        runs += 1;
        const id = `run-${runs}`;
        for (const user of users) await rooms.as(user).call('POST', '/commands/join_room', { roomId: id });
        const writers: string[] = [];
        const lastRead = new Map<string, number>(users.map((user) => [user, 0]));
        for (const { user, read } of steps) {
          const before = lastRead.get(user) ?? 0;
          if (read === undefined) {
            writers.push(user);
            await send(rooms.as(user), 'x', id);
            if (before === writers.length - 1) lastRead.set(user, writers.length);
          } else {
            await rooms.as(user).call('PUT', `/rooms/${id}/read`, { seq: read });
            lastRead.set(user, Math.max(before, Math.min(read, writers.length)));
          }
        }
        for (const user of users) {
          const place = lastRead.get(user) ?? 0;
          const unread = writers.slice(place).filter((writer) => writer !== user).length;
          expect(await room(rooms.as(user), id)).toMatchObject({ lastRead: place, unread });
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is not told by itself in a large room, and there when asked for', async () => {
    const rooms = await startRooms({ unreadMembers: 2 });
    const { as, connect } = rooms;
    await joined(['ayse', 'berk', 'cem'], rooms);
    const ayse = await connect('ayse');
    await ayse.subscribe('user:ayse');
    await send(as('berk'), 'hi');
    expect(await room(as('ayse'))).toMatchObject({ unread: 1 });
    await as('ayse').call('PUT', '/rooms/general/read', {});
    expect(await nextUpdate(ayse, 'read')).toMatchObject({ unread: 0 });
    expect(ayse.messages.all.filter(({ data }) => data?.kind === 'unread')).toEqual([]);
  });
});
