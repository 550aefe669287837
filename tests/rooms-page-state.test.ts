/**
 * What the chat's page holds, while answers over HTTP and events overtake one another.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import type { Client } from '@tidings/client';
import { expect, it } from 'vitest';
import { RoomList } from '../kits/rooms/web/room-list.ts';
import { RoomLog } from '../kits/rooms/web/room-log.ts';
import { openClient, until } from './client/support/open-client.ts';
import { HeldCalls } from './support/held-calls.ts';
import { member, type RunningRooms, startRooms } from './support/start-rooms.ts';
import { onTeardown } from './support/teardown.ts';

function visitor(rooms: RunningRooms, user: string): { client: Client; calls: HeldCalls } {
  const client = openClient({ url: rooms.url, token: member(user) });
  return { client, calls: new HeldCalls(rooms.as(user)) };
}

const command = (rooms: RunningRooms, user: string, name: string, data: object) =>
  rooms.as(user).post(`/commands/${name}`, data);

async function openList(rooms: RunningRooms, user: string) {
  const { client, calls } = visitor(rooms, user);
  const list = new RoomList(client, calls.call, user);
  onTeardown(() => list.close());
  await until(list.state, ({ loaded }) => loaded);
  return { list, calls };
}

async function openLog(rooms: RunningRooms, user: string, roomId: string) {
  const { client, calls } = visitor(rooms, user);
  const log = new RoomLog({
    client,
    call: calls.call,
    roomId,
    self: { user, name: user },
    first: 0,
    onMessage: () => {},
  });
  onTeardown(() => log.close());
  await until(log.state, ({ loaded, members }) => loaded && members.length > 0);
  return { log, calls };
}

/** A room of Ayşe's and Olena's. */
async function startRoom() {
  const rooms = await startRooms();
  const { body } = await rooms.as('olena').post('/rooms', { name: 'Komşular' });
  const id = String(body.id);
  await command(rooms, 'ayse', 'join_room', { roomId: id });
  return { rooms, id };
}

it('counts what is unread as it was last heard, whichever answer comes late', async () => {
  const { rooms, id } = await startRoom();
  await command(rooms, 'olena', 'send_message', { roomId: id, message: 'bir' });
  const { list, calls } = await openList(rooms, 'ayse');
  expect(list.find(id)?.unread).toBe(1);
  const late = calls.hold('/rooms');
  const loading = list.load();
  await late.read;
  await command(rooms, 'ayse', 'mark_read', { roomId: id });
  await until(list.state, () => list.find(id)?.unread === 0);
  late.release();
  await loading;
  expect(list.find(id)).toMatchObject({ unread: 0, lastRead: 1 });
});

it('changes an older page that is on its way, and puts no new message into it', async () => {
  const { rooms, id } = await startRoom();
  for (let n = 1; n <= 60; n += 1)
    await command(rooms, 'olena', 'send_message', { roomId: id, message: `${n}` });
  const { log, calls } = await openLog(rooms, 'ayse', id);
  const first = log.state.getSnapshot().messages[0]?.seq;
  expect(first).toBe(11);
  const late = calls.hold(`/rooms/${id}/messages?limit=50&before=${first}`);
  const loading = log.older();
  await late.read;
  await command(rooms, 'olena', 'edit_message', { roomId: id, seq: 5, message: 'beş' });
  await command(rooms, 'olena', 'delete_message', { roomId: id, seq: 6 });
  await command(rooms, 'olena', 'send_message', { roomId: id, message: 'new' });
  await until(log.state, ({ messages }) => messages.at(-1)?.message === 'new');
  late.release();
  await loading;
  const { messages } = log.state.getSnapshot();
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, n) => n + 1));
  expect(messages[4]).toMatchObject({ message: 'beş' });
  expect(messages[5]).toMatchObject({ message: '', deleted: true });
});

it('shows the members that were read last', async () => {
  const { rooms, id } = await startRoom();
  const { log, calls } = await openLog(rooms, 'olena', id);
  const late = calls.hold(`/rooms/${id}/members`);
  await command(rooms, 'berk', 'join_room', { roomId: id });
  await late.read;
  await command(rooms, 'cem', 'join_room', { roomId: id });
  await until(log.state, ({ members }) => members.length === 4);
  late.release();
  await setImmediate();
  const { members } = log.state.getSnapshot();
  expect(members.map(({ user }) => user).toSorted()).toEqual(['ayse', 'berk', 'cem', 'olena']);
});
