import { useEffect, useRef, useState } from 'react';
import type { Call } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Message, MyRoom } from '../events.ts';
import { RoomLog } from './room-log.ts';

export interface UseRoomLogOptions {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly id: string;
  /** The room when it was opened. */
  readonly room: MyRoom | undefined;
  readonly onMessage: (message: Message) => void;
}

/** Messages that are shown above what is unread. */
const CONTEXT = 20;

/** The log of a room while it is open. */
export function useRoomLog({ page, call, id, room, onMessage }: UseRoomLogOptions): RoomLog | undefined {
  const { client, user, name } = page;
  const [log, setLog] = useState<RoomLog>();
  const latest = useRef(onMessage);
  latest.current = onMessage;
  const first = useRef((room ? room.lastSeq - room.lastRead : 0) + CONTEXT);
  useEffect(() => {
    const made = new RoomLog({
      client,
      call,
      roomId: id,
      self: { user, name },
      first: first.current,
      onMessage: (message) => latest.current(message),
    });
    setLog(made);
    return () => made.close();
  }, [client, call, id, user, name]);
  return log;
}
