import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { createCall } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { useParameter } from '../../shared/web/use-parameter.ts';
import { OfflineBanner } from './offline-banner.tsx';
import { RoomList } from './room-list.ts';
import { RoomPreview } from './room-preview.tsx';
import { RoomView } from './room-view.tsx';
import './rooms.css';
import { useLive } from '../../shared/web/use-live.ts';
import { Sidebar } from './sidebar.tsx';
import { TEXTS } from './texts.ts';
import { UnsentMessages } from './unsent.ts';

/** The chat. */
export function RoomsPage(page: KitPageProps) {
  const { client, token, user, language } = page;
  const call = useMemo(() => createCall(token), [token]);
  const [parts, setParts] = useState<{ readonly list: RoomList; readonly unsent: UnsentMessages }>();
  useEffect(() => {
    const made = { list: new RoomList(client, call, user), unsent: new UnsentMessages(client, user) };
    setParts(made);
    return () => {
      made.list.close();
      made.unsent.close();
    };
  }, [client, call, user]);
  if (!parts) return <p className="kit-loading">{TEXTS[language].loading}</p>;
  return <Rooms page={page} {...parts} />;
}

interface RoomsProps {
  readonly page: KitPageProps;
  readonly list: RoomList;
  readonly unsent: UnsentMessages;
}

function Rooms({ page, list, unsent }: RoomsProps) {
  const { token, language } = page;
  const t = TEXTS[language];
  const call = useMemo(() => createCall(token), [token]);
  const { rooms, loaded } = useSyncExternalStore(list.state.subscribe, list.state.getSnapshot);
  const waiting = useSyncExternalStore(unsent.state.subscribe, unsent.state.getSnapshot);
  const selected = useParameter('room');
  const room = rooms.find(({ id }) => id === selected);
  const live = useLive();
  const parts = { page, call, list };
  const banner = <OfflineBanner t={t} waiting={waiting.filter(({ error }) => error === undefined).length} />;
  const content = () => {
    if (selected === undefined) return <p className="rooms-pick">{t.pick}</p>;
    if (loaded && !room) return <RoomPreview key={selected} {...parts} id={selected} />;
    if (!room && live) return <p className="rooms-pick">{t.loading}</p>;
    // What is known of a room decides where it opens, so it opens anew once it is known.
    const key = `${selected} ${room !== undefined}`;
    return <RoomView key={key} {...parts} unsent={unsent} banner={banner} id={selected} room={room} />;
  };
  return (
    <div className="rooms" data-open={selected !== undefined}>
      {selected === undefined ? banner : null}
      <Sidebar {...parts} selected={selected} />
      {content()}
    </div>
  );
}
