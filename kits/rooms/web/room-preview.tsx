import { useEffect, useState } from 'react';
import { Avatar } from '../../shared/web/avatar.tsx';
import type { Call } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Room } from '../events.ts';
import type { RoomList } from './room-list.ts';
import { selectRoom } from './select-room.ts';
import { TEXTS } from './texts.ts';

export interface RoomPreviewProps {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly list: RoomList;
  readonly id: string;
}

/** A room of which the visitor is no member: what it is, and a way in. */
export function RoomPreview({ page, call, list, id }: RoomPreviewProps) {
  const { client, language, problemText } = page;
  const t = TEXTS[language];
  const [room, setRoom] = useState<Room>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const told = (error: unknown) => {
      const { code } = error as { readonly code?: string };
      // Neither is an id that can be none.
      setProblem(code === 'not_found' || code === 'invalid_request' ? t.notThere : problemText(error));
    };
    call<Room>(`/rooms/${encodeURIComponent(id)}`).then(setRoom, told);
  }, [call, id, problemText, t]);
  const join = async () => {
    setProblem('');
    try {
      await client.command('join_room', { roomId: id }, { offline: false });
      await list.load();
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <section className="rooms-preview" aria-label={room?.name ?? t.title}>
      {room ? (
        <>
          <Avatar id={room.id} name={room.name} />
          <h2>{room.name}</h2>
          {room.topic === '' ? null : <p>{room.topic}</p>}
          <p className="rooms-hint">
            {t.members(room.members)}. {t.previewHint}
          </p>
          <button type="button" className="primary" onClick={() => void join()}>
            {t.join}
          </button>
        </>
      ) : null}
      <p className="rooms-problem" role="alert">
        {problem}
      </p>
      <button type="button" onClick={() => selectRoom(undefined)}>
        {t.back}
      </button>
    </section>
  );
}
