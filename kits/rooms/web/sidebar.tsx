import { type MouseEvent, useState, useSyncExternalStore } from 'react';
import { Avatar } from '../../shared/web/avatar.tsx';
import type { Call } from '../../shared/web/call.ts';
import { goTo } from '../../shared/web/go-to.ts';
import { InboxButton } from '../../shared/web/inbox/inbox-button.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { useLive } from '../../shared/web/use-live.ts';
import type { Invitation, MyRoom } from '../events.ts';
import { CATEGORIES } from './categories.ts';
import { CreateRoom } from './create-room.tsx';
import { FindRoom } from './find-room.tsx';
import type { RoomList } from './room-list.ts';
import { roomAddress, selectRoom } from './select-room.ts';
import { TEXTS } from './texts.ts';
import { briefText } from './times.ts';

export interface SidebarProps {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly list: RoomList;
  /** The room that is open. */
  readonly selected: string | undefined;
}

/** The visitor's rooms and invitations, and the ways to more of them. */
export function Sidebar({ page, call, list, selected }: SidebarProps) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const { rooms, invitations, loaded, error } = useSyncExternalStore(
    list.state.subscribe,
    list.state.getSnapshot,
  );
  const live = useLive();
  const [dialog, setDialog] = useState<'create' | 'find'>();
  const close = () => setDialog(undefined);
  return (
    <section className="rooms-side" aria-label={t.title}>
      <header className="rooms-side-head">
        <h1>{t.title}</h1>
        <InboxButton page={page} categories={CATEGORIES[page.language]} onOpen={goTo} />
      </header>
      <div className="rooms-side-tools">
        <button type="button" className="primary" onClick={() => setDialog('create')}>
          {t.create}
        </button>
        <button type="button" onClick={() => setDialog('find')}>
          {t.find}
        </button>
      </div>
      {error === undefined || !live ? null : (
        <p className="rooms-problem" role="alert">
          {problemText(error)}{' '}
          <button type="button" onClick={() => void list.load()}>
            {t.retry}
          </button>
        </p>
      )}
      {invitations.length === 0 ? null : <Invitations page={page} call={call} list={list} />}
      {loaded && rooms.length === 0 && invitations.length === 0 ? (
        <p className="rooms-hint">{t.none}</p>
      ) : null}
      <nav aria-label={t.title}>
        <ul className="rooms-list" aria-busy={!loaded}>
          {rooms.map((room) => (
            <RoomLink key={room.id} page={page} room={room} current={room.id === selected} />
          ))}
        </ul>
      </nav>
      {dialog === 'create' ? <CreateRoom page={page} call={call} list={list} onClose={close} /> : null}
      {dialog === 'find' ? <FindRoom page={page} call={call} list={list} onClose={close} /> : null}
    </section>
  );
}

interface RoomLinkProps {
  readonly page: KitPageProps;
  readonly room: MyRoom;
  readonly current: boolean;
}

function RoomLink({ page: { user, language }, room, current }: RoomLinkProps) {
  const t = TEXTS[language];
  const { id, name, last, unread } = room;
  const open = (event: MouseEvent) => {
    // What a browser does with a link and a key held is its own.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    selectRoom(id);
  };
  const by = last?.user === user ? t.you : last?.name;
  return (
    <li>
      <a
        className="rooms-link"
        href={roomAddress(id)}
        aria-current={current ? 'page' : undefined}
        onClick={open}
      >
        <Avatar id={id} name={name} />
        <span className="rooms-link-name">
          {room.private ? <Lock name={t.privateRoom} /> : null}
          <b>{name}</b>
        </span>
        {last === null ? null : (
          <time dateTime={last.timestamp}>{briefText(Date.parse(last.timestamp), language)}</time>
        )}
        <span className="rooms-link-last">
          {last === null ? t.members(room.members) : `${by}: ${last.deleted ? t.deleted : last.message}`}
        </span>
        {unread > 0 ? (
          <span className="rooms-unread">
            <span aria-hidden="true">{unread > MANY ? `${MANY}+` : unread}</span>
            <span className="unseen">{t.unread(unread)}</span>
          </span>
        ) : null}
      </a>
    </li>
  );
}

/** More than this is not counted. */
const MANY = 99;

/** The mark of a private room. */
export function Lock({ name }: { readonly name: string }) {
  return (
    <svg className="rooms-lock" viewBox="0 0 16 16" role="img" aria-label={name}>
      <path d="M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" />
    </svg>
  );
}

function Invitations({ page, call, list }: Omit<SidebarProps, 'selected'>) {
  const { client, language, problemText } = page;
  const t = TEXTS[language];
  const { invitations } = useSyncExternalStore(list.state.subscribe, list.state.getSnapshot);
  const [problem, setProblem] = useState('');
  const answer = async (work: () => Promise<unknown>) => {
    setProblem('');
    try {
      await work();
    } catch (error) {
      setProblem(problemText(error));
    }
    await list.load();
  };
  const accept = ({ roomId }: Invitation) =>
    answer(async () => {
      await client.command('join_room', { roomId }, { offline: false });
      selectRoom(roomId);
    });
  const decline = ({ roomId }: Invitation) =>
    answer(() => call(`/rooms/${roomId}/decline`, { method: 'POST' }));
  return (
    <section className="rooms-invitations" aria-label={t.invitations}>
      <h2>{t.invitations}</h2>
      <ul>
        {invitations.map((invitation) => (
          <li key={invitation.roomId}>
            <b>{invitation.roomName}</b>
            {invitation.by === null ? null : <span className="rooms-hint">{t.invitedBy(invitation.by)}</span>}
            <div className="rooms-actions">
              <button type="button" className="primary" onClick={() => void accept(invitation)}>
                {t.accept}
                <span className="unseen"> {invitation.roomName}</span>
              </button>
              <button type="button" onClick={() => void decline(invitation)}>
                {t.decline}
                <span className="unseen"> {invitation.roomName}</span>
              </button>
            </div>
          </li>
        ))}
      </ul>
      <p className="rooms-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
