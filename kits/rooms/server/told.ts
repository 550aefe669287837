/**
 * What users are told on channels of their own: changes of their rooms as `update`, invitations and mentions as
 * `notification`.
 *
 * @module
 */
import type { KitTransaction } from '@tidings/server/kit';
import type { Update } from '../events.ts';
import { type MessageRow, messageId } from './message-view.ts';
import { type RoomRow, userChannel } from './rooms.ts';
import type { Tables } from './tables.ts';

type Transaction = KitTransaction<Tables>;

/** Characters of a message that a notification shows. */
const EXCERPT = 200;

/** Tells a user's devices that the user's rooms have changed, if the transaction commits. */
export async function tellUser({ publish }: Transaction, user: string, update: Update): Promise<void> {
  const channel = userChannel(user);
  if (channel) await publish({ channel, event: 'update', data: update });
}

/** Notifies a user of a message that names them. */
export async function tellMention(
  { notify }: Transaction,
  user: string,
  room: RoomRow,
  { seq, name, user: by, message }: MessageRow,
): Promise<void> {
  if (!userChannel(user)) return;
  await notify(user, {
    template: 'mention',
    values: { name, room: room.name, text: excerpt(message) },
    key: `mention:${messageId(room.id, seq)}`,
    url: pageOf(room),
    data: { roomId: room.id, seq, by },
  });
}

/** Notifies a user of an invitation. @param created of the invitation, milliseconds since 1970-01-01 UTC */
export async function tellInvitation(
  { notify }: Transaction,
  user: string,
  room: RoomRow,
  { by, name, created }: { readonly by: string | null; readonly name: string; readonly created: number },
): Promise<void> {
  if (!userChannel(user)) return;
  await notify(user, {
    template: 'invitation',
    values: { name, room: room.name },
    key: `invitation:${room.id}:${created}`,
    url: pageOf(room),
    data: { roomId: room.id, by },
  });
}

function pageOf({ id }: RoomRow): string {
  return `/rooms?room=${id}`;
}

function excerpt(message: string): string {
  const characters = [...message];
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT).join('')}…` : message;
}
