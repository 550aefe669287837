import { usePresence, useTyping } from '@tidings/react';
import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Call } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { useLive } from '../../shared/web/use-live.ts';
import type { Message, MyRoom } from '../events.ts';
import { Composer } from './composer.tsx';
import { composerId } from './composer-id.ts';
import { MessageLog } from './message-log.tsx';
import { People } from './people.tsx';
import type { RoomList } from './room-list.ts';
import type { RoomLog, RoomLogState } from './room-log.ts';
import { rowsOf } from './rows.ts';
import { selectRoom } from './select-room.ts';
import { Lock } from './sidebar.tsx';
import { TEXTS } from './texts.ts';
import type { UnsentMessages } from './unsent.ts';
import { useReadMark } from './use-read-mark.ts';
import { useRoomLog } from './use-room-log.ts';

export interface RoomViewProps {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly list: RoomList;
  readonly unsent: UnsentMessages;
  /** Says that the connection is lost. */
  readonly banner: ReactNode;
  readonly id: string;
  /** Unknown while there is no connection. */
  readonly room: MyRoom | undefined;
}

const NOTHING: RoomLogState = {
  messages: [],
  next: null,
  members: [],
  loaded: false,
  loading: false,
  error: undefined,
};

const NOWHERE = { subscribe: () => () => {}, getSnapshot: () => NOTHING };

/** One room: who is there, what was written, and writing. */
export function RoomView({ page, call, list, unsent, banner, id, room }: RoomViewProps) {
  const { client, user, language, problemText } = page;
  const t = TEXTS[language];
  const [editing, setEditing] = useState<Message>();
  const [people, setPeople] = useState(false);
  const [heard, setHeard] = useState('');
  const [problem, setProblem] = useState('');
  const attentive = useRef(true);
  const mark = useReadMark({ client, user, list, id, room });

  const log = useRoomLog({
    page,
    call,
    id,
    room,
    onMessage(message) {
      const before = list.find(id);
      list.heard(message);
      if (message.user === user) return;
      mark.came(before, attentive.current && document.visibilityState === 'visible');
      setHeard(`${message.name}: ${message.message}`);
    },
  });
  const store: Pick<RoomLog['state'], 'subscribe' | 'getSnapshot'> = log?.state ?? NOWHERE;
  const state = useSyncExternalStore(store.subscribe, store.getSnapshot);
  const all = useSyncExternalStore(unsent.state.subscribe, unsent.state.getSnapshot);
  const rows = useMemo(
    () =>
      rowsOf(
        state.messages,
        all.filter(({ data }) => data.roomId === id),
        user,
        mark.line,
      ),
    [state.messages, all, id, user, mark.line],
  );
  useFocusOnOpen(id);
  const root = useRoomHeight();

  const change = async (work: Promise<unknown>) => {
    setProblem('');
    try {
      await work;
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  const now = { offline: false } as const;
  const name = room?.name ?? t.title;

  return (
    <section ref={root} className="rooms-room" aria-label={name}>
      <header className="rooms-room-head">
        <button
          type="button"
          className="rooms-back"
          aria-label={t.back}
          onClick={() => selectRoom(undefined)}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M12.5 4 6.5 10l6 6" />
          </svg>
        </button>
        <div className="rooms-room-name">
          <h2>
            {room?.private ? <Lock name={t.privateRoom} /> : null}
            {name}
          </h2>
          {room && room.topic !== '' ? <p title={room.topic}>{room.topic}</p> : null}
        </div>
        <PeopleButton page={page} id={id} members={state.members.length} onOpen={() => setPeople(true)} />
      </header>
      {banner}
      <MessageLog
        page={page}
        name={name}
        log={log}
        state={state}
        rows={rows}
        attentive={attentive}
        unread={room?.unread ?? 0}
        onSeen={mark.seen}
        onEdit={setEditing}
        onDelete={({ seq }) => void change(client.command('delete_message', { roomId: id, seq }, now))}
        onRetry={(each) => unsent.retry(each)}
        onDiscard={({ key }) => unsent.discard(key)}
      />
      <p className="unseen" aria-live="polite">
        {heard}
      </p>
      <Typing page={page} id={id} members={state.members} />
      <p className="rooms-problem" role="alert">
        {problem}
      </p>
      <Composer
        key={editing?.id ?? 'new'}
        page={page}
        roomId={id}
        editing={editing}
        onSend={(text) => {
          mark.clear();
          unsent.write(id, text);
        }}
        onEdit={({ seq }, message) => {
          setEditing(undefined);
          void change(client.command('edit_message', { roomId: id, seq, message }, now));
        }}
        onCancel={() => setEditing(undefined)}
        onEditLast={() =>
          setEditing(state.messages.findLast((each) => each.user === user && each.deleted === undefined))
        }
      />
      {people && room ? (
        <People
          page={page}
          call={call}
          list={list}
          room={room}
          members={state.members}
          onClose={() => setPeople(false)}
        />
      ) : null}
    </section>
  );
}

interface PeopleButtonProps {
  readonly page: KitPageProps;
  readonly id: string;
  readonly members: number;
  readonly onOpen: () => void;
}

function PeopleButton({ page: { language }, id, members, onOpen }: PeopleButtonProps) {
  const t = TEXTS[language];
  const presence = usePresence(`room:${id}`);
  const live = useLive();
  const all = t.members(members);
  const here = presence.ready && live ? t.here(presence.members.length) : undefined;
  return (
    <button
      type="button"
      className="rooms-people-button"
      aria-haspopup="dialog"
      aria-label={`${t.people}: ${here === undefined ? all : `${all}, ${here}`}`}
      onClick={onOpen}
    >
      <span>{all}</span>
      {here === undefined ? null : <span className="rooms-here">{here}</span>}
    </button>
  );
}

interface TypingProps {
  readonly page: KitPageProps;
  readonly id: string;
  readonly members: RoomLogState['members'];
}

function Typing({ page: { language }, id, members }: TypingProps) {
  const { users } = useTyping(`room:${id}`);
  const names = users.map((user) => members.find((member) => member.user === user)?.name ?? user);
  return (
    <p className="rooms-typing" role="status">
      {names.length === 0 ? null : TEXTS[language].typing(names)}
    </p>
  );
}

/** Where there is a keyboard, one may write at once; a phone's keyboard comes when it is wanted. */
function useFocusOnOpen(id: string): void {
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) document.getElementById(composerId(id))?.focus();
  }, [id]);
}

/** Keeps the room as high as what a phone's keyboard leaves of the screen, and brings it into view. */
function useRoomHeight() {
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const narrow = matchMedia('(max-width: 48rem)');
    const fit = () => {
      const { height = innerHeight, scale = 1 } = visualViewport ?? {};
      if (scale === 1) root.current?.style.setProperty('--rooms-height', `${height}px`);
    };
    fit();
    if (narrow.matches) root.current?.scrollIntoView({ block: 'start' });
    visualViewport?.addEventListener('resize', fit);
    return () => visualViewport?.removeEventListener('resize', fit);
  }, []);
  return root;
}
