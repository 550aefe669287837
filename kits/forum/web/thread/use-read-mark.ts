import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useValue } from '../../../shared/web/use-made.ts';
import type { ForumRead, Post } from '../../events.ts';
import type { Forum } from '../forum.ts';
import type { ThreadLog } from './thread-log.ts';

/** How a thread is read. */
export interface ReadMark {
  /** Everything after this place is new; `undefined` when nothing is. */
  readonly line: number | undefined;
  /** The visitor has had everything up to a place before their eyes. */
  readonly seen: (seq: number) => void;
  /** A post of somebody else has come. */
  readonly came: (post: Post) => void;
  /** The visitor writes: nothing is new any more. */
  readonly clear: () => void;
}

/** What is seen within so long is told at once, milliseconds. */
const PAUSE = 300;

/** Tells the server how far a thread is read, and knows where the new posts begin. */
export function useReadMark({ call }: Forum, log: ThreadLog): ReadMark {
  const { thread } = useValue(log.state);
  const [line, setLine] = useState<number>();
  /** How far this page has said that it is read; unknown until the thread is. */
  const told = useRef<number>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = thread?.id;
  const read = thread?.read_seq;

  useEffect(() => {
    if (!thread || told.current !== undefined) return;
    told.current = thread.read_seq;
    if (thread.unread > 0) setLine(thread.read_seq);
  }, [thread]);
  useEffect(() => {
    // Another device has read on.
    if (read !== undefined && told.current !== undefined && read > told.current) told.current = read;
  }, [read]);

  const seen = useCallback(
    (seq: number) => {
      if (id === undefined || told.current === undefined || seq <= told.current) return;
      const before = told.current;
      told.current = seq;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        call<ForumRead>(`/forum/threads/${encodeURIComponent(id)}/read`, {
          method: 'PUT',
          body: { seq },
        }).then(
          ({ read_seq, unread }) => log.readTo(read_seq, unread),
          // Without a connection it is said again, once there is one.
          () => {
            told.current = Math.min(told.current ?? before, before);
          },
        );
      }, PAUSE);
    },
    [call, id, log],
  );
  useEffect(() => () => clearTimeout(timer.current), []);

  const came = useCallback(({ seq }: Post) => {
    if (document.visibilityState === 'visible' || seq === null) return;
    setLine((now) => now ?? seq - 1);
  }, []);
  const clear = useCallback(() => setLine(undefined), []);
  return useMemo(() => ({ line, seen, came, clear }), [line, seen, came, clear]);
}
