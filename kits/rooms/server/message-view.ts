import type { Message, Sent } from '../events.ts';
import type { Tables } from './tables.ts';

export type MessageRow = Tables['room_messages'];

/** The id of a message, unique among all rooms. */
export function messageId(room: string, seq: number): string {
  return `${room}:${seq}`;
}

/** A message as it is told. */
export function messageView(row: MessageRow): Message {
  const { user, name, edited_at, deleted } = row;
  const { id, roomId, seq, clientId, timestamp, sentAt } = sentView(row);
  return {
    id,
    roomId,
    seq,
    user,
    name,
    message: row.message,
    timestamp,
    sentAt,
    clientId,
    ...(edited_at === null ? {} : { editedAt: new Date(edited_at).toISOString() }),
    ...(deleted === 1 ? { deleted: true as const } : {}),
  };
}

/** What its sender is answered; nothing in it ever changes. */
export function sentView({ room, seq, client_id, sent_at, at }: MessageRow): Sent {
  return {
    id: messageId(room, seq),
    roomId: room,
    seq,
    clientId: client_id,
    timestamp: new Date(at).toISOString(),
    sentAt: new Date(sent_at).toISOString(),
  };
}
