import { useConnection } from '@tidings/react';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Message } from '../events.ts';
import { MessageRow } from './message-row.tsx';
import type { RoomLog, RoomLogState } from './room-log.ts';
import type { Row } from './rows.ts';
import type { Texts } from './texts/texts.ts';
import { TEXTS } from './texts.ts';
import { dayText } from './times.ts';
import type { Unsent } from './unsent.ts';

export interface MessageLogProps {
  readonly page: KitPageProps;
  /** The room's name. */
  readonly name: string;
  readonly log: RoomLog | undefined;
  readonly state: RoomLogState;
  readonly rows: readonly Row[];
  /** Told whether the newest message is in view. */
  readonly attentive: RefObject<boolean>;
  readonly unread: number;
  /** Told of what the visitor has before their eyes. */
  readonly onSeen: (messages: readonly Message[], seq: number) => void;
  readonly onEdit: (message: Message) => void;
  readonly onDelete: (message: Message) => void;
  readonly onRetry: (unsent: Unsent) => void;
  readonly onDiscard: (unsent: Unsent) => void;
}

/** So close to an end is at the end, pixels. */
const AT_END = 40;
/** What is older is loaded before the visitor is there, pixels. */
const NEAR_TOP = 400;
/** How far below the top the first new message stands when a room is opened, as a part of the height. */
const LINE_AT = 0.2;

/** What was written, the newest at the bottom; older messages come by scrolling up. */
export function MessageLog({ page, name, log, state, rows, attentive, unread, ...acts }: MessageLogProps) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const { messages, loaded, error } = state;
  const { state: connection } = useConnection();
  const view = useRef<HTMLDivElement>(null);
  const shown = useRef({ opened: false, view: 0, height: 0, top: 0, first: '', last: '' });
  const [atEnd, setAtEnd] = useState(true);
  const { onSeen } = acts;

  /** Looks at what is in view. */
  const look = useCallback(() => {
    const element = view.current;
    if (!element) return;
    // A keyboard that comes up, or a field that grows, does not hide the newest message.
    if (attentive.current && element.clientHeight !== shown.current.view)
      element.scrollTop = element.scrollHeight;
    const end = element.scrollHeight - element.scrollTop - element.clientHeight <= AT_END;
    shown.current.view = element.clientHeight;
    shown.current.top = element.scrollTop;
    attentive.current = end;
    setAtEnd(end);
    if (element.scrollTop < NEAR_TOP) void log?.older();
    if (document.visibilityState !== 'visible') return;
    const seq = end ? messages.at(-1)?.seq : lastInView(element);
    if (seq !== undefined) onSeen(messages, seq);
  }, [log, messages, onSeen, attentive]);

  // The place that the visitor looks at stays where it is, whatever comes above or below.
  useLayoutEffect(() => {
    const element = view.current;
    if (!element || rows.length === 0) return;
    const before = shown.current;
    const first = String(messages[0]?.seq);
    const last = rows.at(-1);
    const wrote = last !== undefined && last.key !== before.last && isOwn(last);
    const line = element.querySelector<HTMLElement>('.rooms-new');
    if (!before.opened) {
      element.scrollTop = line ? line.offsetTop - element.clientHeight * LINE_AT : element.scrollHeight;
    } else if (attentive.current || wrote) element.scrollTop = element.scrollHeight;
    else if (first !== before.first) element.scrollTop = before.top + element.scrollHeight - before.height;
    shown.current = {
      opened: before.opened || loaded,
      view: element.clientHeight,
      height: element.scrollHeight,
      top: element.scrollTop,
      first,
      last: last?.key ?? '',
    };
    look();
  }, [rows, messages, loaded, look, attentive]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what could not be told without a connection is told now.
  useEffect(() => {
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [look, connection]);

  const visible = loaded || rows.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the element comes with the first rows.
  useEffect(() => {
    const element = view.current;
    if (!element) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [visible, look]);

  const toEnd = () => {
    const smooth = matchMedia('(prefers-reduced-motion: no-preference)').matches;
    view.current?.scrollTo({ top: view.current.scrollHeight, behavior: smooth ? 'smooth' : 'instant' });
    view.current?.focus({ preventScroll: true });
  };

  return (
    <div className="rooms-log-frame">
      {error !== undefined && connection === 'connected' ? (
        <p className="rooms-problem" role="alert">
          {problemText(error)}{' '}
          <button type="button" onClick={() => void log?.load()}>
            {t.retry}
          </button>
        </p>
      ) : null}
      {visible ? (
        <div
          ref={view}
          className="rooms-log"
          role="log"
          aria-label={t.log(name)}
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
          tabIndex={0}
          onScroll={look}
        >
          <p className="rooms-begin">{topText(t, state, rows.length)}</p>
          <ol>
            {rows.map((row) => (
              <LogRow key={row.key} row={row} page={page} acts={acts} />
            ))}
          </ol>
        </div>
      ) : (
        <p className="kit-loading">{t.loading}</p>
      )}
      {atEnd || !visible ? null : (
        <button type="button" className="rooms-jump" onClick={toEnd}>
          {unread > 0 ? t.jumpUnread(unread) : t.jump}
          <span aria-hidden="true"> ↓</span>
        </button>
      )}
    </div>
  );
}

/** What stands above the messages. */
function topText(t: Texts, { next, loaded, loading }: RoomLogState, rows: number): string {
  if (rows === 0) return t.noMessages;
  if (next === null) return loaded ? t.begins : '';
  return loading ? t.older : '';
}

type Acts = Pick<MessageLogProps, 'onEdit' | 'onDelete' | 'onRetry' | 'onDiscard'>;

function LogRow({
  row,
  page,
  acts,
}: {
  readonly row: Row;
  readonly page: KitPageProps;
  readonly acts: Acts;
}) {
  const t = TEXTS[page.language];
  switch (row.kind) {
    case 'day':
      return (
        <li className="rooms-day">
          <span>{dayText(row.at, page.language)}</span>
        </li>
      );
    case 'new':
      return (
        <li className="rooms-new">
          <span>{t.newMessages}</span>
        </li>
      );
    default:
      return <MessageRow row={row} page={page} {...acts} />;
  }
}

function isOwn(row: Row): boolean {
  return row.kind === 'unsent' || (row.kind === 'message' && row.own);
}

/** The place of the last message whose end is in view. */
function lastInView(element: HTMLElement): number | undefined {
  const { bottom } = element.getBoundingClientRect();
  const rows = [...element.querySelectorAll<HTMLElement>('[data-seq]')];
  const row = rows.findLast((each) => each.getBoundingClientRect().bottom <= bottom + 1);
  return row === undefined ? undefined : Number(row.dataset.seq);
}
