import type { KitTransaction } from '@tidings/server/kit';
import type { RoomChanged } from '../events.ts';
import { type RoomRow, roomChannel } from './rooms.ts';
import type { Tables } from './tables.ts';
import { tellUser } from './told.ts';

/**
 * Gives a room that is locked another name, topic or owner, and tells who is in it.
 *
 * @param maxTold members of the largest room whose members are told on their own channels, too
 */
export async function changeRoom(
  transaction: KitTransaction<Tables>,
  before: RoomRow,
  set: Partial<Pick<RoomRow, 'name' | 'topic' | 'owner'>>,
  maxTold: number,
): Promise<RoomRow> {
  const { db, publish } = transaction;
  const room = { ...before, ...set };
  const { id, name, topic, owner } = room;
  if (name === before.name && topic === before.topic && owner === before.owner) return before;
  await db.updateTable('rooms').set({ name, topic, owner }).where('id', '=', id).execute();
  const changed: RoomChanged = { roomId: id, name, topic, owner };
  await publish({ channel: roomChannel(id), event: 'room_changed', data: changed });
  const members = await db
    .selectFrom('room_members')
    .select('user')
    .where('room', '=', id)
    .limit(maxTold + 1)
    .execute();
  if (members.length <= maxTold)
    for (const { user } of members) await tellUser(transaction, user, { kind: 'changed', ...changed });
  return room;
}
