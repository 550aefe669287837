import type { Client } from '@tidings/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Message, MyRoom } from '../events.ts';
import type { RoomList } from './room-list.ts';

export interface UseReadMarkOptions {
  readonly client: Client;
  readonly user: string;
  readonly list: RoomList;
  readonly id: string;
  readonly room: MyRoom | undefined;
}

/** How a room is read. */
export interface ReadMark {
  /** Everything after this place is new; `undefined` when nothing is. */
  readonly line: number | undefined;
  /** The visitor has had everything up to a place before their eyes. */
  readonly seen: (messages: readonly Message[], seq: number) => void;
  /** A message of somebody else has come. @param before the room before it @param attentive whether the visitor sees it */
  readonly came: (before: MyRoom | undefined, attentive: boolean) => void;
  /** The visitor writes: nothing is new any more. */
  readonly clear: () => void;
}

/** What is seen within so long is told at once, milliseconds. */
const PAUSE = 300;

/** Tells the server how far a room is read, and knows where the new messages begin. */
export function useReadMark({ client, user, list, id, room }: UseReadMarkOptions): ReadMark {
  const [line, setLine] = useState(room && room.unread > 0 ? room.lastRead : undefined);
  /** How far this page has said that it is read. */
  const told = useRef(room?.lastRead ?? 0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const seen = useCallback(
    (messages: readonly Message[], seq: number) => {
      // The server counts one's own messages as read by itself.
      const news = messages.some(
        (message) => message.seq > told.current && message.seq <= seq && message.user !== user,
      );
      if (!news) return;
      const before = told.current;
      told.current = seq;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        client
          .command<Pick<MyRoom, 'lastRead' | 'unread'>>('mark_read', { roomId: id, seq }, { offline: false })
          .then(
            ({ lastRead, unread }) => list.read(id, lastRead, unread),
            // Without a connection it is said again, once there is one.
            () => {
              told.current = Math.min(told.current, before);
            },
          );
      }, PAUSE);
    },
    [client, user, list, id],
  );
  useEffect(() => () => clearTimeout(timer.current), []);

  const lastRead = room?.lastRead ?? 0;
  const lastSeq = room?.lastSeq ?? 0;
  useEffect(() => {
    if (lastRead <= told.current) return;
    // Another device has read on.
    told.current = lastRead;
    setLine(lastRead >= lastSeq ? undefined : lastRead);
  }, [lastRead, lastSeq]);

  const came = useCallback((before: MyRoom | undefined, attentive: boolean) => {
    if (!attentive && before?.unread === 0) setLine(before.lastSeq);
  }, []);
  const clear = useCallback(() => setLine(undefined), []);
  return { line, seen, came, clear };
}
