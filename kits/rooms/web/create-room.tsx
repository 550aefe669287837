import { type FormEvent, useId, useState } from 'react';
import type { Call } from '../../shared/web/call.ts';
import { Dialog } from '../../shared/web/dialog.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { MyRoom } from '../events.ts';
import type { RoomList } from './room-list.ts';
import { selectRoom } from './select-room.ts';
import { TEXTS } from './texts.ts';

export interface RoomDialogProps {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly list: RoomList;
  readonly onClose: () => void;
}

/** Opens a room. */
export function CreateRoom({ page, call, list, onClose }: RoomDialogProps) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const id = useId();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    setProblem('');
    setBusy(true);
    try {
      const body = { name: text('name'), topic: text('topic'), private: fields.has('private') };
      const room = await call<MyRoom>('/rooms', { body });
      await list.load();
      onClose();
      selectRoom(room.id);
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t.create} close={t.close} onClose={onClose}>
      <form className="rooms-form" onSubmit={(event) => void submit(event)}>
        <RoomFields id={id} page={page} name="" topic="" />
        <label className="rooms-check">
          <input type="checkbox" name="private" aria-describedby={`${id}-private`} />
          {t.isPrivate}
        </label>
        <p id={`${id}-private`} className="rooms-hint">
          {t.privateHint}
        </p>
        <p className="rooms-problem" role="alert">
          {problem}
        </p>
        <div className="rooms-actions">
          <button type="submit" className="primary" disabled={busy}>
            {t.createIt}
          </button>
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export interface RoomFieldsProps {
  readonly id: string;
  readonly page: KitPageProps;
  readonly name: string;
  readonly topic: string;
}

/** What a room is called and what it is about, as the server takes it. */
export function RoomFields({ id, page: { language }, name, topic }: RoomFieldsProps) {
  const t = TEXTS[language];
  return (
    <>
      <label htmlFor={`${id}-name`}>{t.name}</label>
      <input
        id={`${id}-name`}
        name="name"
        required
        pattern=".*\S.*"
        maxLength={100}
        defaultValue={name}
        autoComplete="off"
      />
      <label htmlFor={`${id}-topic`}>{t.topic}</label>
      <input id={`${id}-topic`} name="topic" maxLength={500} defaultValue={topic} autoComplete="off" />
    </>
  );
}
