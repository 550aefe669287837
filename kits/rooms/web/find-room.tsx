import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { Avatar } from '../../shared/web/avatar.tsx';
import { Dialog } from '../../shared/web/dialog.tsx';
import type { Room } from '../events.ts';
import type { RoomDialogProps } from './create-room.tsx';
import { selectRoom } from './select-room.ts';
import { TEXTS } from './texts.ts';

interface Page {
  readonly rooms: readonly Room[];
  readonly next: string | null;
}

/** Public rooms, to be joined. */
export function FindRoom({ page, call, list, onClose }: RoomDialogProps) {
  const { client, language, problemText } = page;
  const t = TEXTS[language];
  const mine = useSyncExternalStore(list.state.subscribe, list.state.getSnapshot).rooms;
  const [found, setFound] = useState<Page>();
  const [problem, setProblem] = useState('');
  const load = useCallback(
    async (before: readonly Room[], after: string | null) => {
      setProblem('');
      try {
        const query = after === null ? '' : `?${new URLSearchParams({ after })}`;
        const { rooms, next } = await call<Page>(`/rooms/public${query}`);
        setFound({ rooms: [...before, ...rooms], next });
      } catch (error) {
        setProblem(problemText(error));
      }
    },
    [call, problemText],
  );
  useEffect(() => void load([], null), [load]);

  const open = async (roomId: string, member: boolean) => {
    setProblem('');
    try {
      if (!member) {
        await client.command('join_room', { roomId }, { offline: false });
        await list.load();
      }
      onClose();
      selectRoom(roomId);
    } catch (error) {
      setProblem(problemText(error));
    }
  };

  return (
    <Dialog title={t.find} close={t.close} onClose={onClose}>
      {found?.rooms.length === 0 ? <p className="rooms-hint">{t.noneToJoin}</p> : null}
      <ul className="rooms-found" aria-busy={found === undefined}>
        {found?.rooms.map(({ id, name, topic, members }) => {
          const member = mine.some((room) => room.id === id);
          return (
            <li key={id}>
              <Avatar id={id} name={name} />
              <div>
                <b>{name}</b>
                {topic === '' ? null : <p>{topic}</p>}
                <p className="rooms-hint">{t.members(members)}</p>
              </div>
              <button
                type="button"
                className={member ? undefined : 'primary'}
                onClick={() => void open(id, member)}
              >
                {member ? t.joined : t.join}
                <span className="unseen"> {name}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {found && found.next !== null ? (
        <button type="button" onClick={() => void load(found.rooms, found.next)}>
          {t.more}
        </button>
      ) : null}
      <p className="rooms-problem" role="alert">
        {problem}
      </p>
    </Dialog>
  );
}
