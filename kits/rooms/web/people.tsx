import { usePresence } from '@tidings/react';
import { type FormEvent, useCallback, useEffect, useId, useState } from 'react';
import { Avatar } from '../../shared/web/avatar.tsx';
import type { Call } from '../../shared/web/call.ts';
import { Dialog } from '../../shared/web/dialog.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Invitation, Member, MyRoom } from '../events.ts';
import { RoomFields } from './create-room.tsx';
import type { RoomList } from './room-list.ts';
import { selectRoom } from './select-room.ts';
import { TEXTS } from './texts.ts';

export interface PeopleProps {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly list: RoomList;
  readonly room: MyRoom;
  readonly members: readonly Member[];
  readonly onClose: () => void;
}

/** Who is in a room and who is there now; the owner invites, removes and renames; everybody may leave. */
export function People({ page, call, list, room, members, onClose }: PeopleProps) {
  const { client, user, language, problemText } = page;
  const t = TEXTS[language];
  const { members: here } = usePresence(`room:${room.id}`);
  const [problem, setProblem] = useState('');
  const [sure, setSure] = useState(false);
  const owner = room.owner === user;

  const act = async (work: () => Promise<unknown>) => {
    setProblem('');
    try {
      await work();
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  const remove = (member: string) =>
    act(() => call(`/rooms/${room.id}/members/${encodeURIComponent(member)}`, { method: 'DELETE' }));
  const leave = () =>
    act(async () => {
      await client.command('leave_room', { roomId: room.id }, { offline: false });
      selectRoom(undefined);
      await list.load();
    });

  return (
    <Dialog title={t.people} close={t.close} onClose={onClose}>
      <ul className="rooms-people">
        {members.map((member) => {
          const isHere = here.some((each) => each.user === member.user);
          return (
            <li key={member.user} data-here={isHere}>
              <Avatar id={member.user} name={member.name} />
              <div>
                <b>{member.name}</b> {member.user === user ? <span>({t.you})</span> : null}
                <p className="rooms-hint">
                  {isHere ? t.isHere : t.isAway}
                  {member.owner ? `, ${t.owner}` : null}
                </p>
              </div>
              {owner && member.user !== user ? (
                <button type="button" className="danger" onClick={() => void remove(member.user)}>
                  {t.removeMember}
                  <span className="unseen"> {member.name}</span>
                </button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {owner ? <Invite page={page} call={call} room={room} members={members} /> : null}
      {owner ? <Settings page={page} call={call} room={room} /> : null}
      <p className="rooms-problem" role="alert">
        {problem}
      </p>
      <div className="rooms-actions">
        <button type="button" className="danger" onClick={() => (sure ? void leave() : setSure(true))}>
          {sure ? t.leaveSure : t.leave}
        </button>
      </div>
    </Dialog>
  );
}

function Invite({ page, call, room, members }: Pick<PeopleProps, 'page' | 'call' | 'room' | 'members'>) {
  const { user: self, language, problemText } = page;
  const t = TEXTS[language];
  const id = useId();
  const [whom, setWhom] = useState('');
  const [told, setTold] = useState('');
  const [problem, setProblem] = useState('');
  const [waiting, setWaiting] = useState<readonly Invitation[]>([]);
  const path = `/rooms/${room.id}/invitations`;
  const load = useCallback(
    () =>
      call<{ readonly invitations: readonly Invitation[] }>(path).then(
        ({ invitations }) => setWaiting(invitations),
        (error: unknown) => setProblem(problemText(error)),
      ),
    [call, path, problemText],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has come waits no more.
  useEffect(() => void load(), [load, members]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const user = whom.trim();
    setTold('');
    setProblem('');
    try {
      const { invited } = await call<{ readonly invited: boolean }>(path, { body: { user } });
      setTold(invited ? t.invited(user) : t.alreadyMember(user));
      setWhom('');
      await load();
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  const revoke = async (user: string) => {
    try {
      await call(`${path}/${encodeURIComponent(user)}`, { method: 'DELETE' });
    } catch (error) {
      setProblem(problemText(error));
    }
    await load();
  };

  return (
    <form className="rooms-form" onSubmit={(event) => void submit(event)}>
      <h3>{t.invite}</h3>
      <label htmlFor={id}>{t.inviteWhom}</label>
      <div className="rooms-joined">
        <input
          id={id}
          value={whom}
          required
          maxLength={128}
          pattern="\s*\S+\s*"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => setWhom(target.value)}
        />
        <button type="submit" className="primary">
          {t.invite}
        </button>
      </div>
      <p id={`${id}-hint`} className="rooms-hint">
        {t.inviteHint(self)}
      </p>
      <p className="rooms-told" role="status">
        {told}
      </p>
      <p className="rooms-problem" role="alert">
        {problem}
      </p>
      {waiting.length === 0 ? null : (
        <>
          <h4>{t.waitingInvitations}</h4>
          <ul className="rooms-waiting">
            {waiting.map(({ user }) => (
              <li key={user}>
                <span>{user}</span>
                <button type="button" onClick={() => void revoke(user)}>
                  {t.revoke}
                  <span className="unseen"> {user}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </form>
  );
}

function Settings({ page, call, room }: Pick<PeopleProps, 'page' | 'call' | 'room'>) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const id = useId();
  const [problem, setProblem] = useState('');
  const [open, setOpen] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    setProblem('');
    try {
      await call(`/rooms/${room.id}`, {
        method: 'PATCH',
        body: { name: text('name'), topic: text('topic') },
      });
      setOpen(false);
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.settings}</summary>
      <form className="rooms-form" onSubmit={(event) => void submit(event)}>
        <RoomFields id={id} page={page} name={room.name} topic={room.topic} />
        <p className="rooms-problem" role="alert">
          {problem}
        </p>
        <div className="rooms-actions">
          <button type="submit" className="primary">
            {t.save}
          </button>
        </div>
      </form>
    </details>
  );
}
